"""A change that is told opens exactly as many vacancies as it says."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import groupby
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.entities import Education, Employment, JobSeeker, Pay, PayBasis, Shift, Vacancy
from matcher.features.columns import day_number, seeker_columns, vacancy_columns
from matcher.retrieval.changes import (
    STEPPED,
    Change,
    ChangeKind,
    Opening,
    Tally,
    changes_to,
    tally_changes,
    worth_telling,
)
from matcher.retrieval.criteria import Criterion
from matcher.retrieval.plain import eligibility_of
from matcher.retrieval.plain_changes import changed, imaginable_changes, tally_plainly
from tests.strategies import LEXICON, REFERENCE, TODAY, seekers, vacancies

DAY = day_number(TODAY)
SEEKER = JobSeeker(
    id="S1",
    registered_on=TODAY,
    district="806",
    commute_km=5.0,
    shifts=Shift.DAY,
    employment=Employment.FULL_TIME,
    pay_floor=36_000,
    education=Education.SENIOR_HIGH,
    experience_years=1.0,
    licences=("car",),
    languages=("zh",),
)
VACANCY = Vacancy(id="V1", employer_id="E1", title="倉管", openings=2, posted_on=TODAY)
ASKED: dict[str, list[object]] = {
    "place": [None, "02", "01", *REFERENCE.districts],
    "pay": [
        Pay(basis=basis, low=low)
        for basis, lows in (
            (PayBasis.MONTH, range(29_000, 36_001, 500)),
            (PayBasis.HOUR, range(165, 201, 5)),
        )
        for low in lows
    ],
    "shifts": [Shift(bits) for bits in range(1, 16)],
    "employment": [Employment(bits) for bits in range(1, 4)],
    "licences": [(), ("car",), ("forklift",), ("car", "crane"), ("forklift", "crane")],
    "languages": [(), ("zh",), ("vi",), ("zh", "en"), ("vi", "en")],
    "education": list(Education),
    "closed_on": [None, TODAY],
}


def nearly_eligible(chance: Random) -> tuple[Vacancy, int]:
    """A vacancy that asks for one thing or two, so that many fail one criterion alone."""
    asked = chance.sample(sorted(ASKED), chance.randint(1, 2))
    return replace(VACANCY, **{name: chance.choice(ASKED[name]) for name in asked}), 1


pairs = st.tuples(vacancies(), st.integers(0, 9))


def tally(person: JobSeeker, found: list[tuple[Vacancy, int]], counted=None) -> Tally:
    return tally_changes(
        seeker_columns([person], REFERENCE, LEXICON),
        vacancy_columns(found, REFERENCE, LEXICON),
        np.ones(len(found), np.bool_) if counted is None else np.array(counted, np.bool_),
        reference=REFERENCE,
        today=DAY,
    )


def way_to(person: JobSeeker, job: Vacancy, left: int = 1) -> tuple[Change, ...] | None:
    return changes_to(
        seeker_columns([person], REFERENCE, LEXICON),
        vacancy_columns([(job, left)], REFERENCE, LEXICON),
        reference=REFERENCE,
        today=DAY,
    )


def failed(person: JobSeeker, job: Vacancy, left: int = 1) -> set[Criterion]:
    return eligibility_of(person, job, left, reference=REFERENCE, today=TODAY)[0]


def most_changed(person: JobSeeker) -> JobSeeker:
    """The person after everything at once: of steps the largest, of codes all."""
    for kind, group in groupby(imaginable_changes(person, REFERENCE), lambda change: change.kind):
        found = list(group)
        for change in found[-1:] if kind in STEPPED else found:
            person = changed(person, change)
    return person


@given(seekers(), st.lists(st.tuples(pairs, st.booleans()), max_size=10))
def test_a_change_opens_what_the_plain_rules_say_it_opens(person, rows):
    everything, counted = [pair for pair, _ in rows], [alive for _, alive in rows]
    standing = [pair for pair, alive in rows if alive]
    assert tally(person, everything, counted) == tally_plainly(
        person, standing, reference=REFERENCE, today=TODAY
    )


@pytest.mark.parametrize(
    "stated",
    [
        {},
        {"commute_km": 0.0, "pay_floor": 200, "pay_floor_basis": PayBasis.HOUR},
        {"commute_km": None, "districts_wanted": ("806", "842"), "licences": ()},
        {"commute_km": 12.5, "districts_wanted": ("842",), "shifts": Shift.EVENING | Shift.NIGHT},
    ],
)
def test_among_many_vacancies_each_change_opens_what_the_plain_rules_say(stated):
    person, chance = replace(SEEKER, **stated), Random(7)
    found = [nearly_eligible(chance) for _ in range(400)]
    told = tally(person, found)
    assert told == tally_plainly(person, found, reference=REFERENCE, today=TODAY)
    assert {change.kind for change in told.opens} == {
        change.kind for change in imaginable_changes(person, REFERENCE)
    }


@given(seekers(), st.lists(pairs, max_size=6), st.lists(pairs, max_size=6))
def test_parts_of_a_pool_are_counted_together(person, some, others):
    assert tally(person, some) + tally(person, others) == tally(person, some + others)


@given(seekers() | st.just(SEEKER), st.randoms().map(nearly_eligible) | pairs)
def test_the_changes_for_one_vacancy_open_it_and_none_of_them_can_be_left_out(person, pair):
    job, left = pair
    needed = way_to(person, job, left)
    if needed is None:
        assert failed(most_changed(person), job, left)
        return
    for left_out in (None, *needed):
        after = person
        for change in needed:
            after = after if change is left_out else changed(after, change)
        assert bool(failed(after, job, left)) == (left_out is not None)


@pytest.mark.parametrize(
    ("stated", "change"),
    [
        ({"place": "800"}, None),
        ({"place": "831"}, Change(ChangeKind.COMMUTE, 10)),
        ({"pay": Pay(basis=PayBasis.MONTH, low=34_000)}, Change(ChangeKind.MONTHLY_PAY, 2_000)),
        ({"pay": Pay(basis=PayBasis.MONTH, low=34_500)}, Change(ChangeKind.MONTHLY_PAY, 2_000)),
        ({"shifts": Shift.NIGHT}, Change(ChangeKind.SHIFT, Shift.NIGHT)),
        (
            {"employment": Employment.PART_TIME},
            Change(ChangeKind.EMPLOYMENT, Employment.PART_TIME),
        ),
        ({"licences": ("car", "forklift")}, Change(ChangeKind.LICENCE, "forklift")),
        ({"languages": ("vi",)}, Change(ChangeKind.LANGUAGE, "vi")),
    ],
)
def test_the_smallest_change_of_each_kind_is_told(stated, change):
    job = replace(VACANCY, **stated)
    told = [opening.change for opening in worth_telling(tally(SEEKER, [(job, 1)]).opens)]
    assert told == ([] if change is None else [change])
    assert way_to(SEEKER, job) == tuple(told)


def test_with_districts_alone_one_more_district_is_the_change():
    person = replace(SEEKER, commute_km=None, districts_wanted=("806",))
    found = [(replace(VACANCY, place=place), 1) for place in ("802", "802", "831", "01")]
    assert tally(person, found).opens == {
        Change(ChangeKind.DISTRICT, "802"): 2,
        Change(ChangeKind.DISTRICT, "831"): 1,
    }
    assert way_to(person, replace(VACANCY, place="01")) is None


def test_a_vacancy_that_lacks_two_things_counts_for_no_change():
    night_and_licence = replace(VACANCY, shifts=Shift.NIGHT, licences=("forklift",))
    two_licences = replace(VACANCY, licences=("forklift", "crane"))
    assert not tally(SEEKER, [(night_and_licence, 1), (two_licences, 1)]).opens
    assert way_to(SEEKER, two_licences) == (
        Change(ChangeKind.LICENCE, "forklift"),
        Change(ChangeKind.LICENCE, "crane"),
    )


@pytest.mark.parametrize(
    "stated", [{"education": Education.MASTER}, {"experience_years": 5.0}, {"closed_on": TODAY}]
)
def test_schooling_years_and_a_closed_vacancy_are_no_changes(stated):
    job = replace(VACANCY, **stated)
    assert tally(SEEKER, [(job, 1)]) == Tally()
    assert way_to(SEEKER, job) is None


def test_larger_steps_are_told_only_if_they_open_clearly_more():
    def further(km: int) -> Change:
        return Change(ChangeKind.COMMUTE, km)

    opens = Counter({further(10): 4, further(15): 7, further(20): 8, further(30): 15})
    assert worth_telling(opens) == (Opening(further(20), 8), Opening(further(10), 4))


def test_of_licences_those_that_open_most_are_told_first_and_ties_by_code():
    counts = {"forklift": 2, "crane": 2, "truck": 9, "boiler": 1}
    opens = Counter({Change(ChangeKind.LICENCE, code): n for code, n in counts.items()})
    told = [(opening.change.value, opening.opens) for opening in worth_telling(opens)]
    assert told == [("truck", 9), ("crane", 2), ("forklift", 2)]


def test_a_pay_floor_is_never_brought_to_nothing():
    person = replace(SEEKER, pay_floor=10, pay_floor_basis=PayBasis.HOUR)
    job = replace(VACANCY, pay=Pay(basis=PayBasis.HOUR, low=1))
    assert not tally(person, [(job, 1)]).opens
    assert way_to(person, job) is None
