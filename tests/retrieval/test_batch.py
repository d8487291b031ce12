"""The night finds for everybody at once what a search for each of them finds."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.entities import JobSeeker, Shift, Vacancy
from matcher.features.columns import day_number, seeker_columns, vacancy_columns
from matcher.features.vectors import Vectors
from matcher.retrieval import batch
from matcher.retrieval.batch import (
    Nearest,
    floating_product,
    integer_product,
    nearest_vacancies,
)
from matcher.retrieval.contenders import best_of
from matcher.retrieval.criteria import eligible_vacancies
from matcher.retrieval.plain import search_exactly
from matcher.retrieval.pool import Segment
from tests.strategies import LEXICON, REFERENCE, TODAY, seekers, vacancies

STRANGER = JobSeeker(id="S1", registered_on=TODAY)
JOB = Vacancy(id="V1", employer_id="E1", title="倉管", openings=1, posted_on=TODAY)
DIMENSION = 8
DISTANCES = REFERENCE.distances_km
DAY = day_number(TODAY)


def segment_of(columns, rng: np.random.Generator, *, kinds: int):
    """Records with vectors in eighths, of which no sum is rounded; few kinds make many ties."""
    vectors = (rng.integers(-4, 5, (kinds, DIMENSION)) / 8)[rng.integers(kinds, size=len(columns))]
    return Segment.of(columns, Vectors(vectors.astype(np.float32), vectors.astype(np.float16)))


@st.composite
def bureaus(draw: st.DrawFn):
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    people = draw(st.lists(seekers(), max_size=6))
    jobs = draw(st.lists(st.tuples(vacancies(), st.integers(0, 2)), max_size=40))
    copies = draw(st.integers(1, 4))
    offers = [
        (replace(job, id=f"V{copy}{n:03}"), left)
        for copy in range(copies)
        for n, (job, left) in enumerate(jobs)
    ]
    asking = seeker_columns(
        [replace(person, id=f"S{n}") for n, person in enumerate(people)], REFERENCE, LEXICON
    )
    offering = vacancy_columns(offers, REFERENCE, LEXICON)
    kinds = draw(st.integers(1, 20))
    return segment_of(asking, rng, kinds=kinds), segment_of(offering, rng, kinds=kinds)


def one_by_one(asking, offering, k: int) -> Nearest:
    rows = np.full((len(asking.columns), k), -1, np.int32)
    scores = np.full((len(asking.columns), k), -np.inf, np.float32)
    by_id = np.argsort(offering.by_id)
    for one in range(len(rows)):
        eligible = eligible_vacancies(
            asking.kinds[0][one : one + 1],
            offering.columns,
            offering.alive,
            kinds=offering.kinds,
            starts=offering.starts,
            distances=DISTANCES,
            today=DAY,
        )
        # Ties stand by id, and the reference breaks them by row.
        by_rank = offering.index.vectors[offering.by_id]
        found = search_exactly(by_rank, asking.index.vectors[one], np.sort(by_id[eligible]), k)
        rows[one, : len(found[0])] = offering.by_id[found[0]]
        scores[one, : len(found[1])] = found[1]
    return Nearest(rows, scores)


@settings(deadline=None)
@given(bureaus(), st.integers(1, 12))
@pytest.mark.parametrize("multiply", [floating_product, integer_product])
def test_the_night_finds_what_a_search_for_each_finds(multiply, bureau, k):
    found = nearest_vacancies(*bureau, k, distances=DISTANCES, today=DAY, multiply=multiply)
    expected = one_by_one(*bureau, k)
    assert found.rows.tolist() == expected.rows.tolist()
    assert found.scores.tolist() == expected.scores.tolist()


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(batch, "CHUNK", 7)
    monkeypatch.setattr(batch, "BLOCK", 16)


@settings(deadline=None)
@given(data=st.data())
@pytest.mark.usefixtures("small_blocks")
def test_how_it_is_cut_into_blocks_does_not_matter(data):
    bureau = data.draw(bureaus())
    found = nearest_vacancies(*bureau, 3, distances=DISTANCES, today=DAY, multiply=floating_product)
    assert found.rows.tolist() == one_by_one(*bureau, 3).rows.tolist()


def test_sentence_like_vectors_are_found_exactly_on_one_core_and_on_two():
    rng = np.random.default_rng(5)
    people = seeker_columns(
        [replace(STRANGER, id=f"S{n:03}", shifts=Shift(n % 4)) for n in range(150)],
        REFERENCE,
        LEXICON,
    )
    jobs = vacancy_columns(
        [(replace(JOB, id=f"V{n:04}", shifts=Shift(n % 3)), 1) for n in range(3_000)],
        REFERENCE,
        LEXICON,
    )

    def spread(columns):
        vectors = rng.normal(size=(len(columns), 96)).astype(np.float32)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        return Segment.of(columns, Vectors(vectors, vectors.astype(np.float16)))

    asking, offering = spread(people), spread(jobs)
    one = nearest_vacancies(asking, offering, 20, distances=DISTANCES, today=DAY, threads=1)
    two = nearest_vacancies(asking, offering, 20, distances=DISTANCES, today=DAY, threads=2)
    np.testing.assert_array_equal(one.rows, two.rows)
    np.testing.assert_array_equal(one.rows, one_by_one(asking, offering, 20).rows)


def test_where_all_are_alike_those_of_the_lowest_ids_are_found():
    jobs = vacancy_columns(
        [(replace(JOB, id=f"V{n:04}"), 1) for n in range(500)], REFERENCE, LEXICON
    )
    alike = np.ones((500, 4), np.float32) / 2
    offering = Segment.of(jobs, Vectors(alike, alike.astype(np.float16)))
    person = seeker_columns([STRANGER], REFERENCE, LEXICON)
    asking = Segment.of(person, Vectors(alike[:1], alike[:1].astype(np.float16)))
    found = nearest_vacancies(asking, offering, 3, distances=DISTANCES, today=DAY)
    assert offering.columns.ids[found.rows[0]].tolist() == [b"V0000", b"V0001", b"V0002"]


def test_without_open_vacancies_nobody_finds_anything():
    closed = vacancy_columns([(JOB, 0)], REFERENCE, LEXICON)
    vector = np.ones((1, 4), np.float32) / 2
    offering = Segment.of(closed, Vectors(vector, vector.astype(np.float16)))
    person = seeker_columns([STRANGER], REFERENCE, LEXICON)
    asking = Segment.of(person, Vectors(vector, vector.astype(np.float16)))
    found = nearest_vacancies(asking, offering, 3, distances=DISTANCES, today=DAY)
    assert found.rows.tolist() == [[-1, -1, -1]]


FEW_SCORES = st.sampled_from([-np.inf, -1.5, -1e-9, -0.0, 0.0, 1e-9, 0.25, 0.25000003, 1.0])


@given(st.lists(FEW_SCORES, min_size=1, max_size=30), st.integers(1, 30), st.randoms())
def test_the_best_stand_by_score_and_of_equal_scores_by_rank(scores, k, rng):
    ranks = rng.sample(range(1_000_000), len(scores))
    single = np.array([scores], np.float32)
    found, best = best_of(np.array([ranks]), single, k)
    order = np.lexsort((ranks, -single[0]))[:k]
    assert found[0].tolist() == [ranks[place] for place in order]
    assert best[0].tolist() == single[0, order].tolist()
