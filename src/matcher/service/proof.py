"""What cannot be right in the register, seen by the figures that count it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from sqlalchemy import Connection, Engine

from matcher.db.doubles import Fair, fairs_listed, repeated, steps_without_a_beginning, unnamed
from matcher.db.engine import reading
from matcher.rates.events import Kind
from matcher.rates.lints import Finding, Lint, plain

SHOWN = 20
"""Ids that a finding names at most."""


class Proof:
    """Looks through the event log as it stands."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def findings(self) -> list[Finding]:
        """Persons counted twice, fairs listed twice, persons that cannot be told from times, and
        results of nobody knows what.
        """
        with reading(self._engine) as connection:
            return [
                *_counted_twice(connection),
                *_fairs(fairs_listed(connection)),
                *_units(connection),
                *_beginnings(connection),
            ]


def _counted_twice(connection: Connection) -> Iterator[Finding]:
    for kind in (Kind.SEEKER_PLACED, Kind.RESUME_HANDED_IN, Kind.PROGRAMME_STEP):
        found = repeated(connection, kind)
        if found:
            yield _finding(
                Lint.COUNTED_TWICE,
                kind,
                f"{len(found)} records say of a person what another says of the same day and "
                "place. Take back those that are copies.",
                found,
            )


def _fairs(fairs: list[Fair]) -> Iterator[Finding]:
    alike: dict[object, list[Fair]] = defaultdict(list)
    for fair in fairs:
        alike[fair.held_on, fair.district, plain(fair.name), plain(fair.address)].append(fair)
    for same in alike.values():
        if len(same) > 1:
            yield _finding(
                Lint.FAIR_LISTED_TWICE,
                Kind.FAIR_HELD,
                f"{same[0].name} of {same[0].held_on} is listed {len(same)} times. "
                "Keep the one that the résumés name, and take the others back.",
                [fair.id for fair in same],
            )


def _units(connection: Connection) -> Iterator[Finding]:
    found = unnamed(connection)
    if found:
        yield _finding(
            Lint.UNITS_MIXED,
            Kind.PROGRAMME_STEP,
            f"{len(found)} steps that are counted in persons name nobody, and are counted as one "
            "person each time. Give their seeker_id.",
            found,
        )


def _beginnings(connection: Connection) -> Iterator[Finding]:
    found = steps_without_a_beginning(connection)
    if found:
        yield _finding(
            Lint.DENOMINATOR_NOT_TOLD,
            Kind.PROGRAMME_STEP,
            f"{len(found)} steps follow nothing that is recorded before them, so no rate counts "
            "them. Give in follows the id of the step that led to them.",
            found,
        )


def _finding(lint: Lint, kind: Kind, text: str, records: list[str]) -> Finding:
    return Finding(lint=lint, where=kind.value, text=text, records=tuple(records[:SHOWN]))
