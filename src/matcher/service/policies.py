"""Whether a list shares out the openings: by the switch of a desk, or by the draw of a trial."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Engine

from matcher.db.engine import reading
from matcher.db.trials import all_trials, stations_apart
from matcher.evaluation.trials import PROPENSITY, Trial


@dataclass(frozen=True, slots=True)
class Choice:
    """How a list is made, and in a trial with which chance it was to be made so."""

    shares: bool
    trial: str | None = None
    propensity: float | None = None


class Policies:
    """Remembers desks and trials, so that no list has to look them up."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._apart: set[str] = set()
        self._trials: Sequence[Trial] = ()

    def follow(self) -> None:
        """Look them up anew."""
        with reading(self._engine) as connection:
            self._apart, self._trials = stations_apart(connection), all_trials(connection)

    def choose(self, day: date, station: str | None, *, own: bool) -> Choice:
        """How to make a list: as asked for, else as its desk has it, else as a trial draws it."""
        if own or station in self._apart:
            return Choice(shares=False)
        trial = next((trial for trial in self._trials if trial.runs(day)), None)
        if trial is None:
            return Choice(shares=True)
        shares = trial.shares(trial.unit_of(day, station))
        return Choice(shares, trial.id, PROPENSITY)
