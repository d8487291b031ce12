"""Everything that a published report counts, gathered in one consistent read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, Engine

from matcher.db.engine import reading
from matcher.db.events import Selection, count, count_by, holds_simulated_records
from matcher.db.store import get_many
from matcher.entities import JobFair
from matcher.rates.dimensions import By, Dimension
from matcher.rates.measures import Measure
from matcher.rates.periods import Period, Span
from matcher.rates.registry import FORMULAS, Formula
from matcher.service.clock import Clock, day_of, end_of, now
from matcher.service.figures import parts_in_order, refuse_unknown

BUREAU = ("employment_rate", "fill_rate", "openings_per_seeker")
AT_FAIRS = "on_site_match_rate"
PARTS_OF_BUREAU: tuple[By, ...] = (Span.MONTH, Dimension.DISTRICT, Dimension.OCCUPATION)
PARTS_OF_FAIRS: tuple[By, ...] = (
    Span.MONTH,
    Dimension.FAIR_TYPE,
    Dimension.FAIR_SIZE,
    Dimension.DISTRICT,
    Dimension.FAIR,
)
FAIR_COUNTS = (
    Measure.FAIRS_HELD,
    Measure.RESUMES_HANDED_IN,
    Measure.RESUMES_ON_BEHALF,
    Measure.RESUMES_IN_PERSON,
    Measure.ON_SITE_MATCHES,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """The counts of a period, or of one part of it; `key` None: of the whole, or not told."""

    key: str | None
    period: Period
    counts: Mapping[Measure, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """What was counted, of `period` as known at the end of `as_of`; None: as it stands.

    `bureau` and `at_fairs` hold the parts of each breakdown in order; `fairs` are those named.
    """

    period: Period
    as_of: date | None
    counted_on: date
    simulated: bool
    whole: Tally
    bureau: Mapping[By, Sequence[Tally]]
    at_fairs: Mapping[By, Sequence[Tally]]
    fairs: Mapping[str, JobFair]


class Publisher:
    """Counts what a report prints."""

    def __init__(self, engine: Engine, clock: Clock = now) -> None:
        self._engine = engine
        self._clock = clock

    def gather(self, period: Period, *, as_of: date | None = None) -> Publication:
        """The counts of `period`; raises InvalidInputError for a day that the log does not know."""
        today = day_of(self._clock())
        selection = Selection(period=period, until=None if as_of is None else end_of(as_of))
        of_bureau = _measures_of(FORMULAS[key] for key in BUREAU)
        with reading(self._engine) as connection:
            refuse_unknown(connection, as_of, today=today)
            counts = {m: count(connection, m, selection) for m in Measure}
            at_fairs = {
                by: _tallies(connection, selection, by, FAIR_COUNTS) for by in PARTS_OF_FAIRS
            }
            named = [tally.key for tally in at_fairs[Dimension.FAIR] if tally.key is not None]
            return Publication(
                period=period,
                as_of=as_of,
                counted_on=today,
                simulated=holds_simulated_records(connection),
                whole=Tally(key=None, period=period, counts=counts),
                bureau={
                    by: _tallies(connection, selection, by, of_bureau) for by in PARTS_OF_BUREAU
                },
                at_fairs=at_fairs,
                fairs=get_many(connection, JobFair, named),
            )


def _measures_of(formulas: Iterable[Formula]) -> tuple[Measure, ...]:
    """The counts that the formulas are made of, each once, in order; denominators come first."""
    pairs = ((formula.denominator, formula.numerator) for formula in formulas)
    return tuple(dict.fromkeys(measure for pair in pairs for measure in pair))


def _tallies(
    connection: Connection, selection: Selection, by: By, measures: Sequence[Measure]
) -> tuple[Tally, ...]:
    found = {m: count_by(connection, m, selection, by) for m in measures}
    return tuple(
        Tally(key=key, period=part, counts={m: counted.get(key, 0) for m, counted in found.items()})
        for key, part in parts_in_order(selection.period, by, found.values()).items()
    )
