"""Periods fall into whole months, quarters and years, in both calendars."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.errors import InvalidInputError
from matcher.rates.periods import (
    Period,
    Span,
    key_of,
    month_of,
    span_names,
    span_of,
    split,
    within_months,
    year_of,
)

days = st.dates(date(1912, 1, 1), date(2100, 12, 31))


def test_a_period_that_ends_before_it_begins_is_refused():
    with pytest.raises(InvalidInputError, match="before it begins"):
        Period(first=date(2019, 2, 1), last=date(2019, 1, 1))


@given(days, st.integers(0, 1_000), st.sampled_from(Span))
def test_every_day_of_a_period_lies_in_exactly_one_part(first: date, length: int, span: Span):
    period = Period(first=first, last=first + timedelta(days=length))
    parts = split(period, span)
    covered = [
        part.first + timedelta(days=n)
        for part in parts.values()
        for n in range((part.last - part.first).days + 1)
    ]
    assert covered == [first + timedelta(days=n) for n in range(length + 1)]
    for key, part in parts.items():
        assert {key_of(part.first, span), key_of(part.last, span)} == {key}


@pytest.mark.parametrize(
    ("span", "names"),
    [
        (Span.MONTH, ("民國108年7月", "2019-07")),
        (Span.QUARTER, ("民國108年第3季", "2019-Q3")),
        (Span.YEAR, ("民國108年", "2019")),
    ],
)
def test_parts_are_named_in_both_calendars(span: Span, names: tuple[str, str]):
    assert span_names(Period(first=date(2019, 7, 27), last=date(2019, 7, 31)), span) == names


def test_a_year_is_known_in_either_calendar():
    assert year_of(108) == year_of(2019) == Period(first=date(2019, 1, 1), last=date(2019, 12, 31))
    for number in (0, 190, 1911, 2101):
        with pytest.raises(InvalidInputError, match="no year"):
            year_of(number)


@pytest.mark.parametrize(
    ("later", "within"),
    [
        ((2019, 1, 31), True),
        ((2019, 4, 30), True),
        ((2019, 5, 1), False),
        ((2019, 1, 30), False),
        ((2020, 1, 31), False),
    ],
)
def test_three_months_end_on_the_same_day_or_the_last(later: tuple[int, int, int], within: bool):
    assert within_months(date(*later), date(2019, 1, 31), 3) is within


def test_a_month_is_named_in_either_calendar():
    july = Period(first=date(2019, 7, 1), last=date(2019, 7, 31))
    assert month_of("2019-07") == month_of("108-7") == july


@pytest.mark.parametrize("text", ["2019", "2019-13", "2019-00", "July", "108-"])
def test_what_is_no_month_is_refused(text: str):
    with pytest.raises(InvalidInputError, match="no month"):
        month_of(text)


@given(days, st.sampled_from(Span))
def test_every_part_of_a_long_period_is_known_for_what_it_is(day: date, span: Span):
    year = year_of(day.year)
    assert {span_of(part) for part in split(year, span).values()} == {span}


def test_a_period_that_is_cut_is_no_month():
    assert span_of(Period(first=date(2019, 7, 1), last=date(2019, 7, 30))) is None
    assert span_of(Period(first=date(2019, 7, 2), last=date(2019, 7, 31))) is None
