"""A simulated bureau whose kiosk can be tried."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine

from matcher.db.engine import reading, writing
from matcher.db.fairs import booths_of
from matcher.db.store import set_identity, upsert
from matcher.entities import Employer, JobSeeker, SeekerStatus, Vacancy
from matcher.identity import IdentityKey, digest
from matcher.jobs.demonstration import (
    BOOTHS,
    hold_fair,
    number_to_scan,
    somebody_to_find,
)
from matcher.service.clock import day_of
from matcher.simulation.records import identity_number
from tests.bureau import NOON

TODAY = day_of(NOON)
KEY = IdentityKey(1, b"k" * 32)


@pytest.fixture
def simulated(engine: Engine) -> Engine:
    """Employers of whom each has one vacancy more than the one before; one is real."""
    names = [f"SIM-E{at:02d}" for at in range(15)] + ["E-1"]
    vacancies = [
        Vacancy(id=f"{name}-{n}", employer_id=name, title="x", openings=1, posted_on=TODAY)
        for more, name in enumerate(names)
        for n in range(more + 1)
    ]
    with writing(engine) as connection:
        upsert(connection, [Employer(id=name, name=name) for name in names])
        upsert(connection, vacancies)
    return engine


def test_a_fair_is_held_today_by_the_simulated_employers_who_hire_most(simulated: Engine):
    fair = hold_fair(simulated, TODAY)
    assert fair.held_on == TODAY
    assert fair.id.startswith("SIM-")
    with reading(simulated) as connection:
        booths = booths_of(connection, fair.id)
    assert [employer.id for _, employer in booths][:2] == ["SIM-E14", "SIM-E13"]
    assert [booth.number for booth, _ in booths] == [str(n) for n in range(1, BOOTHS + 1)]


def test_it_is_one_fair_however_often_it_is_asked_for(simulated: Engine):
    first = hold_fair(simulated, TODAY)
    with writing(simulated) as connection:
        upsert(
            connection,
            [Vacancy(id="n", employer_id="SIM-E00", title="x", openings=1, posted_on=TODAY)],
        )
    assert hold_fair(simulated, TODAY) == first
    with reading(simulated) as connection:
        assert len(booths_of(connection, first.id)) == BOOTHS


def test_a_number_to_scan_is_that_of_a_simulated_person_who_looks_for_work(engine: Engine):
    assert number_to_scan(engine, KEY) is None
    numbers = {
        "SIM-S1": identity_number(1_000, female=True),
        "SIM-S2": identity_number(2_000, female=False),
        "S-3": identity_number(500, female=True),
    }
    placed = {"SIM-S1": SeekerStatus.PLACED}
    with writing(engine) as connection:
        people = [
            JobSeeker(id=key, registered_on=TODAY, status=placed.get(key, SeekerStatus.ACTIVE))
            for key in numbers
        ]
        upsert(connection, people)
        set_identity(connection, {key: digest(number, KEY) for key, number in numbers.items()})
    assert number_to_scan(engine, KEY) == numbers["SIM-S2"]


def test_whoever_is_named_for_finding_is_simulated_and_looks_for_work(engine: Engine):
    assert somebody_to_find(engine) is None
    day = {"registered_on": TODAY}
    with writing(engine) as connection:
        upsert(
            connection,
            [
                JobSeeker(id="SIM-S1", **day),
                JobSeeker(id="SIM-S2", **day),
                JobSeeker(id="SIM-S3", status=SeekerStatus.PLACED, **day),
                JobSeeker(id="S-9", **day),
            ],
        )
    assert somebody_to_find(engine) == "SIM-S2"
