"""Search over eligible rows is exact, whatever is eligible and however many are equal."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from matcher.errors import ArtefactError
from matcher.retrieval import index as module
from matcher.retrieval.index import VectorIndex
from matcher.retrieval.plain import search_exactly
from matcher.retrieval.scoring import asked_of, dots, told

FILES = (".faiss", ".codes.npy", ".safetensors")


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
    return vectors, query, np.flatnonzero(allowed).astype(np.int32), draw(st.integers(1, 300))


def best(rows, scores, k):
    """The k best with ties broken by row, as a pool breaks them by id."""
    order = np.lexsort((rows, -scores))[:k]
    return rows[order].tolist(), scores[order].tolist()


@settings(deadline=None)
@given(searches())
def test_search_equals_the_exact_reference(case):
    vectors, query, rows, k = case
    found = VectorIndex.of(vectors).search(query, rows, k)
    assert best(*found, k) == tuple(
        part.tolist() for part in search_exactly(vectors, query, rows, k)
    )


@settings(deadline=None)
@given(searches())
def test_a_search_gives_nothing_beyond_the_best_and_what_ties_with_the_last(case):
    vectors, query, rows, k = case
    _, scores = VectorIndex.of(vectors).search(query, rows, k)
    assert all(score == scores[k - 1] for score in scores[k:].tolist())
    assert np.all(scores[:-1] >= scores[1:])


numbers = st.floats(-1, 1, width=32, allow_subnormal=False)


@settings(deadline=None)
@given(arrays(np.float32, (7, 16), elements=numbers), arrays(np.float32, 16, elements=numbers))
def test_rounding_takes_no_more_away_than_the_bounds_allow(vectors, query):
    index, rows = VectorIndex.of(vectors), np.arange(7, dtype=np.int32)
    codes, scales, _ = index.rounded
    asked = asked_of(query, index.worst)
    scores, slacks = np.array([told(codes, scales, row, asked) for row in rows]).T
    lowest, highest = scores - slacks, scores + slacks
    true = vectors.astype(np.float64) @ query.astype(np.float64)
    assert not np.isnan([lowest, highest]).any()
    assert np.all(lowest <= true)
    assert np.all(true <= highest)
    scores = dots(vectors, rows, query)
    assert np.all((lowest <= scores) & (scores <= highest))


@settings(deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from([0.004, 0.3, 1.0]))
def test_equal_vectors_have_equal_scores_wherever_they_stand(seed, share):
    rng = np.random.default_rng(seed)
    vectors = rng.normal(size=(700, 384)).astype(np.float32)
    twins = rng.choice(700, size=9, replace=False)
    vectors[twins] = vectors[twins[0]]
    allowed = rng.random(700) < share
    allowed[twins] = True
    rows, scores = VectorIndex.of(vectors).search(
        vectors[twins[0]], np.flatnonzero(allowed).astype(np.int32), 20
    )
    assert sorted(rows[:9].tolist()) == sorted(twins.tolist())
    assert len(set(scores[:9].tolist())) == 1


@pytest.mark.parametrize("count", [300, 2_000])
def test_a_search_scores_as_the_rest_of_the_program_does(count: int):
    # To the last bit: a list, the night's and that of the past tell the same score of a pair.
    vectors = np.random.default_rng(6).normal(size=(count, 384)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    rows, scores = VectorIndex.of(vectors).search(vectors[0], np.arange(count, dtype=np.int32), 250)
    np.testing.assert_array_equal(scores, dots(vectors, rows, vectors[0]))


@given(st.integers(1, 3_000), st.integers(0, 2**32 - 1))
def test_no_query_is_so_long_that_its_sums_run_over(dimension, seed):
    query = np.random.default_rng(seed).choice(np.float32([-1, 1]), dimension)
    largest = int(np.abs(asked_of(query, np.float32(0)).codes.astype(np.int64)).sum()) * 127
    assert largest < 2**31


@pytest.fixture
def trades(monkeypatch: pytest.MonkeyPatch):
    """3,000 unit vectors in thirty heaps, in an index that scores all of 400 rows, less of more."""
    monkeypatch.setattr(module, "EXACT", 400)
    monkeypatch.setattr(module, "A_CLUSTER", 50)
    rng = np.random.default_rng(2)
    heaps = rng.normal(size=(30, 24))[rng.integers(30, size=3_000)]
    vectors = (heaps + 0.5 * rng.normal(size=heaps.shape)).astype(np.float32)
    return VectorIndex.of(vectors / np.linalg.norm(vectors, axis=1, keepdims=True))


@pytest.mark.parametrize("share", [0.2, 0.5, 1.0])
def test_of_very_many_rows_the_nearest_clusters_are_searched(trades: VectorIndex, share: float):
    rng = np.random.default_rng(3)
    allowed = np.flatnonzero(rng.random(len(trades)) < share).astype(np.int32)
    recalls = []
    for query in trades.vectors[:100]:
        rows, scores = trades.search(query, allowed, 20)
        exact, _ = search_exactly(trades.vectors, query, allowed, 20)
        recalls.append(len(set(rows.tolist()) & set(exact.tolist())) / 20)
        assert set(rows.tolist()) <= set(allowed.tolist())
        np.testing.assert_array_equal(scores, dots(trades.vectors, rows, query))
    assert len(trades.centroids) > 1
    assert np.mean(recalls) >= 0.99


def test_up_to_the_most_rows_scored_clusters_do_not_matter(trades: VectorIndex):
    allowed = np.arange(0, 3_000, 8, dtype=np.int32)
    for query in trades.vectors[:20]:
        found = trades.search(query, allowed, 30)
        assert best(*found, 30)[0] == search_exactly(trades.vectors, query, allowed, 30)[0].tolist()


def test_however_few_are_eligible_near_the_query_enough_are_scored(trades: VectorIndex):
    query = trades.vectors[0]
    far = np.argsort(trades.vectors @ query, kind="stable")[:1_000].astype(np.int32)
    rows, _ = trades.search(query, np.sort(far), 300)
    assert len(rows) == 300
    assert set(rows.tolist()) <= set(far.tolist())


def test_more_may_be_asked_for_than_are_scored(trades: VectorIndex):
    rows, _ = trades.search(trades.vectors[0], np.arange(3_000, dtype=np.int32), 1_000)
    assert len(rows) == 1_000


def test_rows_added_later_are_found_like_the_others(trades: VectorIndex):
    joined = trades.take(np.arange(1_500)).extended(trades.vectors[1_500:])
    for name in ("vectors", "clusters", "members", "places", "bounds"):
        np.testing.assert_array_equal(getattr(joined, name), getattr(trades, name))
    for found, expected in zip(joined.rounded, trades.rounded, strict=True):
        np.testing.assert_array_equal(found, expected)


def test_rows_taken_in_another_order_are_found_where_they_went(trades: VectorIndex):
    order = np.random.default_rng(4).permutation(len(trades))
    turned = trades.take(order)
    everything = np.arange(len(trades), dtype=np.int32)
    for query in trades.vectors[:20]:
        rows, scores = turned.search(query, everything, 20)
        expected, same = trades.search(query, everything, 20)
        assert set(order[rows].tolist()) == set(expected.tolist())
        np.testing.assert_array_equal(scores, same)
    for found, expected in zip(
        turned.rounded_at(everything), trades.rounded_at(order), strict=True
    ):
        np.testing.assert_array_equal(found, expected)


def test_a_query_that_says_nothing_is_like_all_rows():
    index = VectorIndex.of(np.eye(4, dtype=np.float32))
    rows, scores = index.search(np.zeros(4, np.float32), np.arange(4, dtype=np.int32), 2)
    assert rows.tolist() == [0, 1, 2, 3]
    assert scores.tolist() == [0, 0, 0, 0]


def test_a_mapped_index_finds_what_the_built_one_found(tmp_path: Path):
    vectors = np.random.default_rng(1).normal(size=(50, 16)).astype(np.float32)
    built = VectorIndex.of(vectors)
    built.save(tmp_path / "v")
    mapped = VectorIndex.load(tmp_path / "v")
    everything = np.arange(50, dtype=np.int32)
    np.testing.assert_array_equal(mapped.vectors, vectors)
    np.testing.assert_array_equal(
        mapped.search(vectors[3], everything, 9)[0], built.search(vectors[3], everything, 9)[0]
    )


def test_an_index_of_nothing_finds_nothing(tmp_path: Path):
    VectorIndex.of(np.empty((0, 4), np.float32)).save(tmp_path / "v")
    rows, scores = VectorIndex.load(tmp_path / "v").search(
        np.ones(4, np.float32), np.empty(0, np.int32), 5
    )
    assert len(rows) == len(scores) == 0


@pytest.mark.parametrize("part", FILES)
def test_rubbish_is_not_an_index(tmp_path: Path, part: str):
    VectorIndex.of(np.eye(4, dtype=np.float32)).save(tmp_path / "v")
    (tmp_path / f"v{part}").write_bytes(b"not an index at all")
    with pytest.raises(ArtefactError, match="matcher index"):
        VectorIndex.load(tmp_path / "v")


@pytest.mark.parametrize("part", FILES)
def test_files_of_two_indexes_are_no_index(tmp_path: Path, part: str):
    VectorIndex.of(np.eye(4, dtype=np.float32)).save(tmp_path / "v")
    VectorIndex.of(np.eye(4, dtype=np.float32)[:3]).save(tmp_path / "w")
    (tmp_path / f"w{part}").replace(tmp_path / f"v{part}")
    with pytest.raises(ArtefactError, match="different indexes"):
        VectorIndex.load(tmp_path / "v")
