"""Who goes to which booth of a fair, and when: interviews that make the most expected matches.

Greedy insertion by marginal value, then exchanges that gain: the scheme of M. W. P. Savelsbergh and
M. Sol, "The General Pickup and Delivery Problem" (1995), for orders that turn up while a plan runs.
The value has the diminishing returns of `congestion`, for which greedy choice is known to do well
(G. L. Nemhauser, L. A. Wolsey and M. L. Fisher, "An analysis of approximations for maximizing
submodular set functions", 1978). Times are whole minutes from now.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from matcher.allocation.congestion import Floats, Ints, filled
from matcher.allocation.insertion import NOWHERE, Data, empty, hold_queues, insert, keep, put
from matcher.errors import InvalidInputError

MINUTE, FIRST = 0.0125, 0.5
"""What a minute of waiting costs, and what it is worth that somebody is seen at all, as shares of
an average chance of a match."""


class Interview(NamedTuple):
    """A person at a booth from the minute `start` up to `end`.

    One that is under way began at 0 or before, and its end is when it is expected to be over.
    """

    person: int
    booth: int
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Fair:
    """People who are present and booths, in the order of their ids, which breaks ties.

    A person is free from `ready` (p,), leaves at `leaves` (p,) and sees `wanted` (p,) booths at
    most; that they are seen at all is worth `first` (p,), 0 for who has been. `chances` (p, b) are
    those of a match if the person is seen there, 0 where they do not fit or have been; `vacancies`
    (p, b) are rows of the vacancy it would be for. A booth has `interviewers` (b,), each of whom
    takes `minutes` (b,) for a person; `queued` (b,) of their minutes are owed to people in line who
    are not planned for. A vacancy has `openings` (v,) left and `pending` (v,), the expected matches
    of those who were seen and whose result is not known.
    """

    ready: Ints
    leaves: Ints
    wanted: Ints
    first: Floats
    chances: Floats
    vacancies: Ints
    interviewers: Ints
    minutes: Ints
    queued: Ints
    openings: Ints
    pending: Floats

    def __post_init__(self) -> None:
        if len(self.minutes) and self.minutes.min() < 1:
            raise InvalidInputError(
                "An interview takes no time.", remedy="Give each booth a minute or more."
            )
        if self.chances.size and not (self.chances.min() >= 0 and self.chances.max() <= 1):
            raise InvalidInputError(
                "A chance lies from 0 to 1.", remedy="Give chances, not scores."
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """Interviews by start, booth and person, and their `value`.

    That is the expected filled openings beyond those pending, and what it is worth that people are
    seen at all, less the price of waiting.
    """

    interviews: tuple[Interview, ...]
    value: float


def schedule(
    fair: Fair,
    *,
    waiting: float,
    under_way: Sequence[Interview] = (),
    before: Sequence[Interview] = (),
    frozen: int = 0,
) -> Schedule:
    """The interviews from now on, `waiting` being the price of a minute that one waits, in matches.

    A person waits while they are neither seen nor done: from `ready` to the end of their last
    interview. What is `under_way` stays as it is. Of the plan made `before`, what starts ahead of
    the minute `frozen` stays (later only where its booth or person is not free in time), and the
    rest is kept where nothing better is found. Deterministic.
    """
    # What is under way may last beyond the time at which its person wanted to leave.
    length = int(max([0, *fair.leaves.tolist(), *(one.end for one in under_way)]))
    data = Data(
        fair.ready,
        fair.leaves,
        fair.wanted,
        fair.first,
        fair.chances,
        fair.vacancies,
        fair.interviewers,
        fair.minutes,
        fair.openings,
        fair.pending,
        waiting,
    )
    state = empty(data, length)
    for one in under_way:
        put(data, state, one.person, one.booth, 0, one.end, 1)
        state.held[one.person, one.booth] = True
    hold_queues(data, state, fair.queued)
    for one in sorted(before, key=_by_time):
        soon = one.start < frozen
        keep(data, state, one.person, one.booth, one.start if soon else 0)
        state.held[one.person, one.booth] = soon
    insert(data, state)
    began = {(one.person, one.booth): one.start for one in under_way}
    found = [
        Interview(p, b, began.get((p, b), int(state.starts[p, b])), int(state.ends[p, b]))
        for p, b in np.argwhere(state.starts != NOWHERE).tolist()
    ]
    found.sort(key=_by_time)
    return Schedule(interviews=tuple(found), value=worth(fair, found, waiting=waiting))


def level(chances: Floats) -> float:
    """The average chance of a match where there is one, by which prices are set."""
    likely = chances[chances > 0]
    return float(likely.mean()) if likely.size else 0.0


def _by_time(one: Interview) -> tuple[int, int, int]:
    return one.start, one.booth, one.person


def worth(fair: Fair, interviews: Sequence[Interview], *, waiting: float) -> float:
    """What interviews add: the value of a `Schedule`."""
    load = np.zeros(len(fair.openings))
    ends, busy = fair.ready.astype(np.int64), np.zeros(len(fair.ready), np.int64)
    for person, booth, start, end in interviews:
        load[fair.vacancies[person, booth]] += fair.chances[person, booth]
        ends[person] = max(ends[person], end)
        busy[person] += end - max(start, 0)
    gained = filled(fair.pending + load, fair.openings) - filled(fair.pending, fair.openings)
    seen = fair.first[sorted({one.person for one in interviews})]
    return float(gained.sum() + seen.sum() - waiting * (ends - fair.ready - busy).sum())
