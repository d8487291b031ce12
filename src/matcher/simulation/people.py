"""Draws the job seekers of the year as columns: what they can, want and tell, when they come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from matcher.entities import Education, Employment, Language, Shift
from matcher.reference import Reference
from matcher.simulation.trades import SHIFTS, Trade, table

DAYS = 365
MINIMUM_MONTH, MINIMUM_HOUR = 28_590, 190
"""Statutory minimum pay in NT$ (民國114年), below which nobody advertises."""

MONTH_WEIGHT = (0.95, 0.9, 1.2, 1.05, 1.0, 1.1, 1.2, 1.1, 1.0, 0.95, 0.9, 0.8)
"""How many people and vacancies come in each calendar month: after the New Year, after school."""

FOREIGN_SHARE = 0.20
LANGUAGES = tuple(Language)

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seekers:
    """Columns, one entry a person; sets are bit masks, `told_*` say whether the register knows."""

    trade: Ints
    past_trade: Ints
    day: Ints
    district: Ints
    commute_km: Floats
    told_commute: Bools
    pay_floor: Ints
    told_pay: Bools
    shifts: Ints
    told_shifts: Bools
    employment: Ints
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
    wants: Ints
    ability: Floats
    female: Bools
    age: Floats

    def __len__(self) -> int:
        return len(self.trade)


def workdays(start: date) -> Bools:
    """Which of the 365 days from `start` are Monday to Friday, (365,)."""
    return np.array([(start + timedelta(days=d)).weekday() < 5 for d in range(DAYS)])


def arrival_weights(start: date) -> Floats:
    """Chance of each day of the year to be somebody's first, (365,), sums to 1."""
    months = np.array([(start + timedelta(days=d)).month for d in range(DAYS)])
    weights = np.asarray(MONTH_WEIGHT)[months - 1] * workdays(start)
    return np.asarray(weights / weights.sum())


def draw_masks(rng: np.random.Generator, chances: Floats) -> Ints:
    """Bit masks whose bit j is set with probability `chances[:, j]`, (rows,)."""
    bits = rng.random(chances.shape) < chances
    return np.asarray(bits @ (1 << np.arange(chances.shape[1], dtype=np.int64)))


def district_weights(reference: Reference, trades: tuple[Trade, ...]) -> tuple[Floats, Floats]:
    """Chances of home districts (districts,) and of workplaces by trade (trades, districts)."""
    codes = reference.districts
    homes = table("city.toml")["homes"]
    home = np.array([homes[code] for code in codes], dtype=np.float64)
    home /= home.sum()
    work = np.array([[t.districts.get(code, 0.0) for code in codes] for t in trades])
    work = 0.85 * work / work.sum(axis=1, keepdims=True) + 0.15 * home
    return home, work


def language_chances(trades: tuple[Trade, ...], foreign_share: float) -> Floats:
    """Chances of each text language by trade, weighted so that the city's mean is the share."""
    pull = np.array([[t.english, t.foreign, t.foreign, t.foreign] for t in trades])
    pull = pull * np.array([0.20, 0.36, 0.28, 0.16])
    people = np.array([t.seekers for t in trades])
    mean = (people @ pull.sum(axis=1)) / people.sum()
    other = np.minimum(pull * foreign_share / mean, 0.22)
    return np.column_stack([1 - other.sum(axis=1), other])


def choose_rows(rng: np.random.Generator, chances: Floats) -> Ints:
    """One column a row, drawn by the chances of that row, (rows,)."""
    edges = np.cumsum(chances, axis=1)
    picks = (rng.random((len(chances), 1)) * edges[:, -1:] > edges).sum(axis=1)
    return np.asarray(picks, dtype=np.int64)


