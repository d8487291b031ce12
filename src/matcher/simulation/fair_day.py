"""A simulated fair, minute by minute: the same people and booths with a plan and without one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

import numpy as np

from matcher.allocation.congestion import Floats, Ints
from matcher.allocation.fair import FIRST, MINUTE, Fair, Interview, level, schedule
from matcher.reference import Reference
from matcher.simulation.fairs import on_site_chance
from matcher.simulation.firms import draw_employers, draw_vacancies
from matcher.simulation.people import DAYS, draw_seekers
from matcher.simulation.preferences import Preferences
from matcher.simulation.trades import load_trades

BUREAU, START, DAY = 3_000, date(2026, 1, 1), DAYS // 2
"""People registered with the bureau whose fair it is, and the day of its year."""
OPENINGS_A_BOOTH = 80_327 / 2_912
"""Openings that an employer brought to a fair in the year 108, as the bureau published."""
OPEN_MINUTES, LAST_ARRIVAL = 240, 200
LISTED = 12
"""Booths on the list that a visitor gets."""
RANKER_ERROR = 0.8
"""Standard deviation of what the ranker believes, in logits about the truth."""
TASTE_ERROR = 0.7
SPREAD = 0.35
"""Standard deviation of the logarithm of how long an interview lasts."""
NO_SHOW, LOST_MINUTES = 0.10, 3
"""How often somebody does not come when the plan calls them, and how long a booth then waits."""
FROZEN = 5
"""Minutes before an interview when it stays put."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FairDay:
    """What is the same under every policy, and drawn once; `v` vacancies of `b` booths.

    `truth`, `believed` and `taste` (p, v) are the chance of a match, what the ranker takes it for,
    and how well the person likes it. `luck` (p, v) decides a match, `lasts` (p, b) are the minutes
    that an interview takes and `shows` (p, b) says who comes when called.
    """

    arrives: Ints
    leaves: Ints
    wanted: Ints
    truth: Floats
    believed: Floats
    taste: Floats
    luck: Floats
    lasts: Ints
    shows: np.ndarray[tuple[int, int], np.dtype[np.bool_]]
    booth_of: Ints
    openings: Ints
    interviewers: Ints
    minutes: Ints

    @property
    def crowding(self) -> float:
        """Interview minutes that visitors want, over those that interviewers have."""
        wanted = float(self.wanted.sum()) * float(self.minutes.mean())
        return wanted / (OPEN_MINUTES * float(self.interviewers.sum()))


@dataclass(slots=True)
class Seen:
    """What happened: columns over interviews held, and minutes waited for nothing by person."""

    person: list[int] = field(default_factory=list)
    waited: list[int] = field(default_factory=list)
    lasted: list[int] = field(default_factory=list)
    matched: list[bool] = field(default_factory=list)
    in_vain: list[int] = field(default_factory=list)


def draw_fair_day(
    *,
    people: int,
    booths: int,
    seed: int,
    reference: Reference,
    openings_a_booth: float = OPENINGS_A_BOOTH,
) -> FairDay:
    """A fair of a simulated bureau; raises ValueError where that has too few people or employers.

    Visitors, booths and preferences are those of `simulation.fairs`; interviewers, times and the
    ranker's error are drawn for the comparison.
    """
    rng = np.random.default_rng([seed, people, booths])
    trades = load_trades()
    seekers = draw_seekers(rng, count=BUREAU, start=START, trades=trades, reference=reference)
    firms = draw_employers(rng, seekers=BUREAU, trades=trades, reference=reference)
    jobs = draw_vacancies(rng, firms, start=START, trades=trades, reference=reference)
    preferences = Preferences.build(seekers, jobs, trades=trades, reference=reference, seed=seed)
    open_now = np.flatnonzero((jobs.day <= DAY) & (jobs.closes >= DAY))
    hiring = np.unique(jobs.employer[open_now])
    weights = firms.size[hiring] + 0.1
    chosen = rng.choice(hiring, size=booths, replace=False, p=weights / weights.sum())
    offered = open_now[np.isin(jobs.employer[open_now], chosen)]
    hope = preferences.near[:, jobs.trade[offered]].max(axis=1)[seekers.trade] + 0.05
    visitors = rng.choice(BUREAU, size=people, replace=False, p=hope / hope.sum())
    s, v = np.repeat(visitors, len(offered)), np.tile(offered, people)
    shape = (people, len(offered))
    truth = on_site_chance(preferences, s, v).reshape(shape)
    logits = np.log(truth / (1 - truth)) + rng.normal(0, RANKER_ERROR, shape)
    liking = preferences.of_seekers(s, v).reshape(shape)
    arrives = (LAST_ARRIVAL * rng.beta(1.3, 2.0, people)).astype(np.int32)
    stays = np.clip(rng.lognormal(np.log(80), 0.4, people), 30, OPEN_MINUTES)
    minutes = rng.integers(8, 16, booths).astype(np.int32)
    position = {employer: at for at, employer in enumerate(chosen.tolist())}
    more = openings_a_booth * booths / jobs.openings[offered].sum()
    return FairDay(
        arrives=arrives,
        leaves=np.minimum(arrives + stays, OPEN_MINUTES).astype(np.int32),
        wanted=np.minimum(1 + rng.poisson(1.5, people), 5).astype(np.int32),
        truth=truth,
        believed=1 / (1 + np.exp(-logits)),
        taste=liking + rng.normal(0, TASTE_ERROR, shape),
        luck=rng.random(shape),
        lasts=np.maximum(3, np.round(minutes * rng.lognormal(0, SPREAD, (people, booths)))).astype(
            np.int32
        ),
        shows=rng.random((people, booths)) >= NO_SHOW,
        booth_of=np.array([position[e] for e in jobs.employer[offered].tolist()], np.int32),
        openings=np.maximum(1, np.round(more * jobs.openings[offered])).astype(np.int32),
        interviewers=rng.integers(1, 3, booths).astype(np.int32),
        minutes=minutes,
    )


