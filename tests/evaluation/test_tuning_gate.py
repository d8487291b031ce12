"""A tuned encoder serves only if it finds more placements and nobody is worse off."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.evaluation.tuning_gate import (
    ACROSS,
    MUST_NOT_LOSE,
    NEAREST,
    PLACED,
    Change,
    change,
    found,
    objections,
)


def changed(before: float, after: float, pairs: int = 400) -> Change:
    """Recall of so many pairs, where those found more or less are as few as can be."""
    rank = np.arange(pairs) / pairs
    return change(
        (rank < before).astype(float),
        (rank < after).astype(float),
        rng=np.random.default_rng(1),
    )


BETTER, WORSE, SAME = changed(0.6, 0.7), changed(0.7, 0.6), changed(0.6, 0.6)
ALL_WELL = {PLACED: BETTER} | dict.fromkeys(MUST_NOT_LOSE, SAME)


def test_a_gain_without_a_loss_is_promoted():
    assert objections(ALL_WELL) == ()


@pytest.mark.parametrize("placed", [SAME, WORSE, changed(0.6, 0.6025), changed(0.5, 1.0, pairs=1)])
def test_without_a_gain_beyond_the_interval_nothing_is_promoted(placed: Change):
    assert objections(ALL_WELL | {PLACED: placed}) == (f"{PLACED}: no gain beyond the interval",)


@pytest.mark.parametrize("group", MUST_NOT_LOSE)
def test_a_loss_of_any_other_group_is_refused(group: str):
    assert objections(ALL_WELL | {group: WORSE}) == (f"{group}: a loss beyond the interval",)


@pytest.mark.parametrize("pairs", [0, 1])
def test_a_group_that_cannot_be_judged_is_refused(pairs: int):
    unknown = changed(0.5, 0.5, pairs=pairs)
    assert objections(ALL_WELL | {ACROSS: unknown}) == (f"{ACROSS}: too few pairs to judge",)


def test_a_loss_within_the_interval_is_no_objection():
    assert objections(ALL_WELL | {ACROSS: changed(0.6, 0.5975)}) == ()


@given(seed=st.integers(0, 10_000), catalogue=st.integers(1, 120), kinds=st.integers(1, 120))
def test_what_is_found_is_among_the_fifty_nearest(seed: int, catalogue: int, kinds: int):
    rng = np.random.default_rng(seed)
    # With fewer kinds than rows some are equal: the earlier row is then the nearer.
    distinct = rng.normal(size=(kinds, 4)).astype(np.float32)
    vectors = distinct[rng.integers(0, kinds, catalogue)]
    queries = rng.normal(size=(3, 4)).astype(np.float32)
    pairs = np.stack([rng.integers(0, 3, 20), rng.integers(0, catalogue, 20)], axis=1)
    expected = [
        target in np.argsort(-(vectors @ queries[query]), kind="stable")[:NEAREST]
        for query, target in pairs
    ]
    assert found(queries, vectors, pairs).tolist() == expected
