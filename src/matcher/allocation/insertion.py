"""The compiled part of a fair's plan: interviews are put in one by one, then exchanged."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from matcher.allocation.congestion import Floats, Ints

LEAST_GAIN = 1e-9
NOWHERE = -1


class Data(NamedTuple):
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


class State(NamedTuple):
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


@njit(cache=True, nogil=True)
def empty(data: Data, length: int) -> State:
    """A plan of no interviews, for so many minutes."""
    people, booths = data.chances.shape
    state = State(
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
def _earliest(data: Data, state: State, person: int, booth: int, since: int) -> int:
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
def _weigh(data: Data, state: State, person: int, booth: int) -> None:
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
def put(data: Data, state: State, person: int, booth: int, start: int, end: int, by: int) -> None:
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
    data: Data, state: State, person: int, booth: int, start: int, end: int, taken: bool
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
def hold_queues(data: Data, state: State, queued: Ints) -> None:
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
def keep(data: Data, state: State, person: int, booth: int, since: int) -> None:
    """Place an interview of an older plan again, if it still can be held."""
    if state.seen[person] < data.wanted[person] and state.starts[person, booth] == NOWHERE:
        start = _earliest(data, state, person, booth, since)
        if start != NOWHERE:
            put(data, state, person, booth, start, start + data.minutes[booth], 1)


@njit(cache=True, nogil=True)
def _fill(data: Data, state: State, most: int) -> None:
    """Add the interview that adds most, again and again, `most` times at most."""
    booths = len(data.minutes)
    for _ in range(most):
        if state.gains.size == 0:
            return
        person, booth = divmod(int(state.gains.argmax()), booths)
        if state.gains[person, booth] <= LEAST_GAIN:
            return
        start = state.next[person, booth]
        put(data, state, person, booth, start, start + data.minutes[booth], 1)


@njit(cache=True, nogil=True)
def _value(data: Data, state: State) -> float:
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
def _copy(to: State, of: State) -> None:
    to.starts[:], to.ends[:], to.held[:] = of.starts, of.ends, of.held
    to.booths[:], to.people[:], to.last[:] = of.booths, of.people, of.last
    to.seen[:], to.busy[:], to.load[:] = of.seen, of.busy, of.load
    to.next[:], to.gains[:] = of.next, of.gains


@njit(cache=True, nogil=True)
def insert(data: Data, state: State) -> None:
    """Fill the schedule, then take each interview out and put the next best in its place."""
    everything = state.starts.size
    _fill(data, state, everything)
    best, kept = _value(data, state), empty(data, state.people.shape[1])
    _copy(kept, state)
    for person in range(state.starts.shape[0]):
        for booth in range(state.starts.shape[1]):
            start, end = state.starts[person, booth], state.ends[person, booth]
            if start == NOWHERE or state.held[person, booth]:
                continue
            put(data, state, person, booth, start, end, -1)
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
