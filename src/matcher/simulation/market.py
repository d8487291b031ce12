"""The state of the simulated labour market on one day, and the decisions of both sides."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import IntEnum

import numpy as np

from matcher.entities import Channel, Outcome
from matcher.simulation.draws import Draws, Event
from matcher.simulation.ledger import EventWriter
from matcher.simulation.people import DAYS, Bools, Floats, Ints, workdays
from matcher.simulation.preferences import chance
from matcher.simulation.world import World

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
        world: World,
        *,
        start: date,
        ledger: EventWriter,
        rng: np.random.Generator,
        draws: Draws,
    ) -> None:
        self.seekers, self.employers = world.seekers, world.employers
        self.vacancies, self.preferences = world.vacancies, world.preferences
        self.ledger, self.rng, self.draws = ledger, rng, draws
        self.workday: Bools = workdays(start)
        self.dates = [(start + timedelta(days=d)).isoformat() for d in range(DAYS)]
        self.state = np.zeros(len(self.seekers), dtype=np.int8)
        self.placed_on = np.full(len(self.seekers), -1)
        self.left = self.vacancies.openings.copy()
        self.closed = np.full(len(self.vacancies), -1)
        self._unreported = np.zeros(len(self.vacancies), dtype=np.int64)
        self._applicants = np.zeros(len(self.vacancies))
        self._stay = np.zeros(len(self.seekers))
        self._interviews, self._decisions = Queue(), Queue()
        self._referred: set[int] = set()
        self._placements = self._reports = self.referrals = 0
        scarce = np.array([t.seekers / t.vacancies for t in world.trades])
        v = self.vacancies
        pull = WALK_IN * np.exp(0.35 * v.charm) * np.sqrt(scarce[v.trade])
        self._walk_in_rate: Floats = pull * v.openings**0.95

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
        due = self._later(day, Event.DAYS_TO_INTERVIEW, s, v, low=2, high=9)
        self._interviews.put(due, numbers, s, v)

    def close_of_business(self, day: int, open_now: Ints) -> None:
        """Everything that happens on a day beside visits to the bureau and fairs."""
        self.interview(day)
        self.decide(day)
        self.walk_in(day, open_now)
        self.leave(day)
        self.report(day)

    def interview(self, day: int) -> None:
        """People who were referred go, decline or stay away; the others are seen."""
        referral, s, v = self._interviews.take(day)
        if not len(s):
            return
        wish = self.preferences.of_seekers(s, v)
        goes = self.draws.uniform(Event.GOES, s, v) < chance(1.2 * wish + GO_EASE)
        silent = self.draws.uniform(Event.IS_SILENT, s, v) < 0.4
        shut = (self.left[v] <= 0) | (self.closed[v] >= 0)
        outcome = np.full(len(s), Outcome.INTERVIEWED, dtype=object)
        outcome[shut] = Outcome.REJECTED
        outcome[~goes] = np.where(silent[~goes], Outcome.NO_SHOW, Outcome.DECLINED)
        self._note_gone(outcome, s)
        self._record(day, referral, outcome)
        seen = outcome == Outcome.INTERVIEWED
        np.add.at(self._applicants, v[seen], 1)
        due = self._later(day, Event.DAYS_TO_DECISION, s[seen], v[seen], low=1, high=7)
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
        agrees = self.draws.uniform(Event.AGREES, s, v) < chance(1.5 * wish + ACCEPT_EASE)
        agrees &= offered
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

    def walk_in(self, day: int, open_now: Ints) -> None:
        """People nobody registered apply at the door and fill openings."""
        come = self.draws.poisson(Event.WALKS_IN, open_now, day, mean=self._walk_in_rate[open_now])
        hired = np.minimum(come, self.left[open_now])
        self.left[open_now] -= hired
        self._unreported[open_now] += hired

    def leave(self, day: int) -> None:
        """Some find work by themselves and tell the bureau or not; some give up looking."""
        looking = self.active()
        self._stay[looking] += 1
        draw = self.draws.uniform(Event.LEAVES, looking, day)
        found = draw < SELF_FOUND * np.exp(0.3 * self.seekers.ability[looking])
        tells = self.draws.uniform(Event.TELLS, looking, day) < TELLS
        quits = draw > 1 - GIVES_UP - TIRED * self._stay[looking] / 30
        placed = looking[found & tells]
        self._place(day, placed, [None] * len(placed), [None] * len(placed))
        self.state[looking[(found & ~tells) | quits]] = State.WITHDRAWN

    def report(self, day: int) -> None:
        """Employers report openings filled, and some close what is full or no longer needed."""
        owing = np.flatnonzero(self._unreported)
        owing = owing[self.draws.uniform(Event.REPORTS, owing, day) < REPORTS]
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
        draw = self.draws.uniform(Event.CLOSES, np.arange(len(v)), day)
        self.closed[alive & (draw < np.where(self.left == 0, CLOSES_FULL, CANCELS))] = day

    def _later(self, day: int, event: Event, s: Ints, v: Ints, *, low: int, high: int) -> Ints:
        """A working day from `low` to about `high` days on, for each pair."""
        due = day + self.draws.integers(event, s, v, low=low, high=high)
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