Choose = Callable[["Day", int, Ints], int]
"""Which booth a person goes to, of those not yet seen on their list, best first."""


class Day:
    """A fair that runs: who is where, what is left, and what happened so far."""

    def __init__(self, fair: FairDay, liking: Floats) -> None:
        self.fair, self.now, self.seen = fair, 0, Seen()
        people, booths = len(fair.arrives), len(fair.minutes)
        self.left = fair.openings.copy()
        self.room = fair.wanted.copy()
        self.free_since = fair.arrives.copy()
        self.queues: list[list[int]] = [[] for _ in range(booths)]
        self.under_way: list[tuple[int, int, int, int]] = []  # person, booth, vacancy, start
        self.lost: list[tuple[int, int, int]] = []  # person, booth, start of those not come
        self.been = np.zeros((people, booths), np.bool_)
        self._liking = liking
        self.worth, self.best = self._of_booths()

    def present(self) -> Ints:
        """People who are here, want more interviews, and are in none."""
        fair = self.fair
        here = (fair.arrives <= self.now) & (fair.leaves > self.now) & (self.room > 0)
        here[[person for person, *_ in self.under_way]] = False
        return np.flatnonzero(here).astype(np.int32)

    def begin(self, person: int, booth: int) -> None:
        """Hold an interview from now on."""
        self.been[person, booth] = True
        self.room[person] -= 1
        self.under_way.append((person, booth, int(self.best[person, booth]), self.now))
        self.seen.person.append(person)
        self.seen.waited.append(int(self.now - self.free_since[person]))
        self.seen.lasted.append(int(self.fair.lasts[person, booth]))

    def end_what_is_over(self) -> bool:
        """End interviews that are over; both say whether they want to go on."""
        over = [o for o in self.under_way if self.now >= o[3] + self.fair.lasts[o[0], o[1]]]
        for one in over:
            person, _, vacancy, _ = one
            self.under_way.remove(one)
            self.free_since[person] = self.now
            agreed = self.fair.luck[person, vacancy] < self.fair.truth[person, vacancy]
            matched = bool(agreed and self.left[vacancy] > 0)
            self.left[vacancy] -= matched
            self.seen.matched.append(matched)
            if matched and self.left[vacancy] == 0:
                self.worth, self.best = self._of_booths()
        none_left = [one for one in self.lost if self.now >= one[2] + LOST_MINUTES]
        for gone in none_left:
            self.lost.remove(gone)
        return bool(over or none_left)

    def busy(self, booth: int) -> int:
        """Interviewers of a booth who are taken."""
        return sum(o[1] == booth for o in self.under_way) + sum(o[1] == booth for o in self.lost)

    def finish(self) -> Seen:
        """Let the interviews under way end, and count the minutes waited for nothing."""
        wants = self.room > 0
        gone = {person for person, *_ in self.under_way}
        while self.under_way:
            self.now += 1
            self.end_what_is_over()
        waited = np.where(wants, np.maximum(self.fair.leaves - self.free_since, 0), 0)
        waited[list(gone)] = 0
        self.seen.in_vain = waited.tolist()
        return self.seen

    def _of_booths(self) -> tuple[Floats, Ints]:
        """How well each person likes each booth's best open vacancy (p, b), and which that is."""
        people, booths = self.been.shape
        worth: Floats = np.full((people, booths), -np.inf)
        best = np.zeros((people, booths), np.int32)
        for booth in range(booths):
            there = np.flatnonzero((self.fair.booth_of == booth) & (self.left > 0))
            if len(there):
                best[:, booth] = there[self._liking[:, there].argmax(axis=1)]
                worth[:, booth] = self._liking[:, there].max(axis=1)
        return worth, best


