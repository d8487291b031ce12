"""The columns of eligibility say what the plain rules say."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from matcher.entities import Education, JobSeeker, Pay, PayBasis, PayFlag, Vacancy
from matcher.features.columns import day_number, seeker_columns, vacancy_columns
from matcher.features.vectors import Vectors
from matcher.retrieval.criteria import (
    FAILS,
    Criterion,
    check,
    criteria_in,
    eligible_seekers,
    eligible_vacancies,
    elsewise,
    facts,
    kinds_of,
    most_lenient,
    of_kind,
    passes,
)
from matcher.retrieval.plain import eligibility_of
from matcher.retrieval.pool import Segment
from tests.strategies import LEXICON, REFERENCE, TODAY, seekers, vacancies

SEEKER = JobSeeker(id="S1", registered_on=TODAY)
VACANCY = Vacancy(id="V1", employer_id="E1", title="倉管", openings=2, posted_on=TODAY)


def verdicts(people: list[JobSeeker], jobs: list[tuple[Vacancy, int]]):
    found = check(
        seeker_columns(people, REFERENCE, LEXICON),
        vacancy_columns(jobs, REFERENCE, LEXICON),
        distances=REFERENCE.distances_km,
        today=day_number(TODAY),
    )
    return [
        (set(criteria_in(int(f))), set(criteria_in(int(u))))
        for f, u in zip(found.failed, found.unknown, strict=True)
    ]


def failed_and_unknown(person: JobSeeker, job: Vacancy, openings_left: int = 1):
    (one,) = verdicts([person], [(job, openings_left)])
    plain = eligibility_of(person, job, openings_left, reference=REFERENCE, today=TODAY)
    assert one == plain
    return one


@given(seekers(), st.lists(st.tuples(vacancies(), st.integers(-1, 2)), max_size=8))
def test_columns_agree_with_the_plain_rules_for_a_seeker(person, jobs):
    assert verdicts([person], jobs) == [
        eligibility_of(person, job, left, reference=REFERENCE, today=TODAY) for job, left in jobs
    ]


@given(st.lists(seekers(), max_size=8), vacancies(), st.integers(-1, 2))
def test_columns_agree_with_the_plain_rules_for_a_vacancy(people, job, left):
    assert verdicts(people, [(job, left)]) == [
        eligibility_of(person, job, left, reference=REFERENCE, today=TODAY) for person in people
    ]


def in_segment(columns):
    return Segment.of(columns, Vectors(*np.zeros((2, len(columns), 4), np.float32)))


@given(
    seekers(),
    st.lists(st.tuples(vacancies(), st.integers(-1, 2), st.booleans()), max_size=12),
)
def test_the_vacancies_a_search_may_find_are_those_that_pass_and_count(person, jobs):
    offers = [(replace(job, id=f"V{n}"), left) for n, (job, left, _) in enumerate(jobs)]
    segment = in_segment(vacancy_columns(offers, REFERENCE, LEXICON))
    gone = [f"V{n}".encode() for n, (*_, alive) in enumerate(jobs) if not alive]
    segment = segment.without(np.array(gone, "S32"))
    wished = seeker_columns([person], REFERENCE, LEXICON)
    found = eligible_vacancies(
        facts(wished),
        segment.columns,
        segment.alive,
        kinds=segment.kinds,
        starts=segment.starts,
        distances=REFERENCE.distances_km,
        today=day_number(TODAY),
    )
    assert set(segment.columns.ids[found].tolist()) == {
        job.id.encode()
        for (job, left), (*_, alive) in zip(offers, jobs, strict=True)
        if alive and not eligibility_of(person, job, left, reference=REFERENCE, today=TODAY)[0]
    }
    assert found.tolist() == sorted(found.tolist())


@given(st.lists(st.tuples(seekers(), st.booleans()), max_size=12), vacancies(), st.integers(-1, 2))
def test_the_seekers_a_search_may_find_are_those_that_pass_and_count(people, job, left):
    named = [replace(person, id=f"S{n}") for n, (person, _) in enumerate(people)]
    segment = in_segment(seeker_columns(named, REFERENCE, LEXICON))
    gone = [f"S{n}".encode() for n, (_, alive) in enumerate(people) if not alive]
    segment = segment.without(np.array(gone, "S32"))
    found = eligible_seekers(
        segment.kinds[0],
        facts(vacancy_columns([(job, left)], REFERENCE, LEXICON)),
        segment.alive,
        distances=REFERENCE.distances_km,
        today=day_number(TODAY),
    )
    assert set(segment.columns.ids[found].tolist()) == {
        person.id.encode()
        for person, (_, alive) in zip(named, people, strict=True)
        if alive and not eligibility_of(person, job, left, reference=REFERENCE, today=TODAY)[0]
    }


@given(
    st.lists(seekers(), min_size=1, max_size=5),
    st.lists(st.tuples(vacancies(), st.integers(-1, 2)), min_size=1, max_size=5),
)
def test_a_pair_passes_where_no_criterion_but_the_place_fails(people, jobs):
    today = day_number(TODAY)
    wishes = facts(seeker_columns(people, REFERENCE, LEXICON))
    offers = facts(vacancy_columns(jobs, REFERENCE, LEXICON))
    for wish in wishes:
        for offer in offers:
            failed = elsewise(wish, offer, today) & 0xFFFF
            assert passes(wish, offer, today) == (failed == 0)


def test_vacancies_that_differ_in_place_pay_and_days_alone_are_of_one_kind():
    paid = Pay(basis=PayBasis.MONTH, low=30_000, high=35_000, disclosed=True)
    jobs = [
        replace(VACANCY, pay=paid),
        replace(VACANCY, pay=replace(paid, low=28_000, high=None), place="806", openings=9),
        replace(VACANCY, pay=paid, education=Education.BACHELOR),
    ]
    offers = vacancy_columns([(job, job.openings) for job in jobs], REFERENCE, LEXICON)
    kinds, kind = kinds_of(offers)
    assert len(kinds) == 2
    assert kind[0] == kind[1] != kind[2]


@given(st.lists(seekers(), min_size=1, max_size=5), st.lists(vacancies(), min_size=1, max_size=5))
def test_what_passes_for_one_of_many_passes_for_the_most_lenient_of_them(people, jobs):
    offers = [(replace(job, id=f"V{n}"), 1) for n, job in enumerate(jobs)]
    wishes = facts(seeker_columns(people, REFERENCE, LEXICON))
    kinds, _ = kinds_of(vacancy_columns(offers, REFERENCE, LEXICON))
    together = most_lenient(wishes)[0]
    for kind in kinds:
        if any(of_kind(wish, kind, day_number(TODAY)) != FAILS for wish in wishes):
            assert of_kind(together, kind, day_number(TODAY)) != FAILS


def test_nothing_known_excludes_nobody_and_names_what_is_unknown():
    failed, unknown = failed_and_unknown(SEEKER, VACANCY)
    assert failed == set()
    assert unknown == set(Criterion) - {Criterion.OPEN}


def test_a_full_an_expired_and_a_closed_vacancy_fail():
    assert failed_and_unknown(SEEKER, VACANCY, openings_left=0)[0] == {Criterion.OPEN}
    yesterday = TODAY.replace(day=1).fromordinal(TODAY.toordinal() - 1)
    posted = replace(VACANCY, posted_on=yesterday)
    assert failed_and_unknown(SEEKER, replace(posted, closes_on=yesterday))[0] == {Criterion.OPEN}
    assert failed_and_unknown(SEEKER, replace(posted, closed_on=TODAY))[0] == {Criterion.OPEN}
    assert failed_and_unknown(SEEKER, replace(posted, closes_on=TODAY))[0] == set()


def test_a_workplace_outside_the_way_fails_and_a_wanted_district_passes():
    person = replace(SEEKER, district="806", commute_km=5.0)
    far = replace(VACANCY, place="842")
    assert Criterion.PLACE in failed_and_unknown(person, far)[0]
    assert Criterion.PLACE in failed_and_unknown(person, replace(VACANCY, place="01"))[0]
    wanting = replace(person, districts_wanted=("842",))
    assert Criterion.PLACE not in failed_and_unknown(wanting, far)[0]


def test_a_workplace_somewhere_in_the_city_is_unknown_not_far():
    person = replace(SEEKER, district="806", commute_km=5.0)
    failed, unknown = failed_and_unknown(person, replace(VACANCY, place="02"))
    assert Criterion.PLACE not in failed
    assert Criterion.PLACE in unknown


def test_undisclosed_flagged_and_hourly_pay_is_never_compared_with_a_monthly_wish():
    person = replace(SEEKER, pay_floor=36_000)
    for pay in (
        Pay(disclosed=False),
        Pay(basis=PayBasis.HOUR, low=200, disclosed=True),
        Pay(
            basis=PayBasis.MONTH,
            low=196,
            disclosed=True,
            flag=PayFlag.HOURLY_IN_MONTHLY_FIELD,
        ),
    ):
        failed, unknown = failed_and_unknown(person, replace(VACANCY, pay=pay))
        assert Criterion.PAY not in failed
        assert Criterion.PAY in unknown
    low = replace(VACANCY, pay=Pay(basis=PayBasis.MONTH, low=30_000, high=35_000, disclosed=True))
    assert Criterion.PAY in failed_and_unknown(person, low)[0]
