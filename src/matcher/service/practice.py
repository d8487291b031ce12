"""Lists of made-up records: compiled code is there before the first visitor waits for it."""

from __future__ import annotations

from datetime import date

import numpy as np

from matcher.allocation.congestion import free
from matcher.allocation.fair import Fair, schedule
from matcher.allocation.lists import Terms, order
from matcher.entities import JobSeeker, Vacancy
from matcher.features.columns import day_number, seeker_columns, vacancy_columns
from matcher.features.reading import Lexicon
from matcher.features.vectors import Vectors
from matcher.pipeline import explained, match_seekers, match_vacancies
from matcher.ranking.forest import Forest
from matcher.ranking.linear import LinearRanker
from matcher.reference import Reference
from matcher.retrieval.index import EXACT
from matcher.retrieval.pool import Pool, Segment

DAY = date(2026, 1, 1)
DIMENSION = 8
NO_TREES = """tree
num_tree_per_iteration=1
max_feature_idx=0
feature_names=none
tree_sizes=

end of trees

pandas_categorical:null
"""
"""As LightGBM writes a model that learnt nothing."""


def practise(reference: Reference) -> None:
    """Make a list for either side, of more candidates than a search scores; encodes nothing."""
    nothing = Lexicon.of([])
    vacancy = Vacancy(id="V", employer_id="E", title="", openings=1, posted_on=DAY)
    person = seeker_columns([JobSeeker(id="S", registered_on=DAY)], reference, nothing)
    offer = vacancy_columns([(vacancy, 1)], reference, nothing)
    ranker, today = LinearRanker(), day_number(DAY)
    matches = match_vacancies(
        person,
        _vectors(1),
        Pool.of(Segment.of(offer.take(np.zeros(EXACT + 1, np.int64)), _vectors(EXACT + 1))),
        ranker=ranker,
        reference=reference,
        today=today,
        k=1,
    )
    explained(matches, matches.candidates, ranker=ranker, reference=reference, today=today)
    forest, asked = Forest.of(NO_TREES), np.zeros((1, 1), np.float32)
    forest.sums(asked)
    forest.contributions(asked)
    one, certain = np.ones(1, np.int32), np.ones(1)
    terms = Terms(exposure=(1.0,), care=0.0, floor=1.0, discerning=0.0, rivalry=1.0)
    order(certain, free(certain, one), one, terms)
    schedule(_fair(), waiting=0.0)
    match_seekers(
        offer,
        _vectors(1),
        Pool.of(Segment.of(person, _vectors(1))),
        ranker=ranker,
        reference=reference,
        today=today,
        k=1,
    )


def _fair() -> Fair:
    one, whole = np.ones(1, np.int32), np.ones((1, 1))
    return Fair(
        ready=np.zeros(1, np.int32),
        leaves=2 * one,
        wanted=one,
        first=np.zeros(1),
        chances=whole,
        vacancies=np.zeros((1, 1), np.int32),
        interviewers=one,
        minutes=one,
        queued=np.zeros(1, np.int32),
        openings=one,
        pending=np.zeros(1),
    )


def _vectors(count: int) -> Vectors:
    drawn = np.random.default_rng(0).normal(size=(count, DIMENSION)).astype(np.float32)
    unit = drawn / np.linalg.norm(drawn, axis=1, keepdims=True)
    return Vectors(unit, unit.astype(np.float16))
