"""What the nights left behind, for people to look at: their steps, figures and trainings."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from matcher.errors import ArtefactError
from matcher.evaluation.bands import Figure
from matcher.jobs.journal import FILE, Journal

FIGURES = "figures.json"
STEPS = ("take in", "expire", "index", "erase", "train", "candidates", "plan", "slates",
         "shortlists", "figures", "report", "record")  # fmt: skip
"""What a night does, in this order; named here too, as `night_steps` imports all that trains."""
SHARES = ("_rate", "_share", "_recall", "kept_out_by")
LOOKED_BACK = 400
"""Nights whose trainings are told: a year and some more."""


class State(StrEnum):
    """How far a step is. BEGUN: it is being done, or was broken off."""

    DONE = "done"
    BEGUN = "begun"
    WAITING = "waiting"


@dataclass(frozen=True, slots=True, kw_only=True)
class StepTold:
    """A step of a night; `seconds` None: not done, `resumed`: an earlier run had begun it."""

    name: str
    state: State
    seconds: float | None = None
    resumed: bool = False
    trouble: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NightTold:
    """A night by its journal."""

    day: date
    began_at: datetime
    steps: tuple[StepTold, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Banded:
    """A figure of a night, with the band it should stay in and whether it left it."""

    figure: Figure
    low: float | None
    high: float | None
    alert: bool

    @property
    def is_share(self) -> bool:
        """Whether it is part of a whole, so that it reads best in per cent."""
        return self.figure.key.endswith(SHARES) or self.figure.key.startswith("hit@")


@dataclass(frozen=True, slots=True)
class NightFigures:
    """The figures of the morning of `day`, and whether they are of simulated data."""

    day: date
    simulated: bool
    figures: tuple[Banded, ...]

    def of(self, key: str) -> tuple[Banded, ...]:
        """Those with that key, one for each part."""
        return tuple(one for one in self.figures if one.figure.key == key)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingTold:
    """A challenger that a night trained, and what spoke against it."""

    day: date
    generation: str
    promoted: bool
    objections: tuple[str, ...]


def last_night(folder: Path) -> NightTold | None:
    """The newest night that has begun; None before any. Raises ArtefactError as `Journal` does."""
    for night in _nights(folder):
        journal = _journal(night)
        steps = tuple(_told(step, journal.steps.get(step, {})) for step in STEPS)
        return NightTold(journal.night, journal.began_at, steps)
    return None


def last_figures(folder: Path) -> NightFigures | None:
    """The newest figures; None before any. Raises ArtefactError where they cannot be read."""
    path = next((n / FIGURES for n in _nights(folder) if (n / FIGURES).is_file()), None)
    if path is None:
        return None
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        left = {(alert["key"], alert["part"]) for alert in told["alerts"]}
        figures = tuple(_banded(figure, left) for figure in told["figures"])
        return NightFigures(date.fromisoformat(told["day"]), told["simulated"], figures)
    except (OSError, ValueError, KeyError) as error:
        raise ArtefactError(
            f"The figures of the night {path.parent.name} cannot be read.",
            remedy=f"Run `matcher nightly --date {path.parent.name}` after moving {path} away.",
        ) from error


def trainings(folder: Path) -> list[TrainingTold]:
    """The challengers of the nights, newest first. Raises ArtefactError as `Journal` does."""
    return [told for night in _nights(folder)[:LOOKED_BACK] for told in _trained(_journal(night))]


def _nights(folder: Path) -> Sequence[Path]:
    """The folders of nights, newest first."""
    return sorted((path.parent for path in folder.glob(f"????-??-??/{FILE}")), reverse=True)


def _journal(night: Path) -> Journal:
    day = date.fromisoformat(night.name)
    return Journal.of(night, day, datetime.min.replace(tzinfo=UTC))


def _told(name: str, noted: Mapping[str, Any]) -> StepTold:
    if "result" not in noted:
        return StepTold(name=name, state=State.BEGUN if "inputs" in noted else State.WAITING)
    return StepTold(
        name=name,
        state=State.DONE,
        seconds=noted["seconds"],
        resumed=noted.get("resumed", False),
        trouble=tuple(noted["result"].get("trouble", ())),
    )


def _trained(journal: Journal) -> Iterator[TrainingTold]:
    result = journal.steps.get("train", {}).get("result", {})
    if "generation" in result:
        yield TrainingTold(
            day=journal.night,
            generation=result["generation"],
            promoted=result["promoted"],
            objections=tuple(result["objections"]),
        )


def _banded(told: Mapping[str, Any], left: set[tuple[str, str]]) -> Banded:
    figure = Figure(key=told["key"], value=told["value"], count=told["count"], part=told["part"])
    alert = (figure.key, figure.part) in left
    return Banded(figure=figure, low=told["low"], high=told["high"], alert=alert)
