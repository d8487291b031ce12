"""Job fairs: employers with open vacancies, visitors from around, matches on the spot."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np

from matcher.entities import Channel, FairType
from matcher.reference import Reference
from matcher.simulation.market import Market, employer_id, seeker_id, vacancy_id
from matcher.simulation.people import DAYS, Floats, Ints, district_weights
from matcher.simulation.preferences import Preferences, chance
from matcher.simulation.trades import Trade, table

FAIRS_PER_SEEKER = 480 / 75_398
"""The bureau plans its fairs by the size of its register; what happens at them is behaviour."""

LEAST_FAIRS = 4
SINGLE_EMPLOYER, BOOTHS_MEAN = 0.35, 6.4
VISITORS_A_BOOTH, NEIGHBOURHOOD_KM = 9.0, 9.0
ON_BEHALF, UNREGISTERED = 0.10, 0.16
ON_SITE_EASE = 2.7


@dataclass(slots=True)
class Fairground:
    """The year's fairs, by day."""

    market: Market
    trades: tuple[Trade, ...]
    reference: Reference
    start: date
    dates: Ints = field(init=False)
    seen: list[Ints] = field(default_factory=list)
    resumes: int = 0
    held: int = 0
    days: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        count = max(LEAST_FAIRS, round(len(self.market.seekers) * FAIRS_PER_SEEKER))
        weekdays = [(self.start + timedelta(days=d)).weekday() for d in range(DAYS)]
        weights = np.array([0.13] * 5 + [0.35, 0.0])[weekdays]
        weights[:5] = 0
        self.dates = np.sort(self.market.rng.choice(DAYS, size=count, p=weights / weights.sum()))

    def hold(self, day: int) -> None:
        """Hold the fairs of the day."""
        for _ in range(int((self.dates == day).sum())):
            open_now = self.market.open_on(day)
            if len(open_now):
                self._hold(day, open_now)

    def _hold(self, day: int, open_now: Ints) -> None:
        market, rng = self.market, self.market.rng
        home, _ = district_weights(self.reference, self.trades)
        district = int(rng.choice(len(home), p=home))
        booths = self._open(day, district, open_now)
        offered = open_now[np.isin(market.vacancies.employer[open_now], booths)]
        looking = market.active()
        if not len(looking):
            return
        crowd = rng.poisson(VISITORS_A_BOOTH * len(booths) ** 0.75)
        away = market.preferences.kilometres[
            market.preferences.home[looking],
            self.reference.place_rows[self.reference.districts[district]],
        ]
        hope = market.preferences.near[:, market.vacancies.trade[offered]].max(axis=1)
        appeal = np.exp(-away / NEIGHBOURHOOD_KM) * (0.05 + hope[market.seekers.trade[looking]])
        visitors = rng.choice(
            looking,
            size=min(int(crowd), len(looking) // 3 + 1),
            replace=False,
            p=appeal / appeal.sum(),
        )
        pairs_s, pairs_v = self._hand_in(visitors, offered)
        self._match(day, booths, pairs_s, pairs_v)

    def _open(self, day: int, district: int, open_now: Ints) -> Ints:
        """Choose the employers, announce the fair, and give out booth numbers from 1."""
        market, rng, names = self.market, self.market.rng, table("city.toml")["fairs"]
        single = rng.random() < SINGLE_EMPLOYER
        employers = np.unique(market.vacancies.employer[open_now])
        wish = 1 if single else 2 + int(rng.poisson(BOOTHS_MEAN))
        weights = market.employers.size[employers] + 0.1
        booths = rng.choice(
            employers, size=min(wish, len(employers)), replace=False, p=weights / weights.sum()
        )
        fair, code = fair_id(self.held), self.reference.districts[district]
        self.held += 1
        name = names["names"][3 if single else int(rng.integers(3))]
        hall = names["halls"][int(rng.integers(len(names["halls"])))]
        place = self.reference.places[code].name
        address, kind = f"高雄市{place}{hall}", FairType.SINGLE if single else FairType.JOINT
        row = (fair, name.format(district=place), market.dates[day], code, address, kind)
        market.ledger.write("fairs", [row])
        self.days.append(day)
        market.ledger.write(
            "booths", [(fair, at + 1, employer_id(e)) for at, e in enumerate(booths.tolist())]
        )
        return np.asarray(booths)

    def _hand_in(self, visitors: Ints, offered: Ints) -> tuple[Ints, Ints]:
        """Each visitor walks round and leaves résumés where they like it most."""
        market, rng = self.market, self.market.rng
        s = np.repeat(visitors, len(offered))
        v = np.tile(offered, len(visitors))
        liking = market.preferences.of_seekers(s, v) + rng.normal(0, 0.7, len(s))
        liking = liking.reshape(len(visitors), len(offered))
        place = np.argsort(np.argsort(-liking, axis=1, kind="stable"), axis=1, kind="stable")
        most = 1 + rng.poisson(1.1, len(visitors))
        handed = (place < most[:, None]) & ((liking > -1.0) | (place == 0))
        return s[handed.ravel()], v[handed.ravel()]

    def _match(self, day: int, booths: Ints, s: Ints, v: Ints) -> None:
        """Both sides say whether they want to go on; those who do are referred by the bureau.

        An unregistered visitor is as likely to please as the registered one whose place they take.
        """
        market, rng = self.market, self.market.rng
        on_behalf = rng.random(len(s)) < ON_BEHALF
        known = rng.random(len(s)) >= UNREGISTERED
        matched = (rng.random(len(s)) < on_site_chance(market.preferences, s, v)) & ~on_behalf
        number = {employer: at + 1 for at, employer in enumerate(booths.tolist())}
        told = rng.random(len(s)) > 0.08
        first, fair = self.resumes, fair_id(self.held - 1)
        self.resumes += len(s)
        market.ledger.write(
            "fair_resumes",
            (
                (
                    f"SIM-C{first + at:06d}",
                    fair,
                    market.dates[day],
                    number[int(market.vacancies.employer[b])],
                    seeker_id(a) if registered else "",
                    vacancy_id(b) if named else "",
                    int(absent),
                    int(match),
                )
                for at, (a, b, registered, named, absent, match) in enumerate(
                    zip(
                        s.tolist(),
                        v.tolist(),
                        known.tolist(),
                        told.tolist(),
                        on_behalf.tolist(),
                        matched.tolist(),
                        strict=True,
                    )
                )
            ),
        )
        self.seen.append((s[known] << 32) | v[known])
        sent = matched & known
        market.refer(day, s[sent], v[sent], channel=Channel.FAIR)


def on_site_chance(preferences: Preferences, s: Ints, v: Ints) -> Floats:
    """The chance, over pairs, that both sides want to go on when they have met at a booth."""
    stay = chance(1.2 * preferences.of_seekers(s, v) + 1.0)
    like = chance(1.2 * preferences.of_employers(s, v) + ON_SITE_EASE)
    return np.asarray(stay * like)


def fair_id(number: int) -> str:
    """Id of a simulated fair."""
    return f"SIM-F{number:05d}"
