"""What is compared and counted by hand-made instructions is what NumPy finds."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numba import njit

from matcher.retrieval.batch import _room
from matcher.retrieval.intrinsics import BITS, LINE, exceeding, lowest_bit
from matcher.retrieval.scoring import product


@njit
def numbers_above(products, row, factors, least):
    found = [0 for _ in range(0)]
    for start in range(0, products.shape[1], BITS):
        bits = exceeding(products, row, start, factors, least)
        while bits:
            found.append(start + lowest_bit(bits))
            bits &= bits - np.uint64(1)
    return found


@pytest.mark.parametrize("kind", [np.int32, np.float32])
@given(st.integers(0, 2**32 - 1), st.sampled_from([-1e9, -3.0, 0.0, 2.5, 1e9]))
def test_bits_name_the_products_that_exceed_a_bound(kind, seed, least):
    rng = np.random.default_rng(seed)
    products = rng.integers(-6, 7, (3, 2 * BITS)).astype(kind)
    factors = rng.choice(np.float32([-1, 0, 0.5, 1, np.nan]), 2 * BITS)
    expected = np.flatnonzero(products[1].astype(np.float32) * factors > np.float32(least))
    assert numbers_above(products, 1, factors, np.float32(least)) == expected.tolist()


@given(st.integers(0, 700), st.sampled_from([np.int8, np.int16]), st.integers(0, 2**32 - 1))
def test_products_of_codes_are_whole_numbers_of_32_bits(dimension, kind, seed):
    rng = np.random.default_rng(seed)
    one = rng.integers(-20_000 if kind == np.int16 else -127, 128, dimension).astype(kind)
    codes = rng.integers(-127, 128, (3, dimension)).astype(np.int8)
    assert product(one, codes, 2) == int(one.astype(np.int64) @ codes[2].astype(np.int64))


@given(st.integers(1, 1_000))
def test_room_for_products_begins_with_a_line_of_the_cache(size):
    room = _room(size)
    assert len(room) == size
    assert room.ctypes.data % LINE == 0
