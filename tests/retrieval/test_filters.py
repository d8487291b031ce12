"""Filters keep what a plain reading of both records keeps, and nothing that is not stated."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from matcher.entities import JobSeeker, PayBasis, Vacancy
from matcher.features.columns import seeker_columns, vacancy_columns
from matcher.features.vectors import Vectors
from matcher.retrieval.filters import CLAIMED, narrowed, seekers_with, vacancies_with
from matcher.retrieval.pool import Pool, Segment
from tests.strategies import LEXICON, REFERENCE, TODAY, seekers, vacancies

FILTER = JobSeeker(id="wanted", registered_on=TODAY)


@st.composite
def filters(draw: st.DrawFn) -> JobSeeker:
    """The part of a record that a filter has, its pay by the month."""
    whole = draw(seekers())
    return replace(
        FILTER,
        district=whole.district,
        shifts=whole.shifts,
        employment=whole.employment,
        pay_floor=whole.pay_floor,
        licences=whole.licences,
    )


def columns_of(people: list[JobSeeker]):
    return seeker_columns(people, REFERENCE, LEXICON)


def states(asked: JobSeeker, place: str | None, record: JobSeeker | Vacancy) -> bool:
    return (
        (asked.district is None or place == asked.district)
        and (not asked.shifts or bool(asked.shifts & record.shifts))
        and (not asked.employment or bool(asked.employment & record.employment))
        and (not asked.licences or bool({*asked.licences} & {*(record.licences or ())}))
    )


def pays(asked: JobSeeker, vacancy: Vacancy) -> bool:
    floor, pay = asked.pay_floor, vacancy.pay
    if floor is None:
        return True
    if pay.disclosed is False:
        return floor <= CLAIMED
    top = pay.high or pay.low
    return pay.basis is PayBasis.MONTH and not pay.flag and top is not None and top >= floor


@given(filters(), st.lists(vacancies(), max_size=8))
def test_a_filter_of_vacancies_is_what_its_plain_rules_say(asked, jobs):
    columns = vacancy_columns([(job, 1) for job in jobs], REFERENCE, LEXICON)
    kept = vacancies_with(columns_of([asked]), columns)
    assert kept.tolist() == [states(asked, job.place, job) and pays(asked, job) for job in jobs]


@given(filters(), st.lists(seekers(), max_size=8))
def test_a_filter_of_people_is_what_its_plain_rules_say(asked, people):
    kept = seekers_with(columns_of([asked]), columns_of(people))
    assert kept.tolist() == [
        states(asked, person.district, person)
        and (
            asked.pay_floor is None
            or (
                person.pay_floor is not None
                and person.pay_floor_basis is PayBasis.MONTH
                and person.pay_floor <= asked.pay_floor
            )
        )
        for person in people
    ]


def test_a_pool_keeps_those_ids_only():
    people = [replace(FILTER, id=f"S-{at}") for at in range(4)]
    columns = columns_of(people)
    pool = Pool.of(Segment.of(columns, Vectors(*np.zeros((2, 4, 4), np.float32))))
    keep = partial(seekers_with, columns_of([FILTER]))

    def left(among: list[str] | None) -> list[str]:
        part = narrowed(pool, keep, among=among)
        return [person.id for person in people if part.one(person.id)]

    assert left(None) == ["S-0", "S-1", "S-2", "S-3"]
    assert left(["S-1", "S-9"]) == ["S-1"]
    assert left([]) == []
    assert len(pool) == 4
