"""The columns of eligibility say what the plain rules say."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from matcher.entities import JobSeeker, Pay, PayBasis, PayFlag, Vacancy
from matcher.features.columns import day_number, seeker_columns, vacancy_columns
from matcher.retrieval.criteria import Criterion, check, criteria_in
from matcher.retrieval.plain import eligibility_of
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
