"""Shadow prices of vacancies: what it costs all others that one more person is shown one.

Maximises expected filled openings, and hires of people with few chances, over the lists of all
people at once, by the method of M. Frank and P. Wolfe, "An algorithm for quadratic programming"
(1956), which Y. Su, M. Bayoumi and T. Joachims use for rankings in "Optimizing Rankings for
Recommendation in Matching Markets" (2022): everybody's best list under the prices of the moment,
and a step from the lists so far towards these. Each step also bounds what any lists could reach.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from matcher.allocation.congestion import Floats, Ints, hires, one_more
from matcher.allocation.lists import Terms, fill, own_worths

PARTS = 64
"""Parts whose sums are added in their order, so that the cores at hand change no bit."""
HALVINGS = 10
TOLERANCE = 0.002
"""Share of the bound within which the lists so far are taken to be the best."""
MOST_STEPS = 200
LEAST_STEP = 2**-9
"""Lists that hold a floor need not be the best mixture: where they lead no further, this ends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Graph:
    """Who might be shown what: the candidates of all people, one after the other.

    Those of person s stand from `starts[s]` to `starts[s + 1]` (n + 1,), `vacancies` (m,) are rows
    in the order of ids and `chances` (m,) those of a hire if the person is sent there. `openings`
    (v,) are left; `pending` (v,) is the load of those who have been sent already.
    """

    starts: NDArray[np.int64]
    vacancies: Ints
    chances: Floats
    openings: Ints
    pending: Floats

    def __len__(self) -> int:
        return len(self.starts) - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Prices and what the lists made by them are worth.

    `load` (v,) is that of the lists, with what was pending; `prices` (v,) are what of each more
    would-be hire is lost to others at the best mixture of lists that was found, from 0 to 1;
    `shown` (v,) the number of people in whose list a vacancy is. `value` is that of the lists,
    `mixture` that of the best mixture and `bound` what no lists can exceed, all in expected hires
    beyond those pending; `unpriced` is the value of everybody's own best list. `worth` (n, 2) holds
    for each person the expected hires through the list, with and without prices, and `best` (n, 2)
    the same of the best chance in it.
    """

    prices: Floats
    load: Floats
    shown: Ints
    value: float
    mixture: float
    bound: float
    unpriced: float
    steps: int
    worth: Floats
    best: Floats

    @property
    def gap(self) -> float:
        """What the lists might still gain at most, as a share of the bound."""
        return 1 - self.value / self.bound if self.bound > 0 else 0.0


class _Answer(NamedTuple):
    """Lists of all people under some prices: their load and exposure, and sums over them."""

    load: Floats
    shown: Ints
    cared: float
    bound: float
    worth: Floats
    best: Floats


def solve(
    graph: Graph,
    terms: Terms,
    *,
    threads: int | None = None,
    progress: Callable[[int, float], None] = lambda _step, _gap: None,
) -> Plan:
    """Prices under which everybody's best list is the best for all, and how near they come.

    `progress` is told the step and the gap of the mixture. Deterministic on any number of threads.
    """
    with ThreadPoolExecutor(threads or len(os.sched_getaffinity(0))) as pool:
        return _Solver(graph, terms, pool).run(progress)


class _Solver:
    def __init__(self, graph: Graph, terms: Terms, pool: ThreadPoolExecutor) -> None:
        # A load that somebody kept by adding and subtracting may be a little less than nothing.
        graph = replace(graph, pending=np.maximum(graph.pending, 0.0))
        self._graph, self._terms, self._pool = graph, terms, pool
        self._exposure = np.array(terms.exposure)
        ends = np.linspace(0, len(graph), PARTS + 1).astype(np.int64)
        self._parts = [(begin, end) for begin, end in pairwise(ends.tolist()) if begin < end]
        self._own = np.zeros((len(graph), 2))
        edges = (graph.starts, graph.vacancies, graph.chances)
        for begin, end in self._parts:
            own_worths(begin, end, *edges, self._exposure, self._own)

    def run(self, progress: Callable[[int, float], None]) -> Plan:
        graph = self._graph
        unpriced = self._answer(np.ones(len(graph.openings)))
        load, cared, bound = unpriced.load, unpriced.cared, np.inf
        steps = 0
        for steps in range(1, MOST_STEPS + 1):
            slopes = self._slopes(load)
            answer = self._answer(slopes)
            value = self._value(load, cared)
            # A concave function lies below each of its tangents.
            bound = min(bound, value + answer.bound - float(slopes @ load) - cared)
            gap = 1 - value / bound if bound > 0 else 0.0
            progress(steps, gap)
            if gap <= TOLERANCE:
                break
            share = self._step(load, answer.load - load, answer.cared - cared)
            if share < LEAST_STEP:
                break
            load = load + share * (answer.load - load)
            cared += share * (answer.cared - cared)
        slopes = self._slopes(load)
        final = self._answer(slopes)
        return Plan(
            prices=1 - slopes,
            load=graph.pending + final.load,
            shown=final.shown,
            value=self._value(final.load, final.cared),
            mixture=self._value(load, cared),
            bound=float(bound),
            unpriced=self._value(unpriced.load, unpriced.cared),
            steps=steps,
            worth=np.column_stack([final.worth, self._own[:, 0]]),
            best=np.column_stack([final.best, self._own[:, 1]]),
        )

    def _value(self, load: Floats, cared: float) -> float:
        graph, rivalry = self._graph, self._terms.rivalry
        all_of_them = hires(graph.pending + load, graph.openings, rivalry)
        gained = all_of_them - hires(graph.pending, graph.openings, rivalry)
        return float(gained.sum()) + cared

    def _slopes(self, load: Floats) -> Floats:
        """What one more would-be hire adds beside those pending and a `load` (v,), (v,)."""
        return one_more(self._graph.pending + load, self._graph.openings, self._terms.rivalry)

    def _answer(self, slopes: Floats) -> _Answer:
        """Everybody's list where one more would-be hire adds `slopes` (v,)."""
        graph, terms = self._graph, self._terms
        worth, best = np.zeros(len(graph)), np.zeros(len(graph))
        edges = (graph.starts, graph.vacancies, graph.chances)

        def lists(part: tuple[int, int]) -> tuple[Ints, Floats, float, float]:
            found: tuple[Ints, Floats, float, float] = fill(
                *part,
                edges,
                slopes,
                self._exposure,
                (terms.care, terms.floor),
                self._own,
                worth,
                best,
            )
            return found

        load, shown = np.zeros(len(slopes)), np.zeros(len(slopes), np.int32)
        cared = bound = 0.0
        for vacancies, loads, cares, bounds in self._pool.map(lists, self._parts):
            np.add.at(load, vacancies, loads)
            np.add.at(shown, vacancies, 1)
            cared += cares
            bound += bounds
        return _Answer(load, shown, cared, bound, worth, best)

    def _step(self, load: Floats, way: Floats, cared: float) -> float:
        """How far to go: where the value stops rising, found by halving."""
        moving = np.flatnonzero(way)
        here, way = self._graph.pending[moving] + load[moving], way[moving]
        openings = self._graph.openings[moving]
        low, high = 0.0, 1.0
        for _ in range(HALVINGS):
            middle = (low + high) / 2
            slopes = one_more(here + middle * way, openings, self._terms.rivalry)
            rises = slopes @ way + cared > 0
            low, high = (middle, high) if rises else (low, middle)
        return (low + high) / 2
