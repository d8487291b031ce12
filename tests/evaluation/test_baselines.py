"""Every baseline keeps the same promises, and each orders by what its name says."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.evaluation.baselines import (
    BM25,
    EmbeddingOnly,
    NewestFirst,
    Popularity,
    RandomOrder,
    Scorer,
    score_pools,
    tokens,
)
from matcher.evaluation.metrics import Pools
from tests.evaluation import plain

QUERY_TEXTS = ["堆高機操作員", "welder thợ hàn", ""]
CATALOGUE_TEXTS = ["堆高機司機", "Forklift 堆高機", "", "電銲工 Welder", "พนักงานขับรถ", "倉管"]
QUERIES, CATALOGUE = len(QUERY_TEXTS), len(CATALOGUE_TEXTS)


def unit(rows: int) -> np.ndarray:
    vectors = np.random.default_rng(rows).standard_normal((rows, 384)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


SCORERS: dict[str, Scorer] = {
    "random": RandomOrder(query_ids=np.array([b"S1", b"S2", b"S3"]), catalogue_size=CATALOGUE),
    "newest first": NewestFirst(np.array([5, 9, 9, 1, 7, 3])),
    "popularity": Popularity(
        counts=np.array([[0, 0, 0, 0, 0, 0], [3, 0, 1, 0, 0, 2]]), day_of_query=np.array([0, 1, 1])
    ),
    "embedding": EmbeddingOnly(queries=unit(QUERIES), catalogue=unit(CATALOGUE)),
    "bm25": BM25.of(QUERY_TEXTS, CATALOGUE_TEXTS),
}
every_scorer = pytest.mark.parametrize("scorer", SCORERS.values(), ids=SCORERS.keys())


@every_scorer
@given(query=st.integers(0, 2), rows=st.lists(st.integers(0, CATALOGUE - 1), max_size=20))
def test_a_score_belongs_to_the_pair_and_not_to_the_company_it_is_asked_in(scorer, query, rows):
    scores = scorer.scores(query, np.array(rows, np.int64))
    singly = [scorer.scores(query, np.array([row])).item() for row in rows]
    assert scores.dtype == np.float64
    assert scores.shape == (len(rows),)
    assert scores.tolist() == singly


@every_scorer
def test_pools_are_scored_query_by_query(scorer):
    pools = Pools(
        offsets=np.array([0, 2, 2, 5]), items=np.array([1, 4, 0, 1, 5]), gains=np.zeros(5)
    )
    expected = [*scorer.scores(0, np.array([1, 4])), *scorer.scores(2, np.array([0, 1, 5]))]
    assert score_pools(scorer, pools).tolist() == expected


def test_the_random_order_is_that_of_the_query_id_and_of_the_seed():
    everything = np.arange(CATALOGUE)
    ids = np.array([b"S1", b"S2"])
    scorer = RandomOrder(query_ids=ids, catalogue_size=CATALOGUE)
    turned = RandomOrder(query_ids=ids[::-1], catalogue_size=CATALOGUE)
    other_seed = RandomOrder(query_ids=ids, catalogue_size=CATALOGUE, seed=1)
    first = scorer.scores(0, everything)
    assert first.tolist() == turned.scores(1, everything).tolist()
    assert first.tolist() != scorer.scores(1, everything).tolist()
    assert first.tolist() != other_seed.scores(0, everything).tolist()


def test_the_random_order_favours_nobody():
    ids = np.array([f"S{number}".encode() for number in range(2_000)])
    scorer = RandomOrder(query_ids=ids, catalogue_size=5)
    winners = [int(scorer.scores(query, np.arange(5)).argmax()) for query in range(2_000)]
    assert np.bincount(winners, minlength=5).min() > 320


def test_the_newest_candidate_scores_highest():
    scores = SCORERS["newest first"].scores(0, np.arange(CATALOGUE))
    assert np.lexsort((np.arange(CATALOGUE), -scores)).tolist() == [1, 2, 4, 0, 5, 3]


def test_popularity_counts_only_what_the_day_of_the_query_may_see():
    scorer = SCORERS["popularity"]
    assert scorer.scores(0, np.array([0, 5])).tolist() == [0, 0]
    assert scorer.scores(1, np.array([0, 5])).tolist() == [3, 2]


def test_the_embedding_scores_by_cosine():
    vectors = np.array([[1, 0], [0, 1], [0.6, 0.8]], np.float32)
    scorer = EmbeddingOnly(queries=vectors[:1], catalogue=vectors)
    assert scorer.scores(0, np.arange(3)) == pytest.approx([1, 0, 0.6])


WORDS = st.lists(st.sampled_from(["forklift", "welder", "night", "倉管", "電銲"]), max_size=6)


@given(WORDS, st.lists(WORDS, min_size=1, max_size=6))
def test_bm25_agrees_with_the_plain_formula(query, documents):
    scorer = BM25.of([" ".join(query)], [" ".join(document) for document in documents])
    scores = scorer.scores(0, np.arange(len(documents)))
    expected = plain.bm25(query, documents) if any(documents) else [0.0] * len(documents)
    np.testing.assert_allclose(scores, expected, rtol=1e-5, atol=1e-6)


def test_bm25_finds_shared_words_in_every_script_and_nothing_else():
    scorer = BM25.of(["我會開堆高機", "WELDER", "ขับรถ", "nothing of it"], CATALOGUE_TEXTS)
    found = [np.flatnonzero(scorer.scores(query, np.arange(CATALOGUE))) for query in range(4)]
    assert [rows.tolist() for rows in found] == [[0, 1], [3], [4], []]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("堆高機", ["堆高", "高機"]),
        ("銲", ["銲"]),
        ("CNC車床 3年", ["cnc", "車床", "3", "年"]),
        ("Ｗｅｌｄｅｒ", ["welder"]),
        ("thợ hàn, Thợ HÀN", ["thợ", "hàn", "thợ", "hàn"]),
        ("tho\u031b\u0323 ha\u0300n", ["thợ", "hàn"]),
        ("ขับรถ", ["ขับ", "ับร", "บรถ"]),
        ("รถ", ["รถ"]),
        ("work_time / 24-hour", ["work", "time", "24", "hour"]),
        ("𠮷野家", ["𠮷野", "野家"]),
        (" ,。_ ", []),
        ("", []),
    ],
)
def test_each_script_is_cut_in_its_own_way(text, expected):
    assert tokens(text) == expected


@given(st.text())
def test_tokens_are_never_blank_and_repeat_themselves(text):
    found = tokens(text)
    assert all(token.strip() for token in found)
    assert found == tokens(text)
