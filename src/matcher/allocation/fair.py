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
from numba import njit
from numpy.typing import NDArray

from matcher.allocation.congestion import filled
from matcher.errors import InvalidInputError

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]

MINUTE, FIRST = 0.0125, 0.5
"""What a minute of waiting costs, and what it is worth that somebody is seen at all, as shares of
an average chance of a match."""
LEAST_GAIN = 1e-9
NOWHERE = -1


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


class _Data(NamedTuple):
    """A fair with the price of a minute, as arrays that compiled code reads."""

    ready: Ints
    leaves: Ints
    wanted: Ints
    first: Floats
    chances: Floats
    vacancies: Ints
    interviewers: Ints
    minutes: Ints
    openings: Ints
    pending: Floats
    waiting: float


class _State(NamedTuple):
    """A schedule while it is made; `gains` (p, b) is what one more interview would add.

    It would begin at `next` (p, b). `starts` and `ends` (p, b) are NOWHERE without an interview,
    `held` (p, b) are not moved; `booths` (b, t) counts interviewers that are busy in a minute,
    `people` (p, t) says who is; `last` (p,) is when a person's last interview ends, `seen` (p,) how
    many they have, `busy` (p,) their minutes, `load` (v,) the expected matches.
    """

    starts: Ints
    ends: Ints
    held: NDArray[np.bool_]
    booths: Ints
    people: NDArray[np.bool_]
    last: Ints
    seen: Ints
    busy: Ints
    load: Floats
    next: Ints
    gains: Floats


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
    data = _Data(
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
    state = _empty(data, length)
    for one in under_way:
        _set(data, state, one.person, one.booth, 0, one.end, 1)
        state.held[one.person, one.booth] = True
    _queue(data, state, fair.queued)
    for one in sorted(before, key=_by_time):
        soon = one.start < frozen
        _restore(data, state, one.person, one.booth, one.start if soon else 0)
        state.held[one.person, one.booth] = soon
    _improve(data, state)
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


@njit(cache=True, nogil=True)
def _empty(data: _Data, length: int) -> _State:
    people, booths = data.chances.shape
    state = _State(
        np.full((people, booths), NOWHERE, np.int32),
        np.full((people, booths), NOWHERE, np.int32),
        np.zeros((people, booths), np.bool_),
        np.zeros((booths, length), np.int32),
        np.zeros((people, length), np.bool_),
        data.ready.copy(),
        np.zeros(people, np.int32),
        np.zeros(people, np.int32),
        np.zeros(len(data.openings), np.float64),
        np.full((people, booths), NOWHERE, np.int32),
        np.zeros((people, booths), np.float64),
    )
    for person in range(people):
        for booth in range(booths):
            state.next[person, booth] = _earliest(data, state, person, booth, 0)
            _weigh(data, state, person, booth)
    return state


@njit(cache=True, nogil=True)
def filled_once(load: float, openings: int) -> float:
    """`congestion.filled` of one vacancy: the sum, k up to openings, of P(Poisson(load) >= k)."""
    term = np.exp(-load)
    below, total = term, 0.0
    for k in range(openings):
        total += 1 - below
        term *= load / (k + 1)
        below += term
    return total


@njit(cache=True, nogil=True)
def _earliest(data: _Data, state: _State, person: int, booth: int, since: int) -> int:
    """The first minute from `since` at which both are free for an interview, or NOWHERE."""
    if data.chances[person, booth] <= 0:
        return NOWHERE
    free = 0
    for minute in range(max(since, data.ready[person], 0), data.leaves[person]):
        if state.people[person, minute] or (
            state.booths[booth, minute] >= data.interviewers[booth]
        ):
            free = 0
            continue
        free += 1
        if free == data.minutes[booth]:
            return minute - free + 1
    return NOWHERE


@njit(cache=True, nogil=True)
def _weigh(data: _Data, state: _State, person: int, booth: int) -> None:
    """Note what an interview at its earliest time would add.

    The earliest is the best for the person: up to their last interview it takes from their waiting
    what it lasts, after it each minute later is a minute waited.
    """
    state.gains[person, booth] = 0.0
    start = state.next[person, booth]
    full = state.seen[person] >= data.wanted[person]
    if start == NOWHERE or full or state.starts[person, booth] != NOWHERE:
        return
    row, chance = data.vacancies[person, booth], data.chances[person, booth]
    load = data.pending[row] + state.load[row]
    hired = filled_once(load + chance, data.openings[row]) - filled_once(load, data.openings[row])
    between = start < state.last[person]
    waited = -data.minutes[booth] if between else start - state.last[person]
    first = data.first[person] if state.seen[person] == 0 else 0.0
    state.gains[person, booth] = hired + first - data.waiting * waited


@njit(cache=True, nogil=True)
def _set(
    data: _Data, state: _State, person: int, booth: int, start: int, end: int, by: int
) -> None:
    """Hold an interview (by = 1), or hold it no more (by = -1)."""
    there = by > 0
    state.starts[person, booth] = start if there else NOWHERE
    state.ends[person, booth] = end if there else NOWHERE
    for minute in range(start, end):
        state.booths[booth, minute] += by
        state.people[person, minute] = there
    state.seen[person] += by
    state.busy[person] += by * (end - start)
    state.last[person] = max(data.ready[person], state.ends[person].max())
    state.load[data.vacancies[person, booth]] += by * data.chances[person, booth]
    for other in range(len(data.minutes)):
        _look(data, state, person, other, start, end, there)
    for other in range(len(data.ready)):
        if other != person:
            _look(data, state, other, booth, start, end, there)


@njit(cache=True, nogil=True)
def _look(
    data: _Data, state: _State, person: int, booth: int, start: int, end: int, taken: bool
) -> None:
    """Look again at a pair, of which one has the minutes from `start` to `end` no more, or again.

    Only what overlaps them can begin later than it could, or sooner.
    """
    if data.chances[person, booth] <= 0:
        return
    soonest, minutes = state.next[person, booth], data.minutes[booth]
    if taken and soonest != NOWHERE and soonest < end and start < soonest + minutes:
        state.next[person, booth] = _earliest(data, state, person, booth, soonest)
    elif not taken and (soonest == NOWHERE or soonest + minutes > start):
        state.next[person, booth] = _earliest(data, state, person, booth, start - minutes + 1)
    _weigh(data, state, person, booth)


@njit(cache=True, nogil=True)
def _queue(data: _Data, state: _State, queued: Ints) -> None:
    """Take the minutes owed to people in line, the earliest that interviewers have."""
    for booth in range(len(queued)):
        minute, owed = 0, queued[booth]
        while owed > 0 and minute < state.booths.shape[1]:
            taken = min(owed, data.interviewers[booth] - state.booths[booth, minute])
            state.booths[booth, minute] += max(taken, 0)
            owed -= max(taken, 0)
            minute += 1
        for person in range(len(data.ready)):
            state.next[person, booth] = _earliest(data, state, person, booth, 0)
            _weigh(data, state, person, booth)


@njit(cache=True, nogil=True)
def _restore(data: _Data, state: _State, person: int, booth: int, since: int) -> None:
    """Place an interview of an older plan again, if it still can be held."""
    if state.seen[person] < data.wanted[person] and state.starts[person, booth] == NOWHERE:
        start = _earliest(data, state, person, booth, since)
        if start != NOWHERE:
            _set(data, state, person, booth, start, start + data.minutes[booth], 1)


@njit(cache=True, nogil=True)
def _fill(data: _Data, state: _State, most: int) -> None:
    """Add the interview that adds most, again and again, `most` times at most."""
    booths = len(data.minutes)
    for _ in range(most):
        if state.gains.size == 0:
            return
        person, booth = divmod(int(state.gains.argmax()), booths)
        if state.gains[person, booth] <= LEAST_GAIN:
            return
        start = state.next[person, booth]
        _set(data, state, person, booth, start, start + data.minutes[booth], 1)


@njit(cache=True, nogil=True)
def _value(data: _Data, state: _State) -> float:
    total = 0.0
    for row in range(len(data.openings)):
        total += filled_once(data.pending[row] + state.load[row], data.openings[row])
    for person in range(len(data.ready)):
        waited = state.last[person] - data.ready[person] - state.busy[person]
        total -= data.waiting * waited
        if state.seen[person] > 0:
            total += data.first[person]
    return total


@njit(cache=True, nogil=True)
def _copy(to: _State, of: _State) -> None:
    to.starts[:], to.ends[:], to.held[:] = of.starts, of.ends, of.held
    to.booths[:], to.people[:], to.last[:] = of.booths, of.people, of.last
    to.seen[:], to.busy[:], to.load[:] = of.seen, of.busy, of.load
    to.next[:], to.gains[:] = of.next, of.gains


@njit(cache=True, nogil=True)
def _improve(data: _Data, state: _State) -> None:
    """Fill the schedule, then take each interview out and put the next best in its place."""
    everything = state.starts.size
    _fill(data, state, everything)
    best, kept = _value(data, state), _empty(data, state.people.shape[1])
    _copy(kept, state)
    for person in range(state.starts.shape[0]):
        for booth in range(state.starts.shape[1]):
            start, end = state.starts[person, booth], state.ends[person, booth]
            if start == NOWHERE or state.held[person, booth]:
                continue
            _set(data, state, person, booth, start, end, -1)
            state.gains[person, booth] = 0.0
            _fill(data, state, 1)
            _weigh(data, state, person, booth)
            _fill(data, state, everything)
            value = _value(data, state)
            if value > best + LEAST_GAIN:
                best = value
                _copy(kept, state)
            else:
                _copy(state, kept)
