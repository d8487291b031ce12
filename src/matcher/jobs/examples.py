"""Makes training examples of logged lists: each pair as it was served, and what is known of it."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from matcher.evaluation.history import HIRED_GAIN, REFERRED_WITHIN
from matcher.features.pairs import FEATURE_NAMES
from matcher.jobs.lookback import Lookback
from matcher.jobs.records import ShownList
from matcher.ranking.examples import Examples
from matcher.service.indexing import Progress

DRAWN = 20
"""Pairs drawn for each list from what was eligible that day and not shown."""
SEED = 0


def training_examples(back: Lookback, progress: Progress) -> Examples:
    """Every list before the evaluation window, seen with the eyes of the eve of that window.

    What was recorded from the first day of the window on is not known yet: a list younger than 14
    days is left out, and so is a referral that had not ended and was younger than 60 days. Lists of
    which nobody was referred teach nothing about order or outcome and are left out too. With each
    list go some pairs that were eligible and not shown, as a sample of everything else.
    """
    eve = back.records.window.first
    lists = [shown for shown in back.records.lists if shown.day + REFERRED_WITHIN < eve]
    lists.sort(key=lambda shown: shown.day)
    collected = _Collected()
    rng = np.random.default_rng(SEED)
    for done, shown in enumerate(lists, start=1):
        _collect(back, shown, eve, rng, collected)
        if done % 100 == 0 or done == len(lists):
            progress(done, len(lists))
    return collected.examples()


@dataclass(slots=True)
class _Collected:
    rows: list[NDArray[np.float32]] = field(default_factory=list)
    days: list[int] = field(default_factory=list)
    gains: list[float] = field(default_factory=list)
    places: list[int] = field(default_factory=list)
    referred: list[bool] = field(default_factory=list)

    def examples(self) -> Examples:
        gains = np.array(self.gains, np.float64)
        return Examples(
            rows=np.concatenate([np.empty((0, len(FEATURE_NAMES)), np.float32), *self.rows]),
            offsets=np.cumsum([0, *map(len, self.rows)]),
            days=np.array(self.days, np.int64),
            gains=gains,
            positions=np.array(self.places, np.int64),
            referred=np.array(self.referred, np.bool_),
            hired=gains >= HIRED_GAIN,
            interviewed=gains > 0,
        )


def _collect(
    back: Lookback, shown: ShownList, eve: int, rng: np.random.Generator, into: _Collected
) -> None:
    rows, gains, places, referred = [], [], [], []
    for row, place in zip(shown.items, shown.places, strict=True):
        pair = shown.seeker, row
        gain = back.gain_after(pair, shown.day, as_of=eve)
        if gain is None:
            continue
        rows.append(row)
        gains.append(gain)
        places.append(place)
        referred.append(bool(back.referrals_after(pair, shown.day, as_of=eve)))
    if not any(referred):
        return
    if any(gains):
        others = np.setdiff1d(
            back.chronicle.vacancies_for(shown.seeker, shown.day), shown.items
        ).tolist()
        # Whoever was sent there another day is neither shown nor unknown: left out.
        others = [row for row in others if (shown.seeker, row) not in back.courses_of]
        drawn = rng.permutation(len(others))[:DRAWN]
        rows += [others[at] for at in sorted(drawn.tolist())]
        gains += [0.0] * len(drawn)
        places += [0] * len(drawn)
        referred += [False] * len(drawn)
    seeker = np.array([shown.seeker])
    into.rows.append(back.chronicle.rows(seeker, np.array(rows), shown.day))
    into.days.append(shown.day)
    into.gains += gains
    into.places += places
    into.referred += referred
