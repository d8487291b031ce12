"""Chance exchanges two places of as many lists as was said, and the same ones for the same seed."""

from __future__ import annotations

from uuid import UUID

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from matcher.ranking.exploration import Swap, draw_swap, swapped

seeds = st.uuids(version=4).map(lambda drawn: drawn.hex)


def many(count: int) -> list[str]:
    rng = np.random.default_rng(0)
    return [UUID(bytes=rng.bytes(16)).hex for _ in range(count)]


@given(seeds, st.integers(0, 60), st.integers(1, 50))
def test_a_share_of_nothing_never_swaps(seed: str, standing: int, shown: int):
    assert draw_swap(seed, share=0, shown=shown, standing=standing) is None


@given(seeds, st.integers(2, 60), st.integers(1, 50))
def test_the_upper_rank_is_shown_and_the_lower_stands_below_it(
    seed: str, standing: int, shown: int
):
    swap = draw_swap(seed, share=1, shown=shown, standing=standing)
    assert swap is not None
    assert 1 <= swap.upper <= shown
    assert swap.upper < swap.lower <= standing
    assert swap == draw_swap(seed, share=1, shown=shown, standing=standing)


@given(seeds, st.integers(0, 1), st.integers(1, 50))
def test_a_list_of_less_than_two_has_nothing_to_swap(seed: str, standing: int, shown: int):
    assert draw_swap(seed, share=1, shown=shown, standing=standing) is None


def test_about_the_share_of_lists_is_swapped():
    drawn = [draw_swap(seed, share=0.1, shown=10, standing=30) for seed in many(4_000)]
    assert 0.08 < np.mean([swap is not None for swap in drawn]) < 0.12


def test_every_place_is_drawn_and_so_is_what_was_not_shown():
    drawn = [draw_swap(seed, share=1, shown=3, standing=6) for seed in many(1_000)]
    assert {swap.upper for swap in drawn if swap} == {1, 2, 3}
    assert {swap.lower for swap in drawn if swap} == {2, 3, 4, 5, 6}


@given(st.lists(st.integers(), min_size=2, max_size=30), seeds)
def test_only_the_two_places_change(lines: list[int], seed: str):
    swap = draw_swap(seed, share=1, shown=10, standing=len(lines))
    assert swap is not None
    order = swapped(lines, swap)
    assert swapped(order, swap) == lines
    assert order[swap.upper - 1] == lines[swap.lower - 1]
    others = [at for at in range(len(lines)) if at + 1 not in swap]
    assert [order[at] for at in others] == [lines[at] for at in others]


def test_no_swap_leaves_the_order():
    assert swapped("abc", None) == ["a", "b", "c"]
    assert swapped("abc", Swap(1, 3)) == ["c", "b", "a"]
