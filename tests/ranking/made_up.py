"""Made-up past lists: pairs with a known merit, read less the lower they stand."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from matcher.features.pairs import FEATURE_NAMES
from matcher.ranking.examples import Examples, Floats, Ints, Referrals

SHOWN, DRAWN = 10, 5


def referrals_of(examples: Examples) -> Referrals:
    """What is known of the referred pairs, as gains tell it."""
    known = examples.referred
    days = np.repeat(examples.days, examples.sizes)
    gains = examples.gains[known]
    return Referrals(
        rows=examples.rows[known], days=days[known], hired=gains >= 3, interviewed=gains > 0
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """Examples with what only the maker knows: ranks before chance exchanged two, and merits."""

    examples: Examples
    own: Ints
    merits: Floats
    shares: Floats = field(default_factory=lambda: np.empty(0))


def rows_of(pairs: int, rng: np.random.Generator) -> np.ndarray:
    """Features of made-up pairs, a quarter of them unknown except the similarity."""
    rows = rng.normal(size=(pairs, len(FEATURE_NAMES)))
    rows[:, FEATURE_NAMES.index("distance_km")] = rng.uniform(0, 40, pairs)
    rows[:, FEATURE_NAMES.index("shift_fit")] = rng.integers(0, 2, pairs)
    rows[:, [FEATURE_NAMES.index(name) for name in ("similarity", "title_similarity")]] /= 5
    rows[:, 1:][rng.random((pairs, rows.shape[1] - 1)) < 0.25] = np.nan
    return rows.astype(np.float32)


def merits_of(rows: np.ndarray) -> Floats:
    """What the made-up counsellors and employers look at: likeness, the way and the shift."""
    column = FEATURE_NAMES.index
    way = np.nan_to_num(rows[:, column("distance_km")], nan=20.0)
    shift = np.nan_to_num(rows[:, column("shift_fit")], nan=0.5)
    return np.asarray(5 * rows[:, column("similarity")] - (way - 20) / 20 + shift - 0.5, np.float64)


def past(
    *, lists: int = 600, eta: float = 0.5, share: float = 0.0, rate: float = 0.1, seed: int = 0
) -> Past:
    """Lists of SHOWN pairs, ordered by a blurred similarity, and DRAWN pairs that were not shown.

    P(referred) = rank ** -eta * rate * exp(merit / 2), at most 1; a share has two ranks exchanged.
    """
    rng = np.random.default_rng(seed)
    size = SHOWN + DRAWN
    rows = rows_of(lists * size, rng).reshape(lists, size, -1)
    merits = merits_of(rows.reshape(lists * size, -1)).reshape(lists, size)
    order = np.argsort(-(5 * rows[:, :, 0] + 0.5 * rng.normal(size=(lists, size))), axis=1)
    rows = np.take_along_axis(rows, order[:, :, None], axis=1)
    merits = np.take_along_axis(merits, order, axis=1)
    own = np.tile(np.arange(1, size + 1), (lists, 1))
    for one in np.flatnonzero(rng.random(lists) < share):
        upper = rng.integers(0, SHOWN)
        both = np.array([upper, rng.integers(upper + 1, size)])
        for exchanged in (rows, merits, own):
            exchanged[one, both] = exchanged[one, both[::-1]]
    positions = np.tile(np.where(np.arange(size) < SHOWN, np.arange(1, size + 1), 0), (lists, 1))
    read = np.where(positions > 0, np.maximum(positions, 1) ** -eta, 0.0)
    referred = rng.random((lists, size)) < read * rate * np.exp(merits / 2)
    interviewed = referred & (rng.random((lists, size)) < 1 / (1 + np.exp(-merits)))
    hired = interviewed & (rng.random((lists, size)) < 0.5)
    return Past(
        examples=Examples(
            rows=rows.reshape(lists * size, -1),
            offsets=np.arange(lists + 1) * size,
            days=20_000 + np.arange(lists) // 3,
            gains=np.where(hired, 3.0, interviewed.astype(float)).ravel(),
            positions=positions.ravel(),
            referred=referred.ravel(),
        ),
        own=own.ravel(),
        merits=merits.ravel(),
        shares=np.full(lists, share if share else np.nan),
    )
