"""The linear score moves as sense says, adds up, and its reasons say what moved it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.entities import JobSeeker, Language, Pay, PayBasis, Shift, Vacancy
from matcher.features.columns import day_number, seeker_columns, vacancy_columns
from matcher.features.pairs import FEATURE_NAMES, build_rows, distance_km
from matcher.ranking.linear import TERMS, LinearRanker
from matcher.ranking.reasons import MOST_AGAINST, MOST_FOR, reasons
from matcher.ranking.wording import ReasonCode, word
from tests.strategies import LEXICON, REFERENCE, TODAY, seekers, vacancies

RANKER = LinearRanker()
UNKNOWN = np.full((1, len(FEATURE_NAMES)), np.nan, np.float32)


def score(**values: float) -> float:
    row = UNKNOWN.copy()
    for name, value in values.items():
        row[0, FEATURE_NAMES.index(name)] = value
    return float(RANKER.contributions(row).sum())


def test_every_feature_has_a_term_and_the_other_way_round():
    assert set(TERMS) == set(FEATURE_NAMES)


def test_what_is_unknown_adds_nothing():
    assert score() == 0.0


@pytest.mark.parametrize(
    ("name", "sign"),
    [
        ("similarity", 1),
        ("occupation_closeness", 1),
        ("distance_km", -1),
        ("pay_margin", 1),
        ("shift_fit", 1),
        ("licences_required_held", 1),
        ("licences_mentioned_held", 1),
        ("experience_margin", 1),
        ("languages_required_held", 1),
        ("age_days", -1),
        ("openings_left", 1),
        ("title_similarity", 1),
        ("employer_hire_rate", 1),
    ],
)
@given(st.floats(-50, 100), st.floats(0, 50))
def test_more_never_moves_the_score_the_wrong_way(name, sign, value, more):
    assert sign * (score(**{name: value + more}) - score(**{name: value})) >= -1e-6


def told(person: JobSeeker, job: Vacancy, similarity: float = 0.9):
    them = seeker_columns([person], REFERENCE, LEXICON)
    those = vacancy_columns([(job, job.openings)], REFERENCE, LEXICON)
    rows = build_rows(
        them,
        those,
        similarity=np.array([similarity], np.float32),
        title_similarity=np.array([np.nan], np.float32),
        distance_km=distance_km(them, those, REFERENCE.distances_km),
        today=day_number(TODAY),
    )
    (found,) = reasons(rows, RANKER.contributions(rows), them, those, REFERENCE)
    return found


def test_the_reasons_are_those_a_person_would_give():
    person = JobSeeker(
        id="S1",
        registered_on=TODAY,
        district="806",
        pay_floor=33_000,
        shifts=Shift.DAY,
        licences=("forklift",),
    )
    job = Vacancy(
        id="V1",
        employer_id="E1",
        title="職缺",
        openings=1,
        posted_on=TODAY,
        place="806",
        shifts=Shift.DAY,
        licences=("forklift",),
        pay=Pay(basis=PayBasis.MONTH, low=30_000, high=35_000, disclosed=True),
    )
    said = {
        reason.code: word(reason.code, reason.params, language=Language.EN, reference=REFERENCE)
        for reason in told(person, job)
    }
    assert {
        ReasonCode.LICENCE_HELD,
        ReasonCode.SAME_DISTRICT,
        ReasonCode.PAY_ABOVE,
        ReasonCode.SHIFT_FITS,
        ReasonCode.SIMILAR_TEXT,
    } == set(said)
    assert "2,000" in said[ReasonCode.PAY_ABOVE]
    assert "forklift" in said[ReasonCode.LICENCE_HELD]


def test_what_speaks_against_comes_last_and_is_said():
    person = JobSeeker(id="S1", registered_on=TODAY, district="806", shifts=Shift.DAY)
    job = Vacancy(
        id="V1", employer_id="E1", title="x", openings=1, posted_on=TODAY, place="842",
        shifts=Shift.NIGHT,
    )  # fmt: skip
    codes = [reason.code for reason in told(person, job)]
    assert set(codes[-2:]) == {ReasonCode.FAR, ReasonCode.SHIFT_DIFFERS}


@given(seekers(), vacancies(), st.floats(-1.0, 1.0))
def test_every_reason_can_be_said_in_every_language(person, job, similarity):
    found = told(person, job, similarity)
    assert len(found) <= MOST_FOR + MOST_AGAINST
    for reason in found:
        for language in Language:
            assert word(reason.code, reason.params, language=language, reference=REFERENCE)
