"""Rates are counted, divided, rounded half up, and say what they were made from."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine

from matcher.db.engine import reading, writing
from matcher.db.events import count_events
from matcher.db.store import upsert
from matcher.entities import Employer, HireReport, JobSeeker, Placement, Vacancy
from matcher.errors import InvalidInputError
from matcher.rates.registry import FORMULAS, Event, Period, Rate, compute

YEAR_108 = Period(first=date(2019, 1, 1), last=date(2019, 12, 31))
PUBLISHED = {
    Event.SEEKERS_REGISTERED: 75_398,
    Event.SEEKERS_PLACED: 40_969,
    Event.OPENINGS_REGISTERED: 152_520,
    Event.OPENINGS_FILLED: 97_304,
}


def test_the_counts_of_the_year_108_give_its_published_rates():
    rates = {rate.formula.key: rate.value for rate in compute(PUBLISHED, YEAR_108)}
    assert rates == {
        "employment_rate": Decimal("54.34"),
        "fill_rate": Decimal("63.80"),
        "openings_per_seeker": Decimal("2.02"),
    }


def test_a_half_is_rounded_up():
    rate = Rate(
        formula=FORMULAS["employment_rate"], period=YEAR_108, numerator=1, denominator=1_600
    )
    assert rate.value == Decimal("0.06")


def test_nothing_registered_is_no_rate():
    nothing = dict.fromkeys(Event, 0)
    assert [rate.value for rate in compute(nothing, YEAR_108)] == [None, None, None]


def test_a_period_that_ends_before_it_begins_is_refused():
    with pytest.raises(InvalidInputError, match="before it begins"):
        Period(first=date(2019, 2, 1), last=date(2019, 1, 1))


@given(st.integers(0, 10**6), st.integers(1, 10**6))
def test_a_rate_is_within_half_a_unit_of_the_exact_share(numerator, denominator):
    rate = Rate(
        formula=FORMULAS["fill_rate"],
        period=YEAR_108,
        numerator=numerator,
        denominator=denominator,
    )
    assert rate.value is not None
    assert abs(float(rate.value) - 100 * numerator / denominator) <= 0.005 + 1e-9


def test_events_are_counted_once_each_and_only_in_the_period(engine: Engine):
    inside, outside = date(2019, 7, 1), date(2020, 1, 1)
    with writing(engine) as connection:
        for records in (
            [Employer(id="E1", name="x")],
            [
                Vacancy(id="V1", employer_id="E1", title="x", openings=3, posted_on=inside),
                Vacancy(id="V2", employer_id="E1", title="x", openings=5, posted_on=outside),
                Vacancy(id="TWJ-1", employer_id="E1", title="x", openings=9, posted_on=inside),
            ],
            [
                JobSeeker(id="S1", registered_on=inside),
                JobSeeker(id="S2", registered_on=inside),
                JobSeeker(id="S3", registered_on=outside),
            ],
            [
                Placement(id="P1", seeker_id="S1", placed_on=inside),
                Placement(id="P2", seeker_id="S1", placed_on=inside),
                Placement(id="P3", seeker_id="S2", placed_on=outside),
            ],
            [
                HireReport(id="H1", vacancy_id="V1", reported_on=inside, openings_filled=2),
                HireReport(id="H2", vacancy_id="V1", reported_on=outside, openings_filled=1),
                HireReport(id="H3", vacancy_id="TWJ-1", reported_on=inside, openings_filled=4),
            ],
        ):
            upsert(connection, records)
    with reading(engine) as connection:
        assert count_events(connection, YEAR_108) == {
            Event.SEEKERS_REGISTERED: 2,
            Event.SEEKERS_PLACED: 1,
            Event.OPENINGS_REGISTERED: 3,
            Event.OPENINGS_FILLED: 2,
        }
