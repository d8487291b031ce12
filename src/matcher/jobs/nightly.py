"""The night that renews everything: one after the other, each step whole, none done twice."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path

from matcher.errors import ConfigurationError
from matcher.jobs.index import Track
from matcher.jobs.journal import Journal, Result, digest_of
from matcher.jobs.night import CANDIDATES, SHORTLISTS, SLATES, Bureau, Night
from matcher.jobs.night_steps import STEPS
from matcher.service.clock import day_of, end_of

LISTS_KEPT = 3
"""Nights whose lists stay; figures and journals all do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What became of one step: what it told, and whether an earlier run had done it."""

    step: str
    result: Result
    seconds: float = 0.0
    before: bool = False

    @property
    def trouble(self) -> Sequence[str]:
        """What somebody must look at."""
        found: Sequence[str] = self.result.get("trouble", ())
        return found


def nightly(bureau: Bureau, night: date, *, now: datetime, track: Track) -> Iterator[Told]:
    """Do what is not done yet of the night before the day `night`, and tell of each step.

    A step that was done with the same inputs is left; what is killed goes on at the next call.
    Call it with the folder locked. Raises ConfigurationError for a day to come, and what a step
    raises that the night cannot do without.
    """
    if night > day_of(now):
        raise ConfigurationError(
            f"The night of {night} has not come yet.", remedy="Give today or an earlier day."
        )
    folder = bureau.folder / night.isoformat()
    last_moment = end_of(night) - timedelta(seconds=1)
    journal = Journal.of(folder, night, min(now, last_moment))
    _tidy(bureau.folder)
    for step in STEPS:
        work = Night(bureau, journal, track)
        inputs = digest_of(step.inputs(work))
        known = journal.result(step.name, inputs)
        if known is not None:
            yield Told(step=step.name, result=known, before=True)
            continue
        journal.begin(step.name, inputs, partial(_clear, folder, step.folder))
        began = time.perf_counter()
        result = step.work(work)
        seconds = time.perf_counter() - began
        journal.done(step.name, result, seconds=seconds)
        yield Told(step=step.name, result=result, seconds=seconds)


def _clear(night: Path, name: str) -> None:
    if name:
        shutil.rmtree(night / name, ignore_errors=True)


def _tidy(folder: Path) -> None:
    """Remove the lists of all nights but the newest ones."""
    nights = sorted(path for path in folder.glob("????-??-??") if (path / SLATES).is_dir())
    for night in nights[:-LISTS_KEPT]:
        for name in (CANDIDATES, SLATES, SHORTLISTS):
            _clear(night, name)
