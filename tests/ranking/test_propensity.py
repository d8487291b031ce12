"""How far down people read is found again from what they referred."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from matcher.errors import InvalidInputError
from matcher.ranking.propensity import MOST_ETA, Propensity, Source, estimate
from tests.ranking.made_up import SHOWN, past


@pytest.mark.parametrize("eta", [0.0, 0.6, 1.2])
def test_exchanged_ranks_show_how_far_down_people_read(eta):
    made = past(lists=8_000, eta=eta, share=0.5, rate=0.2)
    found = estimate(made.examples, made.own, made.shares)
    assert found.source is Source.EXCHANGES
    assert found.eta == pytest.approx(eta, abs=0.15)


@pytest.mark.parametrize("eta", [0.0, 0.6, 1.2])
def test_without_exchanges_the_logged_ranks_show_it_beyond_what_merit_explains(eta):
    made = past(lists=4_000, eta=eta)
    found = estimate(made.examples, made.examples.positions, made.shares)
    assert found.source is Source.POSITIONS
    assert found.eta == pytest.approx(eta, abs=0.15)


def test_merit_that_no_feature_holds_misleads_logged_ranks_but_not_exchanges():
    made = past(lists=8_000, eta=0.5, share=0.5, rate=0.2)
    blind = replace(made.examples, rows=np.full_like(made.examples.rows, np.nan))
    exchanged = estimate(blind, made.own, made.shares)
    logged = estimate(blind, made.examples.positions, made.shares)
    assert exchanged.eta == pytest.approx(0.5, abs=0.15)
    assert logged.eta > 0.7


def test_a_channel_that_explores_much_and_refers_nothing_changes_nothing():
    idle = past(lists=500, share=0.8, rate=0.0, seed=1)
    keen = past(lists=6_000, eta=0.6, share=0.3, rate=0.3, seed=2)
    names = ("rows", "gains", "positions", "referred", "days")
    joined = {
        name: np.concatenate([getattr(idle.examples, name), getattr(keen.examples, name)])
        for name in names
    }
    offsets = idle.examples.offsets
    offsets = np.append(offsets, offsets[-1] + keen.examples.offsets[1:])
    found = estimate(
        replace(idle.examples, offsets=offsets, **joined),
        np.append(idle.own, keen.own),
        np.append(idle.shares, keen.shares),
    )
    alone = estimate(keen.examples, keen.own, keen.shares)
    assert alone.source is Source.EXCHANGES
    assert found.eta == pytest.approx(alone.eta, abs=1e-9)


def test_with_too_little_to_tell_everything_counts_as_read():
    made = past(lists=30, share=0.5)
    found = estimate(made.examples, made.own, made.shares)
    assert found == Propensity(0.0, Source.ASSUMED)
    none = made.examples.lists(np.zeros(len(made.examples), np.bool_))
    nowhere = np.empty(0, np.int64)
    assert estimate(none, nowhere, np.empty(0)) == Propensity(0.0, Source.ASSUMED)


def test_lists_of_one_place_tell_nothing_of_ranks():
    made = past(lists=8_000, eta=1.0, rate=0.2).examples
    first = replace(made, positions=np.where(made.positions == 1, 1, 0))
    found = estimate(first, first.positions, np.full(len(first), np.nan))
    assert found.source is Source.ASSUMED


def test_the_first_place_is_always_read_and_lower_ones_ever_less():
    read = Propensity(0.8, Source.ASSUMED)(np.arange(1, SHOWN + 1))
    assert read[0] == 1
    assert (np.diff(read) < 0).all()
    assert Propensity(1.0, Source.ASSUMED)(np.array([4]))[0] == pytest.approx(0.25)


def test_a_pair_found_without_a_list_was_certainly_read():
    assert Propensity(1.0, Source.ASSUMED)(np.array([0]))[0] == 1


@pytest.mark.parametrize("eta", [-0.1, MOST_ETA + 0.1, np.nan])
def test_a_curve_that_rises_or_falls_beyond_belief_is_refused(eta):
    with pytest.raises(InvalidInputError):
        Propensity(eta, Source.ASSUMED)
