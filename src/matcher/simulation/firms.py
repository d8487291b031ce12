"""Draws the employers and vacancies of the year as columns: what each asks and offers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from matcher.compliance.wages import MinimumWage, in_force, read_wages
from matcher.entities import Education, Employment
from matcher.reference import CITY_COUNTY, Reference
from matcher.simulation.people import (
    DAYS,
    MINIMUM_HOUR,
    MINIMUM_MONTH,
    Bools,
    Floats,
    Ints,
    arrival_weights,
    choose_rows,
    district_weights,
    draw_masks,
    language_chances,
    shift_mask,
)
from matcher.simulation.trades import Trade

EMPLOYERS_PER_SEEKER = 0.135
VACANCIES_PER_EMPLOYER = 5.98
HOURS_A_MONTH = 170
"""To compare hourly with monthly pay inside people's heads; never written to a file."""

FOREIGN_SHARE = 0.05
HIGH_PAY = 38_000
LARGE_OPENINGS = 150


@dataclass(frozen=True, slots=True, kw_only=True)
class Employers:
    """Columns, one entry an employer; `size` is relative."""

    trade: Ints
    district: Ints
    size: Floats
    told_district: Bools

    def __len__(self) -> int:
        return len(self.trade)


@dataclass(frozen=True, slots=True, kw_only=True)
class Vacancies:
    """Columns, one entry a vacancy; sets are bit masks, `told_*` say whether the register knows.

    `worth` is the monthly pay in NT$ that a seeker who asks finds out, whatever is advertised.
    """

    employer: Ints
    trade: Ints
    day: Ints
    closes: Ints
    openings: Ints
    place: Ints
    worth: Ints
    low: Ints
    high: Ints
    disclosed: Bools
    told_pay: Bools
    hourly: Bools
    shifts: Ints
    told_shifts: Bools
    told_employment: Bools
    education: Ints
    told_education: Bools
    years: Floats
    told_years: Bools
    licences: Ints
    told_licences: Bools
    spoken: Ints
    told_spoken: Bools
    language: Ints
    skills: Ints
    benefits: Ints
    charm: Floats

    def __len__(self) -> int:
        return len(self.trade)

    @property
    def employment(self) -> Ints:
        """Bit masks of the kinds of employment."""
        return np.where(self.hourly, int(Employment.PART_TIME), int(Employment.FULL_TIME))


def draw_employers(
    rng: np.random.Generator, *, seekers: int, trades: tuple[Trade, ...], reference: Reference
) -> Employers:
    """Draw the employers that turn to a bureau of so many seekers."""
    count = max(int(rng.poisson(seekers * EMPLOYERS_PER_SEEKER)), 3)
    share = np.array([t.vacancies for t in trades])
    trade = rng.choice(len(trades), size=count, p=share / share.sum())
    _, work = district_weights(reference, trades)
    return Employers(
        trade=trade,
        district=choose_rows(rng, work[trade]),
        size=rng.gamma(1.2, 1 / 1.2, count),
        told_district=rng.random(count) > 0.06,
    )


def draw_vacancies(
    rng: np.random.Generator,
    employers: Employers,
    *,
    start: date,
    trades: tuple[Trade, ...],
    reference: Reference,
) -> Vacancies:
    """Draw the vacancies that the employers post, in the order of their days."""
    each = rng.poisson(employers.size * VACANCIES_PER_EMPLOYER)
    employer = rng.permutation(np.repeat(np.arange(len(employers)), each))
    count = len(employer)
    trade = employers.trade[employer]
    day = np.sort(rng.choice(DAYS, size=count, p=arrival_weights(start)))
    shares = np.array([t.shifts for t in trades])[trade]
    hourly = rng.random(count) < np.array([t.hourly for t in trades])[trade]
    years = np.where(
        rng.random(count) < np.array([t.experienced for t in trades])[trade],
        rng.choice([1, 2, 3, 5], size=count, p=[0.45, 0.3, 0.17, 0.08]),
        0,
    )
    language = choose_rows(rng, language_chances(trades, FOREIGN_SHARE)[trade])
    worth = _worth(rng, trades, trade, years)
    low, high = _figures(rng, worth, hourly)
    openings = 0.62 + rng.lognormal(0.105, 1.18, count)
    closes = day + rng.choice([30, 45, 60], size=count, p=[0.45, 0.2, 0.35])
    least = _least(read_wages(reference.folder), start, closes, hourly)
    low = np.maximum(low, least)
    high = np.where(high == 0, 0, np.maximum(high, low))
    return Vacancies(
        employer=employer,
        trade=trade,
        day=day,
        closes=closes,
        openings=np.clip(openings, 1, LARGE_OPENINGS).astype(np.int64),
        place=_places(rng, employers, employer, trades, reference),
        worth=worth,
        low=low,
        high=high,
        disclosed=(rng.random(count) > np.where(worth >= HIGH_PAY, 0.22, 0.03)) | hourly,
        told_pay=rng.random(count) > 0.02,
        hourly=hourly,
        shifts=shift_mask(choose_rows(rng, shares)),
        told_shifts=rng.random(count) > 0.12,
        told_employment=rng.random(count) > 0.06,
        education=_education(rng, trades, trade),
        told_education=rng.random(count) > 0.08,
        years=years.astype(np.float64),
        told_years=rng.random(count) > 0.08,
        licences=_licences(rng, trades, trade, reference),
        told_licences=rng.random(count) > 0.25,
        spoken=_spoken(rng, trades, trade, reference),
        told_spoken=rng.random(count) > 0.30,
        language=language,
        skills=draw_masks(rng, np.full((count, 8), 0.38))
        | (1 << rng.integers(0, np.where(language == 0, 8, 3))),
        benefits=draw_masks(rng, np.full((count, 8), 0.32)),
        charm=rng.normal(size=count),
    )


