"""Counsellors at their desks: a visit pulls a slate from a part of the register, refers a few."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from matcher.entities import Channel
from matcher.simulation.draws import Event
from matcher.simulation.market import Market, State, seeker_id, vacancy_id
from matcher.simulation.people import Bools, Floats, Ints

SEEKERS_A_COUNTER = 2_000
"""A counter knows the employers it looks after; of the others it hears by accident."""

SLATE = 10
LOOKED_THROUGH = 12
OWN_TRADE = 3.0
STRAY = 0.1, 0.4
KEYWORD_SHARE, KIOSK_SHARE = 0.6, 0.15
MORE_REFERRALS = 0.08
FIRST_GAP, GAP_MEAN = 7, 15


@dataclass(slots=True)
class Counters:
    """All counters; remember when each person comes again and which pairs were looked at.

    `person_at` and `job_at` say which counter serves a person and keeps a vacancy in its folder.
    """

    market: Market
    again: Ints = field(init=False)
    count: int = field(init=False)
    person_at: Ints = field(init=False)
    job_at: Ints = field(init=False)
    seen: list[Ints] = field(default_factory=list)
    impressions: int = 0

    def __post_init__(self) -> None:
        market = self.market
        self.again = market.seekers.day.copy()
        self.count = max(round(len(market.seekers) / SEEKERS_A_COUNTER), 1)
        self.person_at = market.rng.integers(0, self.count, len(market.seekers))
        employer_at = market.rng.integers(0, self.count, len(market.employers))
        self.job_at = employer_at[market.vacancies.employer]

    def receive(self, day: int, open_now: Ints) -> None:
        """Serve everybody whose visit is due, if the bureau is open and has something to show."""
        market = self.market
        market.state[market.seekers.day == day] = State.ACTIVE
        if not market.workday[day] or not len(open_now):
            return
        visitors = market.active()
        visitors = visitors[self.again[visitors] <= day]
        if not len(visitors):
            return
        self.again[visitors] = day + days_away(market, day, visitors)
        keyword = market.rng.random(len(visitors)) < KEYWORD_SHARE
        found = self._look_through(visitors, keyword, open_now)
        slate, size = self._order(day, visitors, keyword, found)
        kiosk = market.draws.uniform(Event.AT_KIOSK, visitors, day) < KIOSK_SHARE
        self._log(day, visitors, slate, size, keyword=keyword, kiosk=kiosk)
        talk_over(market, day, visitors, slate, size=size, kiosk=kiosk)

    def _look_through(self, visitors: Ints, keyword: Bools, open_now: Ints) -> Ints:
        """Vacancies that come into view, (visitors, LOOKED_THROUGH).

        A keyword search stays in the counter's folder, the trade and its neighbours; a look at the
        newest strays over the whole city.
        """
        market, vacancies = self.market, self.market.vacancies
        trades = len(market.preferences.near)
        place = self.job_at[open_now] * trades + vacancies.trade[open_now]
        board = open_now[np.lexsort((-vacancies.day[open_now], place))]
        offered = np.bincount(place, minlength=self.count * trades)
        first = np.cumsum(offered) - offered
        shape = (len(visitors), LOOKED_THROUGH)
        near = market.preferences.near[market.seekers.trade[visitors]].astype(np.float64)
        here = self.person_at[visitors] * trades
        folder = offered[here[:, None] + np.arange(trades)]
        edges = np.cumsum(np.where(near == 1, OWN_TRADE, near) ** 2 * np.sqrt(folder), axis=1)
        draws = market.rng.random(shape) * edges[:, -1:]
        trade = (draws[:, :, None] >= edges[:, None, :]).sum(axis=2)
        at = here[:, None] + np.minimum(trade, trades - 1)
        deep = np.floor(market.rng.random(shape) ** 1.4 * offered[at]).astype(np.int64)
        newest = open_now[::-1]
        anywhere = np.floor(market.rng.random(shape) ** 2 * len(newest)).astype(np.int64)
        strays = np.where(keyword, *STRAY)[:, None]
        stray = (market.rng.random(shape) < strays) | (offered[at] == 0)
        return np.where(
            stray, newest[anywhere], board[np.minimum(first[at] + deep, len(board) - 1)]
        )

    def _order(self, day: int, visitors: Ints, keyword: Bools, found: Ints) -> tuple[Ints, Ints]:
        """The best ten by what a counsellor can see, (visitors, SLATE), and how many are real."""
        visible = visible_merit(self.market, visitors, found)
        age = day - self.market.vacancies.day[found]
        score = np.where(keyword[:, None], visible - 0.01 * age, 0.4 * visible - 0.12 * age)
        score += self.market.rng.normal(0, 0.6, found.shape)
        order = np.argsort(found, axis=1, kind="stable")
        ordered = np.take_along_axis(found, order, axis=1)
        again = np.zeros(found.shape, dtype=np.bool_)
        again[:, 1:] = ordered[:, 1:] == ordered[:, :-1]
        repeated = np.empty_like(again)
        np.put_along_axis(repeated, order, again, axis=1)
        score[repeated] = -np.inf
        top = np.argsort(-score, axis=1, kind="stable")[:, :SLATE]
        size = np.minimum((~repeated).sum(axis=1), SLATE)
        return np.take_along_axis(found, top, axis=1), size

    def _log(
        self,
        day: int,
        visitors: Ints,
        slate: Ints,
        size: Ints,
        *,
        keyword: Bools,
        kiosk: Bools,
    ) -> None:
        market = self.market
        minutes = np.sort(market.rng.integers(8 * 60, 17 * 60, len(visitors)))
        first = self.impressions
        self.impressions += len(visitors)
        market.ledger.write(
            "impressions",
            (
                (
                    f"SIM-I{first + at:06d}",
                    f"{market.dates[day]} {minute // 60:02d}:{minute % 60:02d}",
                    Channel.KIOSK if at_kiosk else Channel.COUNSELLOR,
                    "keyword" if by_word else "newest_first",
                    seeker_id(s),
                    "",
                    "|".join(map(vacancy_id, items[:many])),
                )
                for at, (minute, at_kiosk, by_word, s, items, many) in enumerate(
                    zip(
                        minutes.tolist(),
                        kiosk.tolist(),
                        keyword.tolist(),
                        visitors.tolist(),
                        slate.tolist(),
                        size.tolist(),
                        strict=True,
                    )
                )
            ),
        )
        real = np.arange(slate.shape[1]) < size[:, None]
        self.seen.append(((visitors[:, None] << 32) | slate)[real])


def days_away(market: Market, day: int, visitors: Ints) -> Ints:
    """Days until each comes again, (visitors,)."""
    return FIRST_GAP + market.draws.geometric(Event.COMES_AGAIN, visitors, day, mean=GAP_MEAN)


def visible_merit(market: Market, visitors: Ints, found: Ints) -> Floats:
    """What both can read off the register: the trade, the way, the pay, the licences."""
    s, v = np.repeat(visitors, found.shape[1]), found.ravel()
    one, other = market.seekers, market.vacancies
    near = market.preferences.near[one.trade[s], other.trade[v]]
    way = market.preferences.distance(s, v) / np.where(one.told_commute, one.commute_km, 15)[s]
    pay = np.where(one.told_pay[s], np.log(other.worth[v] / one.pay_floor[s]), 0)
    lacking = (other.licences[v] & ~one.licences[s]) != 0
    score = 1.6 * near - 0.7 * np.clip(way - 0.5, 0, 3) + 2.0 * np.clip(pay, -0.3, 0.2)
    return np.asarray(score - 1.0 * lacking, dtype=np.float64).reshape(found.shape)


def talk_over(
    market: Market, day: int, visitors: Ints, slate: Ints, *, size: Ints, kiosk: Bools
) -> None:
    """Refer from (visitors, lines) slates: the top is read most, and people half know their wish.

    Only the first `size` (visitors,) lines are real.
    """
    s, v = np.repeat(visitors, slate.shape[1]), slate.ravel()
    wish = market.preferences.of_seekers(s, v).reshape(slate.shape)
    rank = np.arange(slate.shape[1])
    appeal = 0.6 * wish + 0.6 * visible_merit(market, visitors, slate) - 0.08 * rank
    appeal += market.draws.normal(Event.APPEAL, visitors[:, None], slate, day, scale=0.5)
    appeal[rank >= size[:, None]] = -np.inf
    most = 1 + market.draws.poisson(Event.REFERRALS, visitors, day, mean=MORE_REFERRALS)
    place = np.argsort(np.argsort(-appeal, axis=1, kind="stable"), axis=1, kind="stable")
    sent = (place < most[:, None]) & (appeal > 0.2)
    for channel, here in ((Channel.COUNSELLOR, ~kiosk), (Channel.KIOSK, kiosk)):
        chosen = (sent & here[:, None]).ravel()
        market.refer(day, s[chosen], v[chosen], channel=channel)
