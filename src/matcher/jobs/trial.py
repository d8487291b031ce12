"""Sets up a randomised trial of lists that share out the openings, and reads it out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, Engine

from matcher.db.engine import reading, writing
from matcher.db.history import placed_on
from matcher.db.trials import add_trial, all_trials, lists_between
from matcher.errors import ConflictError, NotFoundError
from matcher.evaluation.trial_effects import Effect, Tally, detectable, effect_of
from matcher.evaluation.trials import WEEK, Trial, Unit
from matcher.ranking.examples import PLACED_WITHIN, REFERRED_WITHIN
from matcher.service.clock import day_of, start_of

FOLLOWED = REFERRED_WITHIN + PLACED_WITHIN
"""Days after a list in which somebody who finds work counts as hired."""
PAST_WEEKS = 26
"""Weeks before a trial that tell how much a week's rate varies by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a trial shows so far: units whose people were followed long enough, and the effect."""

    trial: Trial
    tallies: tuple[Tally, ...]
    waiting: int
    effect: Effect


def start_trial(
    engine: Engine, *, unit: Unit, weeks: int, first_on: date, now: datetime
) -> tuple[Trial, float]:
    """Record a trial of so many weeks; gives it with the least effect it is likely to find.

    Raises ConflictError where another one runs in these days.
    """
    trial = Trial.of_weeks(weeks, name=f"{first_on:%Y%m%d}-{unit}", unit=unit, first_on=first_on)
    with writing(engine) as connection:
        for other in all_trials(connection):
            if other.first_on <= trial.last_on and first_on <= other.last_on:
                raise ConflictError(
                    f"The trial {other.id} runs from {other.first_on} to {other.last_on}.",
                    remedy="Give a later day, or end that one with `matcher trial stop`.",
                )
        add_trial(connection, trial, now=now)
        past = _past_rates(connection, day_of(now))
    return trial, detectable(past, weeks // 2) if unit is Unit.WEEK else float("nan")


def read_trial(engine: Engine, trial_id: str, *, today: date) -> Reading:
    """What became of those who were shown lists in a trial, unit by unit, as it was drawn.

    Somebody counts in the unit of their first list, however later lists were made. Raises
    NotFoundError for an unknown trial.
    """
    with reading(engine) as connection:
        found = [trial for trial in all_trials(connection) if trial.id == trial_id]
        if not found:
            raise NotFoundError(
                f"There is no trial {trial_id!r}.", remedy="See `matcher trial list`."
            )
        (trial,) = found
        first_seen = _first_lists(connection, trial.first_on, trial.last_on)
        placed = placed_on(connection)
    people: defaultdict[str, list[bool]] = defaultdict(list)
    waiting = set()
    for seeker, (day, station) in first_seen.items():
        unit = trial.unit_of(day, station)
        people[unit].append(_follows(placed, seeker, day))
        if day + timedelta(days=FOLLOWED) >= today:
            waiting.add(unit)
    tallies = tuple(
        Tally(unit=unit, shares=trial.shares(unit), people=len(hired), hired=sum(hired))
        for unit, hired in sorted(people.items())
        if unit not in waiting
    )
    return Reading(
        trial=trial, tallies=tallies, waiting=len(waiting), effect=effect_of(trial, tallies)
    )


def _past_rates(connection: Connection, today: date) -> list[float]:
    """The share of people hired after their first list, of weeks that are long enough over."""
    last = today - timedelta(days=FOLLOWED + 1)
    first = last - timedelta(days=PAST_WEEKS * WEEK - 1)
    placed = placed_on(connection)
    weeks: defaultdict[int, list[bool]] = defaultdict(list)
    for seeker, (day, _) in _first_lists(connection, first, last).items():
        weeks[(day - first).days // WEEK].append(_follows(placed, seeker, day))
    return [sum(hired) / len(hired) for _, hired in sorted(weeks.items())]


def _first_lists(
    connection: Connection, first: date, last: date
) -> dict[str, tuple[date, str | None]]:
    """Day and station of the first list of each person in a time."""
    found: dict[str, tuple[date, str | None]] = {}
    for seeker, moment, station in lists_between(
        connection, start_of(first), start_of(last + timedelta(days=1))
    ):
        found.setdefault(seeker, (day_of(moment), station))
    return found


def _follows(placed: Mapping[str, date], seeker: str, day: date) -> bool:
    return seeker in placed and 0 <= (placed[seeker] - day).days <= FOLLOWED
