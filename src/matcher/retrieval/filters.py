"""Filters that staff lay over a list: they narrow it, whatever the criteria of both sides say."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from matcher.entities import PayBasis
from matcher.features.columns import PAY_BASES, UNKNOWN, SeekerColumns, VacancyColumns
from matcher.retrieval.pool import C, Pool, Segment

CLAIMED = 40_000
"""NT$ a month that undisclosed pay claims at least (Employment Service Act, section 5)."""

Mask = NDArray[np.bool_]


def vacancies_with(asked: SeekerColumns, columns: VacancyColumns) -> Mask:
    """Rows that offer what the one row of `asked` states: district, shift, kind, pay, licence.

    Only what a vacancy states counts here; what `asked` leaves unknown narrows nothing.
    """
    kept = _stated(asked, columns.place, columns.shifts, columns.employment, columns.licences)
    floor = asked.pay_floor[0]
    if not np.isnan(floor):
        monthly = columns.pay_basis == PAY_BASES.index(PayBasis.MONTH)
        kept &= np.where(
            columns.pay_withheld, floor <= CLAIMED, monthly & (columns.pay_top >= floor)
        )
    return kept


def seekers_with(asked: SeekerColumns, columns: SeekerColumns) -> Mask:
    """Rows of people who state the same; of pay, who asks for no more a month."""
    kept = _stated(asked, columns.home, columns.shifts, columns.employment, columns.licences)
    most = asked.pay_floor[0]
    if not np.isnan(most):
        monthly = columns.pay_basis == PAY_BASES.index(PayBasis.MONTH)
        kept &= monthly & (columns.pay_floor <= most)
    return kept


def narrowed(pool: Pool[C], keep: Callable[[C], Mask], *, among: Iterable[str] | None) -> Pool[C]:
    """The pool of the rows that `keep` keeps, and of those ids if given."""
    wanted = None if among is None else _bytes(among)

    def part(segment: Segment[C]) -> Segment[C]:
        alive = segment.alive & keep(segment.columns)
        if wanted is not None:
            chosen = np.zeros(len(alive), np.bool_)
            chosen[segment.rows_of(wanted)] = True
            alive &= chosen
        return replace(segment, alive=alive)

    return Pool(tuple(map(part, pool.segments)))


def _stated(
    asked: SeekerColumns,
    place: NDArray[np.int16],
    shifts: NDArray[np.uint8],
    employment: NDArray[np.uint8],
    licences: NDArray[np.uint64],
) -> Mask:
    kept: Mask = np.ones(len(place), np.bool_)
    if asked.home[0] != UNKNOWN:
        kept &= place == asked.home[0]
    for told, wanted in (
        (shifts, asked.shifts[0]),
        (employment, asked.employment[0]),
        (licences, asked.licences[0]),
    ):
        if wanted:
            kept &= (told & wanted) != 0
    return kept


def _bytes(ids: Iterable[str]) -> NDArray[np.bytes_]:
    return np.array(sorted({key.encode() for key in ids}), "S32")