def draw_seekers(
    rng: np.random.Generator,
    *,
    count: int,
    start: date,
    trades: tuple[Trade, ...],
    reference: Reference,
) -> Seekers:
    """Draw `count` people in the order in which they register."""
    share = np.array([t.seekers for t in trades])
    trade = rng.choice(len(trades), size=count, p=share / share.sum())
    changed = rng.random(count) < 0.15
    past = np.where(changed, rng.choice(len(trades), size=count, p=share / share.sum()), trade)
    home, work = district_weights(reference, trades)
    language = choose_rows(rng, language_chances(trades, FOREIGN_SHARE)[trade])
    years = _years(rng, count, novice=0.28)
    years[changed & (trade != past)] *= 0.6
    part_time = rng.random(count) < np.array([0.06 + 0.35 * t.hourly for t in trades])[trade]
    employment = np.where(
        part_time,
        np.where(rng.random(count) < 0.5, int(Employment.PART_TIME), 3),
        np.where(rng.random(count) < 0.12, 3, int(Employment.FULL_TIME)),
    )
    return Seekers(
        trade=trade,
        past_trade=past,
        day=np.sort(rng.choice(DAYS, size=count, p=arrival_weights(start))),
        district=choose_rows(rng, (home + 0.35 * work)[trade]),
        commute_km=np.clip(np.round(rng.lognormal(2.45, 0.5, count)), 2, 45),
        told_commute=rng.random(count) > 0.15,
        pay_floor=_pay_floor(rng, trades, trade, years),
        told_pay=rng.random(count) > 0.10,
        shifts=_shifts(rng, trades, trade),
        told_shifts=rng.random(count) > 0.12,
        employment=employment,
        told_employment=rng.random(count) > 0.08,
        education=_education(rng, trades, trade),
        told_education=rng.random(count) > 0.06,
        years=years,
        told_years=rng.random(count) > 0.10,
        licences=_licences(rng, trades, past, reference),
        told_licences=rng.random(count) > 0.20,
        spoken=_spoken(rng, language, reference),
        told_spoken=rng.random(count) > 0.35,
        language=language,
        skills=_skills(rng, language),
        wants=draw_masks(rng, np.full((count, 8), 0.25)),
        ability=rng.normal(size=count),
        female=rng.random(count) < np.array([t.female for t in trades])[trade],
        age=np.clip(18 + years + rng.gamma(2.2, 6.0, count), 16.5, 74),
    )


def _years(rng: np.random.Generator, count: int, *, novice: float) -> Floats:
    years = np.round(2 * np.minimum(rng.exponential(6.0, count), 40)) / 2
    years[rng.random(count) < novice] = 0
    return np.asarray(years)


def _pay_floor(
    rng: np.random.Generator, trades: tuple[Trade, ...], trade: Ints, years: Floats
) -> Ints:
    low = np.array([t.pay[0] for t in trades])[trade]
    floor = low * rng.lognormal(0.0, 0.08, len(trade)) * (1 + 0.012 * np.minimum(years, 12))
    step = np.where(rng.random(len(trade)) < 0.7, 1000, 500)
    return np.asarray(np.maximum(np.round(floor / step) * step, 28_000), dtype=np.int64)


def _shifts(rng: np.random.Generator, trades: tuple[Trade, ...], trade: Ints) -> Ints:
    offered = np.array([t.shifts for t in trades])[trade]
    offered = offered / offered.sum(axis=1, keepdims=True)
    chances = np.array([0.80, 0.10, 0.06, 0.06]) + offered * np.array([0.2, 0.6, 0.6, 0.7])
    masks = draw_masks(rng, np.minimum(chances, 1.0))
    return np.where(masks == 0, int(Shift.DAY), masks)


def _education(rng: np.random.Generator, trades: tuple[Trade, ...], trade: Ints) -> Ints:
    usual = np.array([max(t.education, Education.JUNIOR_HIGH) for t in trades])[trade]
    drawn = np.round(usual + 0.6 + rng.normal(0.0, 0.9, len(trade)))
    return np.asarray(np.clip(drawn, Education.PRIMARY, Education.DOCTOR), dtype=np.int64)


def _licences(
    rng: np.random.Generator, trades: tuple[Trade, ...], trade: Ints, reference: Reference
) -> Ints:
    common = {"car": 0.45, "scooter": 0.65}
    chances = np.array(
        [
            [max(t.licences.get(code, 0.0), common.get(code, 0.004)) for code in reference.licences]
            for t in trades
        ]
    )
    return draw_masks(rng, chances[trade])


def _spoken(rng: np.random.Generator, language: Ints, reference: Reference) -> Ints:
    native = {"zh": 0.99, "nan": 0.72, "hak": 0.08, "en": 0.22, "ja": 0.05, "ko": 0.01}
    foreign = {"zh": 0.80, "nan": 0.12, "en": 0.15}
    chances = np.array(
        [
            [
                1.0 if code == own else (native if own == "zh" else foreign).get(code, 0.002)
                for code in reference.languages
            ]
            for own in LANGUAGES
        ]
    )
    return draw_masks(rng, chances[language])


def _skills(rng: np.random.Generator, language: Ints) -> Ints:
    """Eight bits a person, the duties they master; other languages can name the first three."""
    count = len(language)
    masks = draw_masks(rng, np.full((count, 8), 0.38))
    return masks | (1 << rng.integers(0, np.where(language == 0, 8, 3)))


def shift_mask(columns: Ints) -> Ints:
    """Turn positions in SHIFTS into the register's bit masks."""
    return np.array([int(shift) for shift in SHIFTS])[columns]
