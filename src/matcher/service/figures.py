"""The bureau's rates: counted from the event log, in parts, and as they were on an earlier day."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import StrEnum

from sqlalchemy import Connection, Engine

from matcher.db.engine import reading
from matcher.db.events import (
    Behind,
    Selection,
    count,
    count_by,
    events_behind,
    holds_simulated_records,
    log_begins,
)
from matcher.db.store import must_get
from matcher.entities import JobFair
from matcher.errors import InvalidInputError
from matcher.rates.dimensions import SIZES, By, Dimension
from matcher.rates.measures import Measure
from matcher.rates.periods import Period, Span, split
from matcher.rates.registry import Formula, Rate, formulas_for
from matcher.service.clock import Clock, day_of, end_of, now

FRESH_SECONDS = 60.0
"""How old the rates printed under every list grow before a service counts them anew."""
OLDEST_SECONDS = 2 * FRESH_SECONDS
"""How far they may lag behind the register: a list that finds none so new counts them itself."""
HEADLINE = ("employment_rate", "fill_rate")
MOST_RATES = 20_000
"""In one report: more is no table that anybody reads, and some megabytes too many."""
AT_FAIRS = ("on_site_match_rate", "e_resume_rate")
EVER = Period(first=date(1912, 1, 1), last=date(2100, 12, 31))


class Side(StrEnum):
    """The two counts of a rate."""

    NUMERATOR = "numerator"
    DENOMINATOR = "denominator"


def last_twelve_months(today: date) -> Period:
    """The 365 days that end today."""
    return Period(first=today - timedelta(days=364), last=today)


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """Which figures: of `period` with the values `where`, as known at the end of day `as_of`.

    `keys` name rates, none means all that can be so told; `by` asks for parts as well.
    """

    period: Period
    keys: tuple[str, ...] = ()
    where: Mapping[Dimension, str] = field(default_factory=dict)
    by: By | None = None
    as_of: date | None = None

    @property
    def formulas(self) -> tuple[Formula, ...]:
        """The formulas asked for; raises InvalidInputError as `formulas_for` does."""
        return formulas_for(self.keys, by=self.by, where=self.where)

    @property
    def selection(self) -> Selection:
        """The events asked for."""
        until = None if self.as_of is None else end_of(self.as_of)
        return Selection(period=self.period, where=self.where, until=until)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """The rates of one part, such as a month or a district; `key` None: not told."""

    key: str | None
    rates: tuple[Rate, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The rates of the whole and, where asked for, of its parts in order."""

    query: Query
    rates: tuple[Rate, ...]
    parts: tuple[Part, ...]
    simulated: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Some events behind one side of a rate; the next begin after the last one's number."""

    rate: Rate
    side: Side
    events: tuple[Behind, ...]
    simulated: bool


@dataclass(frozen=True, slots=True)
class Headline:
    """What stands under every list: the two rates, and whether the register is simulated."""

    rates: tuple[Rate, ...]
    simulated: bool


