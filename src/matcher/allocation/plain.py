"""The slow, plain reference of the allocation: one person's list as it is defined, and by HiGHS the
best that any lists, or lotteries of lists, could reach.
"""

from __future__ import annotations

import numpy as np
from scipy import sparse  # type: ignore[import-untyped]
from scipy.optimize import linprog  # type: ignore[import-untyped]

from matcher.allocation.congestion import Floats, Ints, hires, one_more
from matcher.allocation.lists import MOST_OWN, TRIES, Terms
from matcher.allocation.prices import Graph

CLOSE = 1e-6
"""Hires by which the answer may lie above the best."""
MOST_CUTS = 100


def plain_order(chances: Floats, slopes: Floats, ties: Ints, terms: Terms) -> list[int]:
    """What `lists.order` answers, from its definition."""
    q, pi, places = chances.tolist(), slopes.tolist(), range(len(chances))

    def by(keys: list[float]) -> list[int]:
        return sorted(places, key=lambda at: (-keys[at], ties[at]))

    def worth(ranked: list[int]) -> tuple[float, float]:
        shown = ranked[: len(terms.exposure)]
        offers = sum(e * q[at] for e, at in zip(terms.exposure, shown, strict=False))
        return offers, max((q[at] for at in shown), default=0.0)

    own, top = worth(by(q))
    need = terms.care * float(np.exp(-own))

    def under(weight: float) -> tuple[list[int], bool]:
        ranked = by([q[at] * (pi[at] + (need + weight)) for at in places])
        offers, highest = worth(ranked)
        return ranked, offers >= terms.floor * own and highest >= terms.floor * top

    ranked, enough = under(0.0)
    if enough:
        return ranked
    low, high, weight = 0.0, MOST_OWN, 0.25
    for _ in range(TRIES):
        low, high = (low, weight) if under(weight)[1] else (weight, high)
        weight = (low + high) / 2 if high < MOST_OWN else 4 * low
    return under(high)[0]


def best_value(graph: Graph, terms: Terms) -> float:
    """The most expected hires beyond those pending, by lotteries of lists that keep the floor.

    A linear programme by HiGHS: x[edge, rank] is the chance that the line is there. The concave
    number of hires is bounded by tangents, of which each round adds one a vacancy (J. E.
    Kelley, "The cutting-plane method for solving convex programs", 1960).
    """
    people, edges, ranks = len(graph), len(graph.vacancies), len(terms.exposure)
    vacancies = len(graph.openings)
    exposure = np.array(terms.exposure)
    person = np.repeat(np.arange(people), np.diff(graph.starts))
    worth = np.array(
        [_worth(graph.chances[person == one], exposure) for one in range(people)], np.float64
    )
    once = np.where(worth > 0, -np.expm1(-worth) / np.where(worth > 0, worth, 1), 1.0)
    offers = graph.chances[:, None] * exposure  # (edges, ranks)
    loads = once[person][:, None] * offers
    need = terms.care * np.exp(-worth)

    def across(rows: np.ndarray, values: np.ndarray, count: int) -> sparse.csr_array:
        columns = np.arange(edges * ranks)
        shape = (count, edges * ranks)
        return sparse.csr_array((values.ravel(), (rows.ravel(), columns)), shape=shape)

    edge, rank = np.divmod(np.arange(edges * ranks), ranks)
    ones = np.ones(edges * ranks)
    once_a_list = across(edge, ones, edges)
    once_a_rank = across(person[edge] * ranks + rank, ones, people * ranks)
    floors = across(person[edge], -offers, people)
    load_of = across(graph.vacancies[edge].astype(np.int64), loads, vacancies)
    nothing = sparse.csr_array((edges + people * ranks + people, vacancies))
    bounded = sparse.hstack([sparse.vstack([once_a_list, once_a_rank, floors]), nothing])
    limits = np.concatenate([np.ones(edges + people * ranks), -terms.floor * worth])
    cost = -np.concatenate([(need[person][:, None] * loads).ravel(), np.ones(vacancies)])
    already = hires(graph.pending, graph.openings, terms.rivalry)
    at, value = np.zeros(vacancies), -np.inf
    for _ in range(MOST_CUTS):
        # gain <= hires(at) + slope * (load - at) - already
        slope = one_more(graph.pending + at, graph.openings, terms.rivalry)
        cut = sparse.hstack([-sparse.diags_array(slope) @ load_of, sparse.eye_array(vacancies)])
        reach = hires(graph.pending + at, graph.openings, terms.rivalry) - slope * at - already
        bounded, limits = sparse.vstack([bounded, cut]), np.concatenate([limits, reach])
        answer = linprog(cost, A_ub=bounded.tocsr(), b_ub=limits, method="highs")
        x, gains = answer.x[: edges * ranks], answer.x[edges * ranks :]
        at, value = load_of @ x, -float(answer.fun)
        true = hires(graph.pending + at, graph.openings, terms.rivalry) - already
        if gains.sum() - true.sum() < CLOSE:
            break
    return value


def _worth(chances: Floats, exposure: Floats) -> float:
    highest = np.sort(chances)[::-1][: len(exposure)]
    return float(highest @ exposure[: len(highest)])
