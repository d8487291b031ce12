"""How people choose is told by what they were shown and took, what a crowd costs by chances."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.errors import InvalidInputError
from matcher.ranking.examples import Examples
from matcher.ranking.habits import USUAL, Habits, appeal, discernment, rivalry
from matcher.ranking.propensity import Propensity, Source
from tests.ranking.made_up import past

READ = Propensity(0.5, Source.ASSUMED)
LINES = 10


def chosen(discerning: float, *, lists: int, level: float = -1.0) -> tuple[Examples, np.ndarray]:
    """Lists of ten from which people take one line or none, as Luce has it, and their scores."""
    rng = np.random.default_rng(7)
    scores = rng.normal(6, 2, (lists, LINES))
    ranks = np.tile(np.arange(1, LINES + 1), (lists, 1))
    worths = np.exp(level + discerning * (scores - 6)) * READ(ranks.ravel()).reshape(ranks.shape)
    edges = np.cumsum(np.hstack([np.ones((lists, 1)), worths]), axis=1)
    taken = (rng.random((lists, 1)) * edges[:, -1:] > edges).sum(axis=1) - 1
    referred = ranks - 1 == taken[:, None]
    return (
        Examples(
            rows=np.zeros((lists * LINES, 1), np.float32),
            offsets=np.arange(lists + 1) * LINES,
            days=np.zeros(lists, np.int64),
            gains=np.zeros(lists * LINES),
            positions=ranks.ravel(),
            referred=referred.ravel(),
        ),
        scores.ravel(),
    )


@pytest.mark.parametrize("discerning", [0.0, 0.4, 0.9])
@pytest.mark.parametrize("level", [-3.0, 0.0])
def test_how_discerning_people_are_is_found_in_what_they_took(
    discerning: float, level: float
) -> None:
    examples, scores = chosen(discerning, lists=6_000, level=level)
    assert discernment(examples, scores, READ(examples.positions)) == pytest.approx(
        discerning, abs=0.05
    )


def test_where_any_number_of_lines_is_taken_independently_it_is_found_too() -> None:
    made = past(lists=4_000, eta=0.5, rate=0.05)
    assert discernment(made.examples, made.merits, READ(made.examples.positions)) == pytest.approx(
        0.5, abs=0.07
    )


def test_a_score_in_other_points_counts_in_these() -> None:
    examples, scores = chosen(0.6, lists=6_000)
    assert discernment(examples, 2 * scores, READ(examples.positions)) == pytest.approx(
        0.3, abs=0.05
    )


def test_with_few_lists_people_are_taken_to_be_as_usual() -> None:
    examples, scores = chosen(3.0, lists=1)
    assert discernment(examples, scores, READ(examples.positions)) == pytest.approx(USUAL, abs=0.2)
    nothing = examples.lists(np.zeros(1, np.bool_))
    assert discernment(nothing, np.empty(0), READ(nothing.positions)) == USUAL


def test_pairs_that_nobody_was_shown_say_nothing_of_choice() -> None:
    examples, scores = chosen(0.6, lists=500)
    drawn = Examples(
        rows=np.repeat(examples.rows, 2, axis=0),
        offsets=examples.offsets * 2,
        days=examples.days,
        gains=np.repeat(examples.gains, 2),
        positions=np.column_stack([examples.positions, np.zeros_like(examples.positions)]).ravel(),
        referred=np.column_stack([examples.referred, np.zeros_like(examples.referred)]).ravel(),
    )
    both = np.column_stack([scores, np.full(len(scores), 99.0)]).ravel()
    assert discernment(drawn, both, READ(drawn.positions)) == discernment(
        examples, scores, READ(examples.positions)
    )


def test_a_crowd_that_costs_nobody_leaves_the_openings_alone() -> None:
    assert rivalry(np.full(4, 0.2), np.full(4, 0.2)) == 1


def test_rivalry_counts_those_who_are_sent_for_each_that_is_hired() -> None:
    # A tenth is lost to each later one by each that is sent, and five are sent for a hire.
    assert rivalry(np.full(4, 0.2), np.full(4, 0.18)) == pytest.approx(1.5)


@given(
    told=st.lists(st.floats(0.01, 1), min_size=1, max_size=20),
    share=st.floats(0, 1),
)
def test_rivalry_is_one_or_more(told: list[float], share: float) -> None:
    hired = np.array(told)
    assert rivalry(hired, share * hired) >= 1


@pytest.mark.parametrize(("discerning", "rivals"), [(-0.1, 1.0), (0.5, 0.9), (float("nan"), 2.0)])
def test_habits_that_nobody_can_have_are_refused(discerning: float, rivals: float) -> None:
    with pytest.raises(InvalidInputError, match="Nobody"):
        Habits(discerning, rivals)


def test_people_act_on_what_suits_them_best_and_on_others_the_less_the_further_behind() -> None:
    scores = np.array([1.0, 3.0, 2.0, -4.0, 5.0, 5.0])
    found = appeal(scores, 0.4, np.array([0, 3, 4]))
    points = np.array([-2.0, 0.0, -1.0, 0.0, 0.0, 0.0])
    np.testing.assert_allclose(found, np.exp(0.4 * points))
    np.testing.assert_array_equal(found[:3], appeal(scores[:3], 0.4))
    assert appeal(np.empty(0), 0.4).shape == (0,)