class Figures:
    """Computes rates; remembers the newest for the match lists."""

    def __init__(self, engine: Engine, clock: Clock = now) -> None:
        self._engine = engine
        self._clock = clock
        self._recent: dict[date, tuple[float, Headline]] = {}

    def rates(self, period: Period) -> tuple[Rate, ...]:
        """Every registered rate for `period`, counted now."""
        return self.report(Query(period=period)).rates

    def report(self, query: Query) -> Report:
        """The rates asked for, from one consistent read.

        Raises InvalidInputError for what cannot be told, and for a day that the log does not know.
        """
        with reading(self._engine) as connection:
            return self._report(connection, query)

    def of_fair(self, fair_id: str, *, as_of: date | None = None) -> tuple[JobFair, Report]:
        """The rates of one fair, whenever its résumés were entered.

        Raises NotFoundError where there is no such fair.
        """
        where = {Dimension.FAIR: fair_id}
        with reading(self._engine) as connection:
            fair = must_get(connection, JobFair, fair_id)
            query = Query(period=EVER, keys=AT_FAIRS, where=where, as_of=as_of)
            report = self._report(connection, query)
        day = Period(first=fair.held_on, last=fair.held_on)
        rates = tuple(replace(rate, period=day) for rate in report.rates)
        return fair, replace(report, query=replace(query, period=day), rates=rates)

    def counts(self, query: Query, *measures: Measure) -> dict[Measure, int]:
        """Single counts, such as those that stand in no rate."""
        with reading(self._engine) as connection:
            refuse_unknown(connection, query.as_of, today=day_of(self._clock()))
            return {m: count(connection, m, query.selection) for m in measures}

    def evidence(
        self, query: Query, key: str, side: Side, *, after: int = 0, limit: int = 1_000
    ) -> Evidence:
        """Up to `limit` events behind one side of the rate `key`, those after number `after`."""
        query = replace(query, keys=(key,), by=None)
        with reading(self._engine) as connection:
            report = self._report(connection, query)
            (rate,) = report.rates
            formula = rate.formula
            measure = formula.numerator if side is Side.NUMERATOR else formula.denominator
            events = events_behind(connection, measure, query.selection, after=after, limit=limit)
        return Evidence(rate=rate, side=side, events=tuple(events), simulated=report.simulated)

    def under_lists(self, today: date) -> Headline:
        """Employment rate and fill rate of the last twelve months, at most OLDEST_SECONDS old."""
        return self._headline(today, OLDEST_SECONDS)

    def keep_fresh(self, today: date) -> None:
        """Count them anew if they are older than FRESH_SECONDS, so that no list has to."""
        self._headline(today, FRESH_SECONDS)

    def _headline(self, today: date, oldest: float) -> Headline:
        counting = time.monotonic()
        made, headline = self._recent.get(today, (float("-inf"), None))
        if headline is None or counting - made > oldest:
            report = self.report(Query(period=last_twelve_months(today), keys=HEADLINE))
            headline = Headline(report.rates, report.simulated)
            self._recent = {today: (counting, headline)}
        return headline

    def simulated(self) -> bool:
        """Whether the register holds simulated records, so that every figure must say so."""
        with reading(self._engine) as connection:
            return holds_simulated_records(connection)

    def _report(self, connection: Connection, query: Query) -> Report:
        formulas, selection, by = query.formulas, query.selection, query.by
        refuse_unknown(connection, query.as_of, today=day_of(self._clock()))
        measures = {m for f in formulas for m in (f.numerator, f.denominator)}
        totals = {m: count(connection, m, selection) for m in measures}
        parts: list[Part] = []
        if by is not None:
            counted = {m: count_by(connection, m, selection, by) for m in measures}
            found_parts = parts_in_order(query.period, by, counted.values())
            if len(found_parts) * len(formulas) > MOST_RATES:
                raise InvalidInputError(
                    f"These are {len(found_parts):,} parts of {len(formulas)} rates.",
                    remedy="Name one rate, or ask for a shorter period or for longer parts.",
                )
            for key, period in found_parts.items():
                mine = {m: found.get(key, 0) for m, found in counted.items()}
                parts.append(Part(key=key, rates=_rates(formulas, mine, period)))
        return Report(
            query=query,
            rates=_rates(formulas, totals, query.period),
            parts=tuple(parts),
            simulated=holds_simulated_records(connection),
        )


def refuse_unknown(connection: Connection, as_of: date | None, *, today: date) -> None:
    """Raise InvalidInputError for a day to come, and for one before the log began."""
    if as_of is None:
        return
    if as_of > today:
        raise InvalidInputError(
            f"What will be known on {as_of} is not known yet.",
            remedy=f"Give a day until today, {today}.",
        )
    begun = log_begins(connection)
    if begun is not None and as_of < day_of(begun):
        raise InvalidInputError(
            f"The event log begins on {day_of(begun)}: what was known before is not recorded.",
            remedy="Give that day or a later one.",
        )


def _rates(
    formulas: tuple[Formula, ...], counts: Mapping[Measure, int], period: Period
) -> tuple[Rate, ...]:
    return tuple(
        Rate(
            formula=formula,
            period=period,
            numerator=counts[formula.numerator],
            denominator=counts[formula.denominator],
        )
        for formula in formulas
    )


def parts_in_order(
    period: Period, by: By, found: Iterable[Mapping[str | None, int]]
) -> dict[str | None, Period]:
    """The keys of the parts in order, each with its period: of time all, of others those found."""
    if isinstance(by, Span):
        parts: dict[str | None, Period] = {}
        parts.update(split(period, by))
        return parts
    keys = {key for counted in found for key in counted}
    order = {key: place for place, (_, key) in enumerate(SIZES)}
    told = sorted((k for k in keys if k is not None), key=lambda k: (order.get(k, 0), k))
    return dict.fromkeys([*told, *({None} & keys)], period)
