"""The trades of the simulated city, read from the tables beside this module."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matcher.entities import Education, Language, Shift

SHIFTS = (Shift.DAY, Shift.EVENING, Shift.NIGHT, Shift.ROTATING)

SAME_GROUP, KINDRED_GROUP, STRANGE = 0.5, 0.25, 0.0
KINDRED = (
    ("foodmaking", "kitchen"),
    ("kitchen", "service"),
    ("service", "shop"),
    ("metal", "process"),
    ("metal", "building"),
    ("process", "electronics"),
    ("process", "foodmaking"),
    ("logistics", "driving"),
    ("logistics", "foodmaking"),
    ("office", "selling"),
    ("office", "tech"),
    ("shop", "selling"),
    ("house", "kitchen"),
    ("house", "farm"),
    ("care", "teaching"),
    ("beauty", "shop"),
)
"""Groups of trades between which people move though the work differs."""


@dataclass(frozen=True, slots=True)
class Words:
    """What a trade is called and does in one language; `duties` of other languages are the first
    of the Chinese ones, in the same order."""

    titles: tuple[str, ...]
    duties: tuple[str, ...]
    tools: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trade:
    """One trade. Shares are relative weights; pay is the usual range in NT$ a month."""

    key: str
    group: str
    industry: str
    firms: tuple[str, ...]
    occupations: tuple[str, ...]
    seekers: float
    vacancies: float
    female: float
    pay: tuple[int, int]
    hourly: float
    shifts: tuple[float, ...]
    education: Education
    experienced: float
    entry: float
    licences: Mapping[str, float]
    districts: Mapping[str, float]
    foreign: float
    english: float
    words: Mapping[Language, Words]


def table(name: str) -> dict[str, Any]:
    """Read one TOML table of this package by its file name."""
    text = resources.files(__package__).joinpath(name).read_text(encoding="utf-8")
    return tomllib.loads(text)


def load_trades() -> tuple[Trade, ...]:
    """All trades ordered by group, so that the trades of one group are neighbours."""
    folder = resources.files(__package__).joinpath("trades")
    trades = [
        _trade(key, row)
        for file in folder.iterdir()
        if file.name.endswith(".toml")
        for key, row in tomllib.loads(file.read_text(encoding="utf-8")).items()
    ]
    return tuple(sorted(trades, key=lambda trade: (trade.group, trade.key)))


def affinities(trades: tuple[Trade, ...]) -> NDArray[np.float32]:
    """How near the work of each trade is to each other's, (trades, trades), 0 to 1, symmetric."""
    pairs = {frozenset(pair) for pair in KINDRED}
    near = np.full((len(trades), len(trades)), STRANGE, dtype=np.float32)
    for row, one in enumerate(trades):
        for column, other in enumerate(trades):
            if row == column:
                near[row, column] = 1.0
            elif one.group == other.group:
                near[row, column] = SAME_GROUP
            elif frozenset((one.group, other.group)) in pairs:
                near[row, column] = KINDRED_GROUP
    return near


def _trade(key: str, row: dict[str, Any]) -> Trade:
    return Trade(
        key=key,
        group=row["group"],
        industry=row["industry"],
        firms=tuple(row["firms"]),
        occupations=tuple(row["occupations"]),
        seekers=row["share"]["seekers"],
        vacancies=row["share"]["vacancies"],
        female=row["female"],
        pay=(row["pay"][0], row["pay"][1]),
        hourly=row["hourly"],
        shifts=tuple(float(row["shifts"].get(str(s.name).lower(), 0)) for s in SHIFTS),
        education=Education[row["education"].upper()],
        experienced=row["experienced"],
        entry=row["entry"],
        licences=row["licences"],
        districts=row["districts"],
        foreign=row["foreign"],
        english=row["english"],
        words={
            language: Words(
                tuple(row[language]["titles"]),
                tuple(row[language]["duties"]),
                tuple(row[language].get("tools", ())),
            )
            for language in Language
        },
    )
