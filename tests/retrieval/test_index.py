"""FAISS search over eligible rows is exact, whatever is eligible and however many are equal."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.errors import ArtefactError
from matcher.retrieval.index import FaissIndex
from matcher.retrieval.plain import search_exactly


@st.composite
def searches(draw: st.DrawFn):
    # Few distinct vectors: most draws have ties across the edge of the list.
    count = draw(st.integers(1, 600))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    kinds = rng.integers(0, draw(st.integers(1, 40)), size=count)
    # Eighths add up without rounding, so equal scores are equal in every order of addition.
    vectors = (rng.integers(-8, 9, size=(40, 8)) / 8).astype(np.float32)[kinds]
    allowed = rng.random(count) < draw(st.sampled_from([0.0, 0.005, 0.05, 0.5, 1.0]))
    query = (rng.integers(-8, 9, size=8) / 8).astype(np.float32)
    return vectors, query, allowed, draw(st.integers(1, 300))


@given(searches())
def test_search_equals_the_exact_reference(case):
    vectors, query, allowed, k = case
    rows, scores = FaissIndex.of(vectors).search(query, allowed, k)
    expected_rows, expected_scores = search_exactly(vectors, query, allowed, k)
    assert rows.tolist() == expected_rows.tolist()
    assert scores.tolist() == expected_scores.tolist()


@given(st.integers(0, 2**32 - 1), st.sampled_from([0.004, 0.3, 1.0]))
def test_equal_vectors_have_equal_scores_wherever_they_stand(seed, share):
    rng = np.random.default_rng(seed)
    vectors = rng.normal(size=(700, 384)).astype(np.float32)
    twins = rng.choice(700, size=9, replace=False)
    vectors[twins] = vectors[twins[0]]
    allowed = rng.random(700) < share
    allowed[twins] = True
    rows, scores = FaissIndex.of(vectors).search(vectors[twins[0]], allowed, 20)
    assert rows[:9].tolist() == sorted(twins.tolist())
    assert len(set(scores[:9].tolist())) == 1


def test_a_mapped_index_finds_what_the_built_one_found(tmp_path: Path):
    vectors = np.random.default_rng(1).normal(size=(50, 16)).astype(np.float32)
    built = FaissIndex.of(vectors)
    built.save(tmp_path / "v.faiss")
    mapped = FaissIndex.load(tmp_path / "v.faiss")
    allowed = np.ones(50, np.bool_)
    np.testing.assert_array_equal(mapped.vectors, vectors)
    np.testing.assert_array_equal(
        mapped.search(vectors[3], allowed, 9)[0], built.search(vectors[3], allowed, 9)[0]
    )


def test_an_index_of_nothing_finds_nothing(tmp_path: Path):
    FaissIndex.of(np.empty((0, 4), np.float32)).save(tmp_path / "v.faiss")
    rows, scores = FaissIndex.load(tmp_path / "v.faiss").search(
        np.ones(4, np.float32), np.empty(0, np.bool_), 5
    )
    assert len(rows) == len(scores) == 0


def test_rubbish_is_not_an_index(tmp_path: Path):
    (tmp_path / "v.faiss").write_bytes(b"not an index at all")
    with pytest.raises(ArtefactError, match="matcher index"):
        FaissIndex.load(tmp_path / "v.faiss")