def queue_up(fair: FairDay, liking: Floats, choose: Choose) -> Seen:
    """Without a plan: everybody queues at one booth at a time, first come first served."""
    day = Day(fair, liking)
    for day.now in range(OPEN_MINUTES):
        day.end_what_is_over()
        present = set(day.present().tolist())
        for booth, queue in enumerate(day.queues):
            day.queues[booth] = [person for person in queue if person in present]
        queueing = {person for queue in day.queues for person in queue}
        for person in sorted(present - queueing, key=lambda p: (day.free_since[p], p)):
            listed = np.argsort(-day.worth[person], kind="stable")[:LISTED]
            open_to = ~day.been[person, listed] & np.isfinite(day.worth[person, listed])
            if open_to.any():
                day.queues[choose(day, person, listed[open_to])].append(person)
        for booth, queue in enumerate(day.queues):
            while queue and day.busy(booth) < fair.interviewers[booth]:
                day.begin(queue.pop(0), booth)
    return day.finish()


def from_the_top(_day: Day, _person: int, listed: Ints) -> int:
    """Queue at the best booth, however long it takes."""
    return int(listed[0])


def shortest_of_three(day: Day, _person: int, listed: Ints) -> int:
    """Of the best three booths, the one where the wait looks shortest."""

    def wait(booth: int) -> float:
        before = len(day.queues[booth]) + day.busy(booth)
        return float(before * day.fair.minutes[booth] / day.fair.interviewers[booth])

    return int(min(listed[:3].tolist(), key=wait))


def by_plan(fair: FairDay) -> Seen:
    """With a plan, made anew whenever something happened."""
    day = Day(fair, fair.believed)
    plan: Plan = {}
    for day.now in range(OPEN_MINUTES):
        ended = day.end_what_is_over()
        late = any(day.now >= o[3] + fair.minutes[o[1]] for o in day.under_way)
        if ended or late or day.now in fair.arrives or day.now in fair.leaves:
            plan = _planned(day, plan)
        for (person, booth), start in sorted(plan.items(), key=lambda item: (item[1], item[0])):
            if start > day.now:
                break
            del plan[person, booth]
            if fair.shows[person, booth]:
                day.begin(person, booth)
            else:
                day.been[person, booth] = True
                day.lost.append((person, booth, day.now))
    return day.finish()


Plan = dict[tuple[int, int], int]
"""The minutes at which interviews begin that have not, by person and booth."""


def _planned(day: Day, plan: Plan) -> Plan:
    fair, now = day.fair, day.now
    free = day.present()
    in_one = np.array([person for person, *_ in day.under_way], np.int32)
    people = np.sort(np.concatenate([free, in_one]))
    row = {person: at for at, person in enumerate(people.tolist())}
    worth = np.maximum(day.worth[people], 0.0)
    listed = np.argsort(np.argsort(-worth, axis=1, kind="stable"), axis=1) < LISTED
    chances = np.where(listed & ~day.been[people], worth, 0.0)
    under_way = []
    for person, booth, _, start in day.under_way:
        chances[row[person], booth] = worth[row[person], booth]
        end = max(start + int(fair.minutes[booth]), now + 1)
        under_way.append(Interview(row[person], booth, start - now, end - now))
    queued = np.zeros(len(fair.minutes), np.int32)
    for _, booth, start in day.lost:
        queued[booth] += start + LOST_MINUTES - now
    asked = Fair(
        ready=np.zeros(len(people), np.int32),
        leaves=fair.leaves[people] - np.int32(now),
        wanted=day.room[people] + np.isin(people, in_one).astype(np.int32),
        first=np.where(day.been[people].any(axis=1), 0.0, FIRST * level(chances)),
        chances=chances,
        vacancies=day.best[people],
        interviewers=fair.interviewers,
        minutes=fair.minutes,
        queued=queued,
        openings=day.left,
        pending=np.zeros(len(day.left)),
    )
    found = schedule(
        asked,
        waiting=MINUTE * level(chances),
        under_way=under_way,
        before=[
            Interview(row[p], b, start - now, start - now + int(fair.minutes[b]))
            for (p, b), start in plan.items()
            if p in row
        ],
        frozen=FROZEN,
    )
    held = {(one.person, one.booth) for one in under_way}
    return {
        (int(people[one.person]), one.booth): one.start + now
        for one in found.interviews
        if (one.person, one.booth) not in held
    }
