"""Periods and the months, quarters and years they fall into, also as the Republic counts them."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from matcher.calendar_roc import YEARS_BEFORE, roc_year_text
from matcher.errors import InvalidInputError


class Span(StrEnum):
    """What a period may be split into."""

    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """Days from `first` to `last`, both counted."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise InvalidInputError(
                f"The period ends ({self.last}) before it begins ({self.first}).",
                remedy="Exchange the two dates.",
            )

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last


def year_of(number: int) -> Period:
    """A whole year; below 1912 the number is that of the Republic: 108 is 2019."""
    gregorian = number if number > YEARS_BEFORE else number + YEARS_BEFORE
    if not 1912 <= gregorian <= 2100:
        raise InvalidInputError(
            f"{number} is no year that figures are kept for.",
            remedy="Give a year of either calendar, such as 108 or 2019.",
        )
    return Period(first=date(gregorian, 1, 1), last=date(gregorian, 12, 31))


def month_of(text: str) -> Period:
    """A whole month from year and month, such as 2019-07 or, as the Republic counts, 108-07."""
    year, _, month = text.partition("-")
    if not (year.isdecimal() and month.isdecimal() and 1 <= int(month) <= 12):
        raise InvalidInputError(
            f"{text!r} is no month.", remedy="Write year and month, such as 2019-07 or 108-07."
        )
    first = year_of(int(year)).first.replace(month=int(month))
    return Period(first=first, last=_end(first, Span.MONTH))


def split(period: Period, span: Span) -> dict[str, Period]:
    """The months, quarters or years of `period` by key, such as 2019-07, 2019-Q3 and 2019.

    The first and the last are cut where the period begins and ends.
    """
    parts: dict[str, Period] = {}
    first = period.first
    while first <= period.last:
        key, end = key_of(first, span), _end(first, span)
        parts[key] = Period(first=first, last=min(end, period.last))
        first = end + timedelta(days=1)
    return parts


def span_of(period: Period) -> Span | None:
    """Whether `period` is just one month, quarter or year, and which."""
    before = period.first - timedelta(days=1)
    for span in Span:
        begins = key_of(before, span) != key_of(period.first, span)
        if begins and period.last == _end(period.first, span):
            return span
    return None


def key_of(day: date, span: Span) -> str:
    """The key of the month, quarter or year that `day` falls into."""
    match span:
        case Span.MONTH:
            return f"{day.year}-{day.month:02}"
        case Span.QUARTER:
            return f"{day.year}-Q{(day.month + 2) // 3}"
        case Span.YEAR:
            return str(day.year)


def span_names(period: Period, span: Span) -> tuple[str, str]:
    """Chinese and English name of a month, quarter or year, such as 民國108年7月 and 2019-07."""
    first, roc = period.first, roc_year_text(period.first)
    match span:
        case Span.MONTH:
            chinese = f"{roc}{first.month}月"
        case Span.QUARTER:
            chinese = f"{roc}第{(first.month + 2) // 3}季"
        case Span.YEAR:
            chinese = roc
    return chinese, key_of(first, span)


def within_months(later: date, earlier: date, months: int) -> bool:
    """Whether `later` lies on or after `earlier`, and at most `months` calendar months after it.

    From 31 January to the end of the third month is until 30 April.
    """
    apart = 12 * (later.year - earlier.year) + later.month - earlier.month
    over = apart > months or (apart == months and later.day > earlier.day)
    return later >= earlier and not over


def _end(day: date, span: Span) -> date:
    month = {Span.MONTH: day.month, Span.QUARTER: (day.month + 2) // 3 * 3, Span.YEAR: 12}[span]
    return date(day.year, month, monthrange(day.year, month)[1])