def _worth(rng: np.random.Generator, trades: tuple[Trade, ...], trade: Ints, years: Ints) -> Ints:
    low, high = (np.array([t.pay[side] for t in trades])[trade] for side in (0, 1))
    place_in_range = np.clip(rng.beta(1.3, 3.0, len(trade)) + 0.06 * years, 0, 1)
    pay = np.round((low + (high - low) * place_in_range) / 500) * 500
    return np.asarray(np.maximum(pay, MINIMUM_MONTH), dtype=np.int64)


def _figures(rng: np.random.Generator, worth: Ints, hourly: Bools) -> tuple[Ints, Ints]:
    """Advertised low and high; a high of 0 is open."""
    wage = np.round(worth / HOURS_A_MONTH / 5) * 5
    low = np.where(hourly, np.maximum(wage, MINIMUM_HOUR), worth).astype(np.int64)
    step = np.where(hourly, 5, 1000)
    spread = rng.choice([0.0, 0.06, 0.12, 0.25], size=len(worth), p=[0.2, 0.35, 0.3, 0.15])
    high = (np.ceil(low * (1 + spread) / step) * step).astype(np.int64)
    high = np.where(spread == 0, low, high)
    return low, np.where(rng.random(len(worth)) < 0.15, 0, high)


def _least(wages: Sequence[MinimumWage], start: date, until: Ints, hourly: Bools) -> Ints:
    """The minimum wage on the last day of each vacancy, until which it may be taken up."""
    days, each = np.unique(until, return_inverse=True)
    found = [in_force(wages, start + timedelta(days=day)) for day in days.tolist()]
    months = np.array([wage.month if wage else 0 for wage in found])
    hours = np.array([wage.hour if wage else 0 for wage in found])
    return np.asarray(np.where(hourly, hours[each], months[each]), dtype=np.int64)


def _places(
    rng: np.random.Generator,
    employers: Employers,
    employer: Ints,
    trades: tuple[Trade, ...],
    reference: Reference,
) -> Ints:
    """Rows of `reference.place_codes`: mostly at the employer's, some elsewhere or not told."""
    count = len(employer)
    _, work = district_weights(reference, trades)
    rows = np.array([reference.place_rows[code] for code in reference.districts])
    other = choose_rows(rng, work[employers.trade[employer]])
    place = rows[np.where(rng.random(count) < 0.85, employers.district[employer], other)]
    draw = rng.random(count)
    place[draw < 0.050] = reference.place_rows[CITY_COUNTY]
    place[draw < 0.030] = reference.place_rows["15"]
    place[draw < 0.018] = reference.place_rows["43"]
    return np.asarray(place)


def _education(rng: np.random.Generator, trades: tuple[Trade, ...], trade: Ints) -> Ints:
    usual = np.array([int(t.education) for t in trades])[trade]
    draw = rng.random(len(trade))
    asked = np.where(draw < 0.12, np.minimum(usual + 1, Education.MASTER), usual)
    return np.asarray(np.where(draw > 0.60, int(Education.ANY), asked))


def _licences(
    rng: np.random.Generator, trades: tuple[Trade, ...], trade: Ints, reference: Reference
) -> Ints:
    chances = np.array([[t.licences.get(c, 0.0) for c in reference.licences] for t in trades])
    return draw_masks(rng, 0.8 * chances[trade])


def _spoken(
    rng: np.random.Generator, trades: tuple[Trade, ...], trade: Ints, reference: Reference
) -> Ints:
    groups = {"care": {"nan": 0.25}, "selling": {"nan": 0.12}, "service": {"nan": 0.05}}
    chances = np.array(
        [
            [
                0.06 * min(t.english, 4.0) if c == "en" else groups.get(t.group, {}).get(c, 0.0)
                for c in reference.languages
            ]
            for t in trades
        ]
    )
    return draw_masks(rng, chances[trade])
