"""A year of a simulated bureau in which one policy makes every list."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import numpy as np

from matcher.reference import Reference
from matcher.simulation.counsellors import KIOSK_SHARE, days_away, talk_over
from matcher.simulation.draws import ByEvent, Event
from matcher.simulation.fairs import Fairground
from matcher.simulation.market import ACCEPT_EASE, COMPETITION, GO_EASE, Market, State
from matcher.simulation.people import DAYS, Bools, Floats, Ints
from matcher.simulation.policies import NOTHING, Policy, best
from matcher.simulation.preferences import Preferences, chance
from matcher.simulation.register import Candidates, Register
from matcher.simulation.world import World

WANTED = 5
"""The best vacancies of a person by what both sides hide: those a list should hold."""
SHARP = 4.0
"""An employer decides by a threshold; what they do near it is known less well than far from it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Year:
    """What a policy showed and what came of it.

    Of n visits: `visitors` and `days` (n,), `slates` (n, SLATE), the `worth` (n,) of each list and
    that of the list by itself, `plain_worth`, `recall` (n,): the share of the WANTED in it, and
    `recall_now` (n,): the same where the crowd counts. Of all people `placed_on` (s,), -1 for
    nobody. Of r referrals: `referrals` (r, 3), `told` (r, 2) as in `Register`, and which led to a
    hire, `hired` (r,). `reports` are (n, 3).
    """

    visitors: Ints
    days: Ints
    slates: Ints
    worth: Floats
    plain_worth: Floats
    recall: Floats
    recall_now: Floats
    placed_on: Ints
    referrals: Ints
    reports: Ints
    told: Floats
    hired: Bools


def live(
    world: World,
    register: Register,
    policy: Policy,
    *,
    seed: int,
    start: date,
    reference: Reference,
    exposure: Floats,
    progress: Callable[[int, int], None] | None = None,
) -> Year:
    """Live the year from `start` under a policy; equal seeds meet equal chance, whatever it shows.

    `exposure` (SLATE,) is how likely each line of a list is acted on, to tell what lists are worth.
    """
    market = Market(
        world,
        start=start,
        ledger=register,
        rng=np.random.default_rng([seed, DAYS]),
        draws=ByEvent(seed),
    )
    fairs = Fairground(market, world.trades, reference, start)
    desks = _Desks(market, register, policy, exposure)
    for day in range(DAYS):
        market.rng = np.random.default_rng([seed, day])
        open_now = market.open_on(day)
        desks.receive(day, open_now)
        fairs.hold(day)
        market.close_of_business(day, open_now)
        if progress is not None:
            progress(day + 1, DAYS)
    return desks.year()


def worth(candidates: Candidates, lists: Ints, exposure: Floats) -> Floats:
    """Chance of a hire through each of (n, SLATE) lists if nobody else asked, (n,).

    The sum over its lines of the chance that the line is acted on, which is less where it appeals
    less, times that of a hire.
    """
    # Candidates stand by person and id, so that one number for both finds a line among them.
    width = candidates.vacancies.max(initial=0) + 2
    keys = candidates.owners * width + candidates.vacancies
    shown = lists != NOTHING
    asked = np.arange(len(lists))[:, None] * width + lists
    offers = np.zeros(lists.shape)
    offers[shown] = (candidates.chances * candidates.appeal)[np.searchsorted(keys, asked[shown])]
    return np.asarray(offers @ exposure)


class _Desks:
    """Where visitors are shown the policy's lists; remembers what was shown."""

    def __init__(
        self, market: Market, register: Register, policy: Policy, exposure: Floats
    ) -> None:
        self._market, self._register, self._policy = market, register, policy
        self._exposure = exposure
        self._again = market.seekers.day.copy()
        self._shown: list[tuple[Ints, Ints, Ints, Floats, Floats, Floats, Floats]] = []

    def receive(self, day: int, open_now: Ints) -> None:
        """Serve everybody whose visit is due, if the bureau is open and has something to show."""
        market = self._market
        market.state[market.seekers.day == day] = State.ACTIVE
        if not market.workday[day] or not len(open_now):
            return
        visitors = market.active()
        visitors = visitors[self._again[visitors] <= day]
        if not len(visitors):
            return
        self._again[visitors] = day + days_away(market, day, visitors)
        self._register.seen_on[visitors] = day
        candidates = self._register.candidates(day, visitors, open_now)
        lists = self._policy.lists(self._register, candidates, open_now)
        kiosk = market.draws.uniform(Event.AT_KIOSK, visitors, day) < KIOSK_SHARE
        talk_over(market, day, visitors, lists, size=(lists != NOTHING).sum(axis=1), kiosk=kiosk)
        plain = best(candidates, candidates.fits)
        self._shown.append(
            (
                visitors,
                np.full(len(visitors), day),
                lists,
                worth(candidates, lists, self._exposure),
                worth(candidates, plain, self._exposure),
                recall(candidates, lists, mutual(candidates, market.preferences)),
                recall(candidates, lists, likelihood(candidates, market.preferences)),
            )
        )

    def year(self) -> Year:
        """What was shown and what came of it."""
        visitors, days, slates, worths, plain, recalls, recalls_now = map(
            np.concatenate, zip(*self._shown, strict=True)
        )
        return Year(
            visitors=visitors,
            days=days,
            slates=slates,
            worth=worths,
            plain_worth=plain,
            recall=recalls,
            recall_now=recalls_now,
            placed_on=self._register.placed_on,
            referrals=np.array(self._register.referrals).reshape(-1, 3),
            reports=np.array(self._register.reports).reshape(-1, 3),
            told=np.array(self._register.told).reshape(-1, 2),
            hired=np.isin(np.arange(len(self._register.referrals)), self._register.hired),
        )


def mutual(candidates: Candidates, preferences: Preferences) -> Floats:
    """How likely both sides would say yes if nobody else applied, as a log, (m,)."""
    return preferences.mutual(candidates.people[candidates.owners], candidates.vacancies)


def likelihood(candidates: Candidates, preferences: Preferences) -> Floats:
    """How likely a referral today ends in a hire, by all that is hidden and by the crowd, (m,)."""
    people, jobs = candidates.people[candidates.owners], candidates.vacancies
    wish = preferences.of_seekers(people, jobs)
    crowd = np.log1p((candidates.applied + 1) / preferences.vacancies.openings[jobs])
    margin = preferences.of_employers(people, jobs) - COMPETITION * crowd
    yes = chance(1.2 * wish + GO_EASE) * chance(1.5 * wish + ACCEPT_EASE)
    return np.asarray(yes * chance(SHARP * margin))


def recall(candidates: Candidates, lists: Ints, utility: Floats) -> Floats:
    """Share of the WANTED that stand in each of (n, SLATE) lists, (n,); NaN without candidates.

    WANTED are the candidates of the highest `utility` (m,).
    """
    owners = candidates.owners
    order = np.lexsort((candidates.vacancies, -utility, owners))
    wanted = order[np.arange(len(order)) - candidates.starts[owners] < WANTED]
    found = (lists[owners[wanted]] == candidates.vacancies[wanted, None]).any(axis=1)
    hits = np.bincount(owners[wanted], weights=found, minlength=len(lists))
    count = np.bincount(owners[wanted], minlength=len(lists))
    return np.asarray(np.divide(hits, count, where=count > 0, out=np.full(len(lists), np.nan)))
