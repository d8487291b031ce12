"""The features of seeker-vacancy pairs: one function, used to train and to serve."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from matcher.entities import PayBasis
from matcher.features.columns import (
    LEVELS,
    OCCUPATIONS,
    PAY_BASES,
    UNKNOWN,
    SeekerColumns,
    VacancyColumns,
)

FEATURE_NAMES = (
    "similarity",
    "title_similarity",
    "occupation_closeness",
    "distance_km",
    "pay_margin",
    "shift_fit",
    "licences_required_held",
    "licences_mentioned_held",
    "education_margin",
    "experience_margin",
    "languages_required_held",
    "age_days",
    "openings_left",
    "employer_hire_rate",
    "sent_per_opening",
)
"""Columns of `build_rows`, in order. NaN: cannot be told."""

BLANK = ord(" ")
COMPARABLE_BASES = tuple(PAY_BASES.index(basis) for basis in (PayBasis.MONTH, PayBasis.HOUR))


def build_rows(
    seekers: SeekerColumns,
    vacancies: VacancyColumns,
    *,
    similarity: NDArray[np.float32],
    title_similarity: NDArray[np.float32],
    distance_km: NDArray[np.float32],
    today: int,
) -> NDArray[np.float32]:
    """Features of n pairs, (n, len(FEATURE_NAMES)) float32.

    One side may have a single row, which is paired with every row of the other. `similarity` and
    `title_similarity` (n,) are cosines of the centred vectors of texts and titles, `distance_km`
    (n,) from `distance_km()`, `today` in days since 1970. The pay margin is a share of the wish,
    between figures of one basis only; schooling counts levels.
    """
    nan = np.float32(np.nan)
    columns = (
        similarity,
        title_similarity,
        _occupation_closeness(seekers, vacancies),
        distance_km,
        np.where(
            pay_is_comparable(seekers, vacancies),
            pay_margin(seekers, vacancies) / seekers.pay_floor,
            nan,
        ),
        np.where(
            (seekers.shifts != 0) & (vacancies.shifts != 0),
            (seekers.shifts & vacancies.shifts) != 0,
            nan,
        ),
        np.where(vacancies.licences_known, _held(seekers.licences, vacancies.licences), nan),
        _held(seekers.licences, vacancies.licences_mentioned & ~vacancies.licences),
        _level_margin(seekers.education, vacancies.education),
        np.where(vacancies.experience > 0, seekers.experience - vacancies.experience, nan),
        np.where(vacancies.languages_known, _held(seekers.languages, vacancies.languages), nan),
        np.maximum(today - vacancies.posted_on, 0),
        vacancies.openings_left,
        vacancies.employer_hire_rate,
        sent_per_opening(vacancies.sent, vacancies.openings_left),
    )
    rows = np.empty((len(similarity), len(FEATURE_NAMES)), np.float32)
    for number, column in enumerate(columns):
        rows[:, number] = column
    return rows


def sent_per_opening(sent: NDArray[Any], openings_left: NDArray[Any]) -> NDArray[np.float32]:
    """People referred so far for each opening left, (n,); of none left, as of one."""
    crowd: NDArray[np.float32] = (sent / np.maximum(openings_left, 1)).astype(np.float32)
    return crowd


def _occupation_closeness(seekers: SeekerColumns, vacancies: VacancyColumns) -> NDArray[np.float32]:
    """Levels of the classification that the closest two codes share, 0 to 1; NaN without codes."""
    wanted, offered = (
        side.occupations.view(np.uint8).reshape(-1, OCCUPATIONS, LEVELS)
        for side in (seekers, vacancies)
    )
    # Every code of one side against every code of the other: (pairs, codes, codes, levels).
    one, other = wanted[:, :, None], offered[:, None]
    shared = np.cumprod((one == other) & (one != BLANK), axis=-1, dtype=np.int8).sum(axis=-1)
    known = (one[..., 0] != BLANK) & (other[..., 0] != BLANK)
    closest = np.where(known, shared, UNKNOWN).max(axis=(1, 2), initial=UNKNOWN)
    return np.where(closest >= 0, closest / np.float32(LEVELS), np.float32(np.nan))


def pay_margin(seekers: SeekerColumns, vacancies: VacancyColumns) -> NDArray[np.float32]:
    """NT$ by which the highest pay stated exceeds the wish, in their common basis."""
    return np.subtract(vacancies.pay_top, seekers.pay_floor, dtype=np.float32)


def pay_is_comparable(seekers: SeekerColumns, vacancies: VacancyColumns) -> NDArray[np.bool_]:
    """Pairs whose pay and wish are figures of the same basis; nothing is ever converted."""
    both_told = ~(np.isnan(vacancies.pay_top) | np.isnan(seekers.pay_floor))
    same_basis = (seekers.pay_basis == vacancies.pay_basis) & np.isin(
        vacancies.pay_basis, COMPARABLE_BASES
    )
    comparable: NDArray[np.bool_] = both_told & same_basis
    return comparable


def distance_km(
    seekers: SeekerColumns, vacancies: VacancyColumns, distances: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Kilometres from home to the workplace; without a home, from the nearest district wanted.

    One side may have a single row, which is held against every row of the other. `distances` is
    (places, places); NaN where either end is unknown.
    """
    home, place = np.broadcast_arrays(seekers.home, vacancies.place)
    kilometres = np.where((home < 0) | (place < 0), np.float32(np.nan), distances[home, place])
    homeless = np.flatnonzero((home < 0) & (place >= 0) & (seekers.districts_wanted != 0))
    if len(homeless):
        wanted = np.broadcast_to(seekers.districts_wanted, home.shape)[homeless]
        masks, group = np.unique(wanted, return_inverse=True)
        for number, mask in enumerate(masks.tolist()):
            # Districts come first among the places, so a bit of the mask is also a row.
            districts = [bit for bit in range(mask.bit_length()) if mask >> bit & 1]
            members = homeless[group == number]
            kilometres[members] = distances[districts].min(axis=0)[place[members]]
    return kilometres


def _held(held: NDArray[Any], asked: NDArray[Any]) -> NDArray[np.float32]:
    """How many of the codes asked for are held, as a count."""
    count: NDArray[np.float32] = np.bitwise_count(held & asked).astype(np.float32)
    return count


def _level_margin(have: NDArray[np.int8], asked: NDArray[np.int8]) -> NDArray[np.float32]:
    known = (have > UNKNOWN) & (asked > 0)
    margin = have.astype(np.float32) - asked.astype(np.float32)
    return np.where(known, margin, np.float32(np.nan))
