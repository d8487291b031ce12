"""What the night reads of the past: lists that people read, until the end of the day before."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from matcher.db.engine import reading, writing
from matcher.db.store import upsert
from matcher.entities import (
    Channel,
    Employer,
    HireReport,
    Impression,
    JobSeeker,
    Placement,
)
from matcher.evaluation.bands import Figure
from matcher.features.columns import day_number
from matcher.jobs.match_rates import (
    calibration_figures,
    days_of,
    list_figures,
    read_past,
    vacancy_figures,
)
from tests.jobs.past import morning, referred, vacancy

LAST = date(2026, 6, 30)
FINAL = LAST - timedelta(days=80)
"""A day that is final at the end of LAST."""


def impression(key: str, at: datetime, *items: str, **facts: Any) -> Impression:
    standard: dict[str, Any] = {
        "channel": Channel.COUNSELLOR, "policy": "small", "seeker_id": "S-1"
    }  # fmt: skip
    lines = tuple((item, 2.0 - place) for place, item in enumerate(items))
    return Impression(id=key, shown_at=at, items=lines, **(standard | facts))


@pytest.fixture
def filled(engine: Engine) -> Engine:
    with writing(engine) as connection:
        for record in [
            Employer(id="E-1", name="前鎮倉儲"),
            *(JobSeeker(id=f"S-{n}", registered_on=FINAL) for n in (1, 2)),
            *(vacancy(f"V-{letter}", openings=1, posted_on=FINAL) for letter in "abcde"),
            impression("I-1", morning(FINAL), "V-a", "V-b"),
            impression("I-2", morning(FINAL) + timedelta(hours=1), "V-c"),
            impression("I-3", morning(FINAL), "V-c", policy="other"),
            impression("I-4", morning(FINAL), "V-d", seeker_id="S-2", channel=Channel.API),
            impression("I-5", morning(LAST), "V-a", seeker_id="S-2"),
            impression("I-6", morning(LAST), "V-e", seeker_id=None, channel=Channel.KIOSK),
            impression("I-7", morning(LAST + timedelta(days=1)), "V-b", seeker_id="S-2"),
            *referred("S-1", "V-b", FINAL + timedelta(days=3), hired=10),
            *referred("S-2", "V-d", FINAL + timedelta(days=3), hired=10),
            Placement(
                id="P-1", seeker_id="S-1", placed_on=FINAL + timedelta(days=20), vacancy_id="V-c"
            ),
            HireReport(id="H-1", vacancy_id="V-b", reported_on=LAST, openings_filled=1),
        ]:
            upsert(connection, [record])
    return engine


def told(figures: Iterator[Figure]) -> dict[tuple[str, str], tuple[float | None, int]]:
    return {(figure.key, figure.part): (figure.value, figure.count) for figure in figures}


def test_lists_count_once_and_only_those_that_somebody_read(filled: Engine):
    with reading(filled) as connection:
        past = read_past(connection, LAST)
    days = {day.day: day for day in days_of(past)}
    day = days[day_number(FINAL)]
    # S-1 by two rankers: I-2 is the second of one day, I-4 was asked for by a program.
    assert (day.lists, day.shown, day.referred, day.hired, day.final) == (2, 3, 1, 1, True)
    assert (days[day_number(LAST)].lists, days[day_number(LAST)].final) == (1, False)
    assert max(days) == day_number(LAST)


def test_the_figures_of_lists_are_as_by_hand(filled: Engine):
    with reading(filled) as connection:
        past = read_past(connection, LAST)
    figures = told(list_figures(past, days_of(past)))
    assert figures["lists_shown", ""] == (1, 1)
    assert figures["referred_rate", ""] == (pytest.approx(1 / 3), 3)
    assert figures["hired_rate", ""] == (1, 1)
    # The hire at V-b stands second in one list, the placement at V-c first in the other.
    assert figures["hit@1", "small"] == (0, 1)
    assert figures["hit@10", "small"] == (1, 1)
    assert figures["hit@1", "other"] == (1, 1)


def test_what_nobody_saw_and_how_long_filling_took(filled: Engine):
    with reading(filled) as connection:
        past = read_past(connection, LAST)
        figures = told(vacancy_figures(connection, past, {"V-a", "V-b", "V-d", "V-e"}))
    # V-a was shown on the last day, V-e to somebody nobody registered, V-b only a day later.
    assert figures["unseen_share", ""] == (0.5, 4)
    assert figures["days_to_fill", ""] == (80, 1)


def test_chances_are_held_against_the_hires_that_followed(engine: Engine):
    with writing(engine) as connection:
        for record in [
            Employer(id="E-1", name="前鎮倉儲"),
            JobSeeker(id="S-1", registered_on=FINAL),
            *(vacancy(f"V-{letter}", posted_on=FINAL) for letter in "ab"),
            impression("I-1", morning(FINAL), "V-a", "V-b", chances=(0.4, 0.1)),
            impression("I-2", morning(FINAL), "V-a", policy="told none"),
            *referred("S-1", "V-a", FINAL, hired=10),
            *referred("S-1", "V-b", FINAL, rejected=1),
        ]:
            upsert(connection, [record])
    with reading(engine) as connection:
        figures = told(calibration_figures(read_past(connection, LAST)))
    # A bin each: .4 against a hire, .1 against none.
    assert figures == {("calibration_error", "small"): (pytest.approx((0.6 + 0.1) / 2), 2)}
