"""Prices, held to an exact solver on small markets."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.allocation.congestion import filled, free, hires, one_more
from matcher.allocation.lists import Terms, order
from matcher.allocation.plain import best_value, plain_order
from matcher.allocation.prices import Graph, Plan, solve
from matcher.errors import InvalidInputError

CLOSE = 1e-6
HALF = Terms(exposure=(0.5,), care=0.0, floor=0.0, discerning=0.0, rivalry=1.0)
CHANCES = st.one_of(st.sampled_from([0.0, 0.1, 0.3, 1.0]), st.floats(0, 1))


@st.composite
def terms(draw: st.DrawFn) -> Terms:
    exposure = draw(st.lists(st.floats(0, 1), min_size=1, max_size=4))
    return Terms(
        exposure=tuple(sorted(exposure, reverse=True)),
        care=draw(st.sampled_from([0.0, 0.2, 1.0])),
        floor=draw(st.sampled_from([0.0, 0.5, 0.85, 1.0])),
        discerning=0.0,  # The chances drawn are those of a line that is read.
        rivalry=draw(st.sampled_from([1.0, 2.5])),
    )


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    jobs = draw(st.integers(1, 6))
    lists = draw(st.lists(st.sets(st.integers(0, jobs - 1)), min_size=1, max_size=6))
    edges = sum(map(len, lists))
    chances = draw(st.lists(CHANCES, min_size=edges, max_size=edges))
    openings = draw(st.lists(st.integers(0, 3), min_size=jobs, max_size=jobs))
    pending = draw(st.lists(st.floats(0, 3), min_size=jobs, max_size=jobs))
    return Graph(
        starts=np.cumsum([0, *map(len, lists)]),
        vacancies=np.array([row for some in lists for row in sorted(some)], np.int32),
        chances=np.array(chances, np.float64),
        openings=np.array(openings, np.int32),
        pending=np.array(pending, np.float64),
    )


@given(graph=graphs(), terms=terms())
@settings(deadline=None, max_examples=60)
def test_the_bound_holds_for_an_exact_solver_and_the_lists_stay_below_it(
    graph: Graph, terms: Terms
) -> None:
    plan, best = solve(graph, terms, threads=1), best_value(graph, terms)
    assert best <= plan.bound + CLOSE
    assert plan.value <= best + CLOSE
    assert plan.mixture <= best + CLOSE


@given(graph=graphs(), terms=terms())
@settings(deadline=None, max_examples=60)
def test_without_a_floor_the_mixture_comes_as_near_to_the_best_as_it_says(
    graph: Graph, terms: Terms
) -> None:
    free_terms = replace(terms, floor=0.0)
    plan, best = solve(graph, free_terms, threads=1), best_value(graph, free_terms)
    assert plan.mixture >= 0.98 * best - CLOSE


@given(
    pairs=st.lists(st.tuples(CHANCES, st.floats(0, 1)), max_size=30),
    terms=terms(),
    seed=st.integers(0, 9),
)
@settings(deadline=None)
def test_a_list_is_the_one_that_its_definition_gives(
    pairs: list[tuple[float, float]], terms: Terms, seed: int
) -> None:
    chances, slopes = np.array(pairs, np.float64).reshape(-1, 2).T.copy()
    ties = np.random.default_rng(seed).permutation(len(pairs)).astype(np.int32)
    found = order(chances, slopes, ties, terms).tolist()
    assert found == plain_order(chances, slopes, ties, terms)


@given(graph=graphs(), terms=terms())
@settings(deadline=None, max_examples=60)
def test_nobody_loses_more_than_the_floor_allows(graph: Graph, terms: Terms) -> None:
    plan = solve(graph, terms, threads=1)
    for lists in (plan.worth, plan.best):
        assert np.all(lists[:, 0] >= terms.floor * lists[:, 1] * (1 - 1e-5))


@given(graph=graphs(), terms=terms())
@settings(deadline=None, max_examples=40)
def test_prices_are_chances_and_the_plan_is_finite(graph: Graph, terms: Terms) -> None:
    plan = solve(graph, terms, threads=1)
    assert np.all((plan.prices >= 0) & (plan.prices <= 1))
    assert np.isfinite([plan.value, plan.mixture, plan.bound, plan.unpriced, plan.gap]).all()
    assert np.all(plan.shown <= len(graph))


def test_a_vacancy_that_nobody_was_sent_to_costs_nothing() -> None:
    assert free(np.zeros(3), np.array([1, 2, 5], np.int32)).tolist() == [1, 1, 1]


def test_a_full_vacancy_is_worth_nothing() -> None:
    none_left = np.zeros(2, np.int32)
    assert free(np.array([0.0, 2.0]), none_left).tolist() == [0, 0]
    assert filled(np.array([0.0, 2.0]), none_left).tolist() == [0, 0]


@pytest.mark.parametrize("load", [0.0, 0.3, 2.0, 40.0])
@pytest.mark.parametrize("openings", [1, 2, 7])
def test_filled_openings_are_the_mean_of_what_comes_up_to_the_openings(
    load: float, openings: int
) -> None:
    rng = np.random.default_rng(0)
    drawn = np.minimum(rng.poisson(load, 200_000), openings).mean()
    got = filled(np.array([load]), np.array([openings], np.int32))
    assert got[0] == pytest.approx(drawn, abs=0.02)


@given(load=st.floats(0, 20), openings=st.integers(1, 6), rivalry=st.floats(1, 4))
def test_what_one_more_adds_is_the_slope_of_the_hires(
    load: float, openings: int, rivalry: float
) -> None:
    jobs, step = np.array([openings], np.int32), 1e-5
    rise = hires(np.array([load + step]), jobs, rivalry) - hires(np.array([load]), jobs, rivalry)
    assert rise[0] / step == pytest.approx(one_more(np.array([load]), jobs, rivalry)[0], abs=1e-4)


@given(load=st.floats(0, 20), openings=st.integers(1, 6))
def test_without_rivalry_hires_are_the_openings_filled(load: float, openings: int) -> None:
    some, jobs = np.array([load]), np.array([openings], np.int32)
    assert hires(some, jobs, 1.0) == filled(some, jobs)
    assert one_more(some, jobs, 1.0) == free(some, jobs)
    assert hires(some, jobs, 3.0) <= filled(some, jobs) + CLOSE


def crowded() -> Graph:
    """A hundred people with the same two openings before them, the first a little better."""
    people = 100
    return Graph(
        starts=np.arange(people + 1) * 2,
        vacancies=np.tile(np.array([0, 1], np.int32), people),
        chances=np.tile([0.20, 0.18], people),
        openings=np.array([1, 1], np.int32),
        pending=np.zeros(2),
    )


def planned(graph: Graph, **changed: float) -> Plan:
    return solve(graph, replace(HALF, **changed))


def test_what_everybody_likes_best_costs_so_much_that_the_other_is_found() -> None:
    plan = planned(crowded())
    assert plan.mixture > 1.8
    assert plan.unpriced < 1.01


def test_the_same_plan_comes_of_any_number_of_threads() -> None:
    rng = np.random.default_rng(3)
    graph = Graph(
        starts=np.arange(301) * 20,
        vacancies=np.concatenate(
            [np.sort(rng.choice(80, 20, replace=False)) for _ in range(300)]
        ).astype(np.int32),
        chances=rng.random(6_000),
        openings=rng.integers(1, 3, 80).astype(np.int32),
        pending=rng.random(80),
    )
    terms = replace(HALF, exposure=(0.4, 0.2, 0.1), care=0.2, floor=0.8)
    one, two = (solve(graph, terms, threads=count) for count in (1, 3))
    assert one.prices.tobytes() == two.prices.tobytes()
    assert one.load.tobytes() == two.load.tobytes()


def test_a_load_rounded_to_less_than_nothing_is_nothing() -> None:
    exact, rounded = (
        planned(replace(crowded(), pending=np.array([pending, 0.0]))) for pending in (0.0, -1e-17)
    )
    assert np.array_equal(rounded.prices, exact.prices)
    assert rounded.gap == exact.gap


def test_who_has_no_candidates_has_an_empty_list_and_stops_nobody() -> None:
    graph = Graph(
        starts=np.array([0, 0, 1]),
        vacancies=np.array([0], np.int32),
        chances=np.array([0.5]),
        openings=np.array([1], np.int32),
        pending=np.zeros(1),
    )
    assert planned(graph).worth.tolist() == [[0, 0], [0.25, 0.25]]


def test_a_market_without_people_has_no_prices() -> None:
    nothing = Graph(
        starts=np.array([0]),
        vacancies=np.empty(0, np.int32),
        chances=np.empty(0),
        openings=np.array([1, 2], np.int32),
        pending=np.array([0.0, 1.0]),
    )
    plan = planned(nothing)
    assert plan.value == 0
    assert plan.gap == 0


@pytest.mark.parametrize(
    "bad",
    [
        {"exposure": ()},
        {"exposure": (0.2, 0.3)},
        {"exposure": (1.2,)},
        {"care": -1.0},
        {"floor": 1.1},
    ],
)
def test_terms_that_make_no_sense_are_refused(bad: dict[str, object]) -> None:
    with pytest.raises(InvalidInputError):
        replace(HALF, **bad)  # type: ignore[arg-type]
