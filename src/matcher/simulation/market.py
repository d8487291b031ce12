"""The state of the simulated labour market on one day, and the decisions of both sides."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import IntEnum

import numpy as np

from matcher.entities import Channel, Outcome
from matcher.simulation.firms import Employers, Vacancies
from matcher.simulation.ledger import Ledger
from matcher.simulation.people import DAYS, Bools, Floats, Ints, Seekers, workdays
from matcher.simulation.preferences import Preferences, chance
from matcher.simulation.trades import Trade

GO_EASE, ACCEPT_EASE = 0.6, 1.2
COMPETITION = 1.05
SELF_FOUND, TELLS = 0.0041, 0.75
GIVES_UP, TIRED = 0.0009, 0.0004
WALK_IN = 0.0190
REPORTS, CLOSES_FULL, CANCELS = 0.14, 0.08, 0.0008


class State(IntEnum):
    """Where a person stands; nobody returns from a later to an earlier one."""

    UNKNOWN = 0
    ACTIVE = 1
    PLACED = 2
    WITHDRAWN = 3


@dataclass(slots=True)
class Queue:
    """Referrals that wait for a day: columns of referral number, seeker, vacancy."""

    days: list[list[tuple[Ints, Ints, Ints]]] = field(
        default_factory=lambda: [[] for _ in range(DAYS)]
    )

    def put(self, day: Ints, referral: Ints, s: Ints, v: Ints) -> None:
        """Queue each referral for its day; what falls after the year is never seen."""
        for due in np.unique(day[day < DAYS]):
            now = day == due
            self.days[due].append((referral[now], s[now], v[now]))

    def take(self, day: int) -> tuple[Ints, Ints, Ints]:
        """The columns due on `day`, in order of referral, with nothing left behind."""
        due, self.days[day] = self.days[day], []
        if not due:
            nothing = np.zeros(0, dtype=np.int64)
            return nothing, nothing, nothing
        referral, s, v = (np.concatenate(column) for column in zip(*due, strict=True))
        order = np.argsort(referral)
        return referral[order], s[order], v[order]


class Market:
    """One simulated year: who looks, what is open, who is sent where and what becomes of it."""

    def __init__(
        self,
        *,
        seekers: Seekers,
        employers: Employers,
        vacancies: Vacancies,
        preferences: Preferences,
        trades: tuple[Trade, ...],
        start: date,
        ledger: Ledger,
        rng: np.random.Generator,
    ) -> None:
        self.seekers, self.employers, self.vacancies = seekers, employers, vacancies
        self.preferences, self.ledger, self.rng = preferences, ledger, rng
        self.workday: Bools = workdays(start)
        self.dates = [(start + timedelta(days=d)).isoformat() for d in range(DAYS)]
        self.state = np.zeros(len(seekers), dtype=np.int8)
        self.placed_on = np.full(len(seekers), -1)
        self.left = vacancies.openings.copy()
        self.closed = np.full(len(vacancies), -1)
        self._unreported = np.zeros(len(vacancies), dtype=np.int64)
        self._applicants = np.zeros(len(vacancies))
        self._stay = np.zeros(len(seekers))
        self._interviews, self._decisions = Queue(), Queue()
        self._referred: set[int] = set()
        self._placements = self._reports = self.referrals = 0
        scarce = np.array([t.seekers / t.vacancies for t in trades])[vacancies.trade]
        pull = WALK_IN * np.exp(0.35 * vacancies.charm) * np.sqrt(scarce)
        self._walk_in_rate: Floats = pull * vacancies.openings**0.95

    def open_on(self, day: int) -> Ints:
        """Vacancies that may be shown: posted, not past their last day, not closed, not full."""
        v = self.vacancies
        shown = (v.day <= day) & (day <= v.closes) & (self.closed < 0) & (self.left > 0)
        return np.flatnonzero(shown)

    def active(self) -> Ints:
        """People who are looking."""
        return np.flatnonzero(self.state == State.ACTIVE)

    def refer(self, day: int, s: Ints, v: Ints, *, channel: Channel) -> None:
        """Send people to vacancies, each pair at most once a year."""
        new = []
        for place, key in enumerate(((s << 32) | v).tolist()):
            if key not in self._referred:
                self._referred.add(key)
                new.append(place)
        s, v = s[new], v[new]
        numbers = self.referrals + np.arange(len(s))
        self.referrals += len(s)
        self.ledger.write(
            "referrals",
            (
                (referral_id(r), seeker_id(a), vacancy_id(b), self.dates[day], channel)
                for r, a, b in zip(numbers.tolist(), s.tolist(), v.tolist(), strict=True)
            ),
        )
        self._interviews.put(self._later(day, len(s), low=2, high=9), numbers, s, v)

    def interview(self, day: int) -> None:
        """People who were referred go, decline or stay away; the others are seen."""
        referral, s, v = self._interviews.take(day)
        if not len(s):
            return
        wish = self.preferences.of_seekers(s, v)
        goes = self.rng.random(len(s)) < chance(1.2 * wish + GO_EASE)
        silent = self.rng.random(len(s)) < 0.4
        shut = (self.left[v] <= 0) | (self.closed[v] >= 0)
        outcome = np.full(len(s), Outcome.INTERVIEWED, dtype=object)
        outcome[shut] = Outcome.REJECTED
        outcome[~goes] = np.where(silent[~goes], Outcome.NO_SHOW, Outcome.DECLINED)
        self._note_gone(outcome, s)
        self._record(day, referral, outcome)
        seen = outcome == Outcome.INTERVIEWED
        np.add.at(self._applicants, v[seen], 1)
        due = self._later(day, int(seen.sum()), low=1, high=7)
        self._decisions.put(due, referral[seen], s[seen], v[seen])

    def decide(self, day: int) -> None:
        """Employers choose among those they saw, people among the offers they hold."""
        referral, s, v = self._decisions.take(day)
        if not len(s):
            return
        liking = self.preferences.of_employers(s, v)
        crowd = np.log1p(self._applicants[v] / self.vacancies.openings[v])
        wanted = liking - COMPETITION * crowd > 0
        wanted &= (self.closed[v] < 0) & (self.state[s] == State.ACTIVE)
        offered = self._best(v, liking, wanted, self.left)
        wish = self.preferences.of_seekers(s, v)
        agrees = offered & (self.rng.random(len(s)) < chance(1.5 * wish + ACCEPT_EASE))
        hired = self._best(s, wish, agrees, np.ones(len(self.seekers), dtype=np.int64))
        outcome = np.full(len(s), Outcome.REJECTED, dtype=object)
        outcome[offered] = Outcome.DECLINED
        outcome[hired] = Outcome.HIRED
        elsewhere = np.isin(s, s[hired]) & ~hired
        outcome[elsewhere] = Outcome.HIRED_ELSEWHERE
        self._note_gone(outcome, s)
        self._record(day, referral, outcome)
        np.subtract.at(self.left, v[hired], 1)
        np.add.at(self._unreported, v[hired], 1)
        self._place(day, s[hired], v[hired].tolist(), referral[hired].tolist())

    def walk_in(self, open_now: Ints) -> None:
        """People nobody registered apply at the door and fill openings."""
        hired = np.minimum(self.rng.poisson(self._walk_in_rate[open_now]), self.left[open_now])
        self.left[open_now] -= hired
        self._unreported[open_now] += hired

    def leave(self, day: int) -> None:
        """Some find work by themselves and tell the bureau or not; some give up looking."""
        looking = self.active()
        self._stay[looking] += 1
        draw = self.rng.random(len(looking))
        found = draw < SELF_FOUND * np.exp(0.3 * self.seekers.ability[looking])
        tells = self.rng.random(len(looking)) < TELLS
        quits = draw > 1 - GIVES_UP - TIRED * self._stay[looking] / 30
        placed = looking[found & tells]
        self._place(day, placed, [None] * len(placed), [None] * len(placed))
        self.state[looking[(found & ~tells) | quits]] = State.WITHDRAWN

    def report(self, day: int) -> None:
        """Employers report openings filled, and some close what is full or no longer needed."""
        owing = np.flatnonzero(self._unreported)
        owing = owing[self.rng.random(len(owing)) < REPORTS]
        first = self._reports
        self._reports += len(owing)
        filled = self._unreported[owing]
        self._unreported[owing] = 0
        self.ledger.write(
            "hire_reports",
            (
                (f"SIM-H{first + at:06d}", vacancy_id(v), self.dates[day], amount)
                for at, (v, amount) in enumerate(zip(owing.tolist(), filled.tolist(), strict=True))
            ),
        )
        v = self.vacancies
        alive = (v.day <= day) & (day <= v.closes) & (self.closed < 0)
        draw = self.rng.random(len(v))
        self.closed[alive & (draw < np.where(self.left == 0, CLOSES_FULL, CANCELS))] = day

    def _later(self, day: int, count: int, *, low: int, high: int) -> Ints:
        """A working day from `low` to about `high` days on, for each of `count`."""
        due = day + self.rng.integers(low, high, count)
        for _ in range(2):
            due += (due < DAYS) & ~self.workday[np.minimum(due, DAYS - 1)]
        return np.asarray(due)

    def _note_gone(self, outcome: np.ndarray[tuple[int], np.dtype[np.object_]], s: Ints) -> None:
        outcome[self.state[s] == State.PLACED] = Outcome.HIRED_ELSEWHERE
        outcome[self.state[s] == State.WITHDRAWN] = Outcome.DECLINED

    @staticmethod
    def _best(key: Ints, worth: Floats, among: Bools, room: Ints) -> Bools:
        """Of the rows `among`, the best by `worth` for each key, as many as `room[key]`."""
        rows = np.flatnonzero(among)
        order = rows[np.lexsort((rows, -worth[rows], key[rows]))]
        keys = key[order]
        first = np.searchsorted(keys, keys, side="left")
        chosen = np.zeros(len(key), dtype=np.bool_)
        chosen[order[np.arange(len(order)) - first < room[keys]]] = True
        return chosen

    def _record(
        self, day: int, referral: Ints, outcome: np.ndarray[tuple[int], np.dtype[np.object_]]
    ) -> None:
        self.ledger.write(
            "outcomes",
            (
                (referral_id(r), o, self.dates[day])
                for r, o in zip(referral.tolist(), outcome, strict=True)
            ),
        )

    def _place(
        self, day: int, s: Ints, v: list[int] | list[None], referral: list[int] | list[None]
    ) -> None:
        first = self._placements
        self._placements += len(s)
        self.state[s] = State.PLACED
        self.placed_on[s] = day
        self.ledger.write(
            "placements",
            (
                (
                    f"SIM-P{first + at:06d}",
                    seeker_id(a),
                    self.dates[day],
                    "" if b is None else vacancy_id(b),
                    "" if r is None else referral_id(r),
                )
                for at, (a, b, r) in enumerate(zip(s.tolist(), v, referral, strict=True))
            ),
        )


def seeker_id(number: int) -> str:
    """Id of a simulated person."""
    return f"SIM-S{number:06d}"


def vacancy_id(number: int) -> str:
    """Id of a simulated vacancy."""
    return f"SIM-V{number:06d}"


def employer_id(number: int) -> str:
    """Id of a simulated employer."""
    return f"SIM-E{number:06d}"


def referral_id(number: int) -> str:
    """Id of a simulated referral."""
    return f"SIM-R{number:06d}"
