"""Drift is nothing between samples of one kind, grows with the difference, and is told by hand."""

from __future__ import annotations

from math import log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from matcher.evaluation.bands import DEFINITIONS, Figure, alerts
from matcher.evaluation.drift import LEAST, mean_shift, stability_index

codes = arrays(np.int8, st.integers(LEAST, 120), elements=st.integers(-1, 4))


def test_the_index_of_two_codes_is_as_by_hand():
    reference, recent = np.repeat([0, 1], [79, 19]), np.repeat([0, 1], [39, 59])
    q, p = (79.5 / 99, 19.5 / 99), (39.5 / 99, 59.5 / 99)
    expected = sum((b - a) * log(b / a) for a, b in zip(q, p, strict=True))
    assert stability_index(reference, recent) == pytest.approx(expected)


@given(codes, codes)
def test_the_index_is_never_negative_and_nothing_between_equals(one, other):
    assert stability_index(one, other) >= 0
    assert stability_index(one, one) == 0


@given(codes, codes, st.randoms(use_true_random=False))
def test_the_order_of_records_does_not_matter(one, other, random):
    mixed = one.tolist()
    random.shuffle(mixed)
    told = stability_index(np.array(mixed, np.int8), other)
    assert told == pytest.approx(stability_index(one, other))


def test_quantities_are_held_by_tenths_and_the_unknown_apart():
    wages = np.linspace(27_000, 60_000, 200).astype(np.float32)
    assert stability_index(wages, wages + 1) < 0.01
    assert stability_index(wages, wages + 20_000) > 0.25
    unknown = np.where(np.arange(200) % 2, wages, np.float32(np.nan))
    assert stability_index(wages, unknown) > 0.25
    assert stability_index(np.full(60, np.nan), np.full(60, np.nan)) == 0


def test_a_handful_of_records_is_no_drift():
    few = np.zeros(LEAST - 1)
    assert stability_index(few, np.ones(LEAST)) is None
    assert mean_shift(few[:, None], np.ones((LEAST, 1))) is None


def unit(vectors: np.ndarray) -> np.ndarray:
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def test_samples_of_one_kind_have_not_moved_and_others_have():
    rng = np.random.default_rng(0)
    kinds = rng.normal(size=(3_000, 32))
    assert mean_shift(unit(kinds[:2_000]), unit(kinds[2_000:])) < 0.03
    moved = kinds[2_000:] + 3 * np.eye(32)[0]
    assert mean_shift(unit(kinds[:2_000]), unit(moved)) > 0.2


def test_opposite_texts_are_two_apart():
    ahead = np.zeros((LEAST, 4), np.float32)
    ahead[:, 0] = 1
    assert mean_shift(ahead, -ahead) == pytest.approx(2)
    assert mean_shift(ahead, ahead) == 0


@pytest.mark.parametrize(
    ("value", "count", "told"),
    [(0.1, 500, True), (0.2, 500, False), (0.1, 99, False), (None, 500, False)],
)
def test_an_alert_is_a_figure_out_of_its_band_and_of_enough(value, count, told):
    found = alerts([Figure(key="hit@10", value=value, count=count, part="a")])
    assert bool(found) is told
    if told:
        assert found[0].text == ("hit@10 of a is 0.1, counted over 500: an alert when under 0.2")


def test_every_figure_has_a_formula():
    assert all(definition.formula for definition in DEFINITIONS.values())
