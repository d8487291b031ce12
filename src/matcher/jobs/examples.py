"""Makes training examples of logged lists: each pair as it was served, and what is known of it."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from matcher.features.pairs import FEATURE_NAMES
from matcher.jobs.lookback import Lookback
from matcher.jobs.records import ShownList
from matcher.pipeline import RETRIEVED
from matcher.ranking.examples import REFERRED_WITHIN, Examples, Floats, Ints
from matcher.service.indexing import Progress

DRAWN = 20
"""Pairs drawn for each list that led to something, from what was eligible and not shown."""
SEED = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingSet:
    """Examples, and of their lists what tells how much a place is read.

    `own` (n,) are the ranks that the ranker gave: other than the positions only where chance
    exchanged two. `shares` (g,) are those of lists in which it may do so, NaN where it may not.
    """

    examples: Examples
    own: Ints
    shares: Floats


def training_set(back: Lookback, progress: Progress) -> TrainingSet:
    """Every list before the evaluation window, seen with the eyes of the eve of that window.

    What was recorded from the first day of the window on is not known yet: a list younger than 14
    days is left out, and so is a referral that had not ended and was younger than 60 days. With a
    list that led to something go some pairs that were eligible and not shown, as a sample of
    everything else.
    """
    eve = back.records.window.first
    lists = [shown for shown in back.records.lists if shown.day + REFERRED_WITHIN < eve]
    lists.sort(key=lambda shown: shown.day)
    collected = _Collected()
    rng = np.random.default_rng(SEED)
    for done, shown in enumerate(lists, start=1):
        pairs = _pairs(back, shown, eve, rng)
        if pairs.items:
            collected.add(pairs, back, shown)
        if done % 100 == 0 or done == len(lists):
            progress(done, len(lists))
    return collected.training_set()


@dataclass(slots=True)
class _Pairs:
    """The pairs of one list: vacancy rows, gains, ranks shown and given, and who was referred."""

    items: list[int] = field(default_factory=list)
    gains: list[float] = field(default_factory=list)
    places: list[int] = field(default_factory=list)
    own: list[int] = field(default_factory=list)
    referred: list[bool] = field(default_factory=list)

    def add(self, item: int, gain: float, *, place: int, own: int, referred: bool) -> None:
        self.items.append(item)
        self.gains.append(gain)
        self.places.append(place)
        self.own.append(own)
        self.referred.append(referred)


def _pairs(back: Lookback, shown: ShownList, eve: int, rng: np.random.Generator) -> _Pairs:
    pairs = _Pairs()
    exchanged = dict(zip(shown.swapped, reversed(shown.swapped), strict=True))
    for item, place in zip(shown.items, shown.places, strict=True):
        pair = shown.seeker, item
        gain = back.gain_after(pair, shown.day, as_of=eve)
        if gain is not None:
            referred = bool(back.referrals_after(pair, shown.day, as_of=eve))
            own = exchanged.get(place, place)
            pairs.add(item, gain, place=place, own=own, referred=referred)
    if any(pairs.gains):
        chronicle = back.chronicle
        eligible = chronicle.vacancies_for(shown.seeker, shown.day)
        eligible = chronicle.nearest(shown.seeker, eligible, RETRIEVED)
        others = [
            item
            for item in np.setdiff1d(eligible, shown.items).tolist()
            # Whoever was sent there another day is neither shown nor unknown.
            if not back.referred_before((shown.seeker, item), eve)
        ]
        for at in sorted(rng.permutation(len(others))[:DRAWN].tolist()):
            pairs.add(others[at], 0.0, place=0, own=0, referred=False)
    return pairs


@dataclass(slots=True)
class _Collected:
    lists: list[_Pairs] = field(default_factory=list)
    rows: list[NDArray[np.float32]] = field(default_factory=list)
    days: list[int] = field(default_factory=list)
    shares: list[float] = field(default_factory=list)

    def add(self, pairs: _Pairs, back: Lookback, shown: ShownList) -> None:
        items = np.array(pairs.items, np.int64)
        self.rows.append(back.chronicle.rows(np.array([shown.seeker]), items, shown.day))
        self.lists.append(pairs)
        self.days.append(shown.day)
        self.shares.append(np.nan if shown.exploration is None else shown.exploration)

    def training_set(self) -> TrainingSet:
        return TrainingSet(
            examples=Examples(
                rows=np.concatenate([np.empty((0, len(FEATURE_NAMES)), np.float32), *self.rows]),
                offsets=np.cumsum([0, *map(len, self.rows)]),
                days=np.array(self.days, np.int64),
                gains=np.array([g for pairs in self.lists for g in pairs.gains], np.float64),
                positions=np.array([p for pairs in self.lists for p in pairs.places], np.int64),
                referred=np.array([r for pairs in self.lists for r in pairs.referred], np.bool_),
            ),
            own=np.array([own for pairs in self.lists for own in pairs.own], np.int64),
            shares=np.array(self.shares, np.float64),
        )
