"""The slow, plain reference of a fair's plan: by HiGHS, the most that any interviews could add."""

from __future__ import annotations

import numpy as np
from scipy import sparse  # type: ignore[import-untyped]
from scipy.optimize import Bounds, LinearConstraint, milp  # type: ignore[import-untyped]

from matcher.allocation.congestion import filled, free
from matcher.allocation.fair import Fair

CLOSE = 1e-6
"""Matches by which the answer may lie above the most."""
MOST_CUTS = 40


def most_value(fair: Fair, *, waiting: float) -> float:
    """The value of the best schedule, of a fair at which nothing is under way.

    A mixed integer programme: x[pair, start] says whether an interview is held, and the end of each
    person's last one is a variable. The concave number of filled openings is bounded by tangents,
    of which each round adds one a vacancy (J. E. Kelley, "The cutting-plane method for solving
    convex programs", 1960).
    """
    held = [
        (p, b, start)
        for p, b in np.argwhere(fair.chances > 0).tolist()
        for start in range(int(fair.ready[p]), int(fair.leaves[p] - fair.minutes[b]) + 1)
    ]
    if not held:
        return 0.0
    person, booth, start = np.array(held).T
    end = start + fair.minutes[booth]
    pairs, people, vacancies = len(held), len(fair.ready), len(fair.openings)
    # Columns: pairs, the end of each person's last interview, who is seen, what vacancies gain.
    columns = pairs + 2 * people + vacancies
    rows: list[sparse.csr_array] = []
    limits: list[float] = []

    def at_most(entries: dict[int, float], limit: float) -> None:
        at = sorted(entries)
        values, places = [entries[one] for one in at], [0] * len(at)
        rows.append(sparse.csr_array((values, (places, at)), shape=(1, columns)))
        limits.append(limit)

    for p in range(people):
        own = np.flatnonzero(person == p)
        at_most(dict.fromkeys(own.tolist(), 1.0), float(fair.wanted[p]))
        at_most(dict.fromkeys(own.tolist(), -1.0) | {pairs + people + p: 1.0}, 0.0)
        for b in np.unique(booth[own]):
            at_most(dict.fromkeys(own[booth[own] == b].tolist(), 1.0), 1.0)
        for minute in range(int(fair.ready[p]), int(fair.leaves[p])):
            during = own[(start[own] <= minute) & (minute < end[own])]
            at_most(dict.fromkeys(during.tolist(), 1.0), 1.0)
        for one in own.tolist():
            at_most({one: float(end[one]), pairs + p: -1.0}, 0.0)
    for b in range(len(fair.minutes)):
        there = np.flatnonzero(booth == b)
        for minute in range(int(end.max())):
            during = there[(start[there] <= minute) & (minute < end[there])]
            at_most(dict.fromkeys(during.tolist(), 1.0), float(fair.interviewers[b]))
    load_of = sparse.csr_array(
        (fair.chances[person, booth], (fair.vacancies[person, booth], np.arange(pairs))),
        shape=(vacancies, pairs),
    )
    cost = np.concatenate(
        [
            -waiting * fair.minutes[booth],
            np.full(people, waiting),
            -fair.first,
            np.full(vacancies, -1.0),
        ]
    )
    ready, already = fair.ready.astype(float), filled(fair.pending, fair.openings)
    bounds = Bounds(
        np.concatenate([np.zeros(pairs), ready, np.zeros(people + vacancies)]),
        np.concatenate(
            [np.ones(pairs), np.full(people, np.inf), np.ones(people), np.full(vacancies, np.inf)]
        ),
    )
    whole = np.concatenate([np.ones(pairs), np.zeros(2 * people + vacancies)])
    at, value = np.zeros(vacancies), np.inf
    for _ in range(MOST_CUTS):
        slope = free(fair.pending + at, fair.openings)
        reach = filled(fair.pending + at, fair.openings) - slope * at - already
        apart = sparse.csr_array((vacancies, 2 * people))
        gain = sparse.eye_array(vacancies)
        rows.append(sparse.hstack([-sparse.diags_array(slope) @ load_of, apart, gain]).tocsr())
        limits += reach.tolist()
        answer = milp(
            cost,
            constraints=LinearConstraint(sparse.vstack(rows).tocsr(), -np.inf, limits),
            integrality=whole,
            bounds=bounds,
            options={"mip_rel_gap": 0.0},
        )
        at = load_of @ np.round(answer.x[:pairs])
        value = -float(answer.fun) + waiting * float(ready.sum())
        true = filled(fair.pending + at, fair.openings) - already
        if answer.x[pairs + 2 * people :].sum() - true.sum() < CLOSE:
            break
    return value
