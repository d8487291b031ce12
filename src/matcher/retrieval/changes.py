"""Which single change on a person's side would make further vacancies eligible, and how many.

A change touches one criterion, so it opens exactly those vacancies that fail this criterion alone
and that meet it afterwards. Schooling and years of experience are no changes: nobody acquires them
for a vacancy. `matcher.retrieval.plain_changes` is the slow, readable reference of these rules.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from matcher.entities import Employment, PayBasis, Shift
from matcher.features.columns import (
    PAY_BASES,
    Column,
    SeekerColumns,
    VacancyColumns,
    language_codes,
    licence_codes,
)
from matcher.reference import Reference
from matcher.retrieval.criteria import CRITERIA, Criterion, check, criteria_in

COMMUTE_STEPS = (5, 10, 15, 20, 25, 30)
"""Kilometres beyond the present way."""
PAY_STEPS = {
    PayBasis.MONTH: (1_000, 2_000, 3_000, 4_000, 5_000, 6_000),
    PayBasis.HOUR: (5, 10, 15, 20, 30),
}
"""NT$ below the present pay floor."""
CLEARLY_MORE = 2
"""A larger step is told only if it opens at least this many times what the last one told opens."""
OF_A_KIND = 3
"""Codes told of one kind of change, such as licences: those that open most."""


class ChangeKind(StrEnum):
    """What changes; behind each kind, the meaning of `Change.value`."""

    COMMUTE = "commute"  # km further
    DISTRICT = "district"  # code of one more district wanted
    MONTHLY_PAY = "monthly_pay"  # NT$ a month by which the pay floor is lower
    HOURLY_PAY = "hourly_pay"  # NT$ an hour by which the pay floor is lower
    SHIFT = "shift"  # one more Shift
    EMPLOYMENT = "employment"  # one more Employment
    LICENCE = "licence"  # code of one more licence held
    LANGUAGE = "language"  # code of one more language spoken


KINDS = tuple(ChangeKind)
STEPPED = (ChangeKind.COMMUTE, ChangeKind.MONTHLY_PAY, ChangeKind.HOURLY_PAY)
"""Kinds whose larger values open all that smaller ones open."""


@dataclass(frozen=True, slots=True)
class Change:
    """One change of a person's record; `value` as its kind says."""

    kind: ChangeKind
    value: int | str


@dataclass(frozen=True, slots=True)
class Opening:
    """A change and how many vacancies it would open, beyond those eligible already."""

    change: Change
    opens: int


@dataclass(frozen=True, slots=True)
class Tally:
    """How many vacancies are eligible now, and how many further ones each change would open."""

    eligible: int = 0
    opens: Counter[Change] = field(default_factory=Counter)

    def __add__(self, other: Tally) -> Tally:
        return Tally(self.eligible + other.eligible, self.opens + other.opens)


def tally_changes(
    seeker: SeekerColumns,
    vacancies: VacancyColumns,
    counted: NDArray[np.bool_],
    *,
    reference: Reference,
    today: int,
) -> Tally:
    """Count over the n `vacancies` that (n,) `counted` names what a change of one row opens.

    Only changes that open something are in the tally. `today` in days since 1970.
    """
    failed = check(seeker, vacancies, distances=reference.distances_km, today=today).failed
    opens: Counter[Change] = Counter()
    for position, criterion in enumerate(CRITERIA):
        alone = np.flatnonzero(counted & (failed == 1 << position))
        if len(alone):
            for change, opened in _changes(criterion, seeker, vacancies, alone, reference):
                if count := int(np.count_nonzero(opened)):
                    opens[change] = count
    return Tally(int(np.count_nonzero(counted & (failed == 0))), opens)


def worth_telling(opens: Counter[Change]) -> tuple[Opening, ...]:
    """What to tell of a tally, the change that opens most first.

    Of steps: the smallest that opens anything, then each that opens at least CLEARLY_MORE times as
    many as the last one told. Of each other kind: the OF_A_KIND that open most, ties by value.
    """
    told: list[Opening] = []
    for kind in KINDS:
        found = [Opening(change, n) for change, n in opens.items() if change.kind is kind]
        if kind in STEPPED:
            told += _clear_steps(sorted(found, key=_by_value))
        else:
            told += sorted(sorted(found, key=_by_value), key=_by_count)[:OF_A_KIND]
    return tuple(sorted(told, key=_by_count))


def changes_to(
    seeker: SeekerColumns, vacancy: VacancyColumns, *, reference: Reference, today: int
) -> tuple[Change, ...] | None:
    """The smallest changes that together make one vacancy eligible: both sides have one row.

    None where no changes of the kinds and sizes offered would; nothing where it is eligible.
    """
    failed = check(seeker, vacancy, distances=reference.distances_km, today=today).failed
    needed: list[Change] = []
    for criterion in criteria_in(int(failed[0])):
        here = np.zeros(1, np.int64)
        if criterion is Criterion.LICENCES:
            needed += _licences(int(vacancy.licences[0] & ~seeker.licences[0]), reference)
        elif criterion is Criterion.LANGUAGES:
            needed += _languages(int(vacancy.languages[0] & ~seeker.languages[0]), reference)
        else:
            offered = _changes(criterion, seeker, vacancy, here, reference)
            enough = next((change for change, opened in offered if opened[0]), None)
            if enough is None:
                return None
            needed.append(enough)
    return tuple(needed)


def _changes(
    criterion: Criterion,
    seeker: SeekerColumns,
    vacancies: VacancyColumns,
    rows: NDArray[np.int64],
    reference: Reference,
) -> Iterator[tuple[Change, NDArray[np.bool_]]]:
    """Changes that touch `criterion`, smallest first, and which of `rows` meet it with each.

    Every one of `rows` fails the criterion, so that both sides of it are known.
    """
    match criterion:
        case Criterion.PLACE if np.isnan(seeker.commute_km[0]):
            places = vacancies.place[rows]
            # Districts come first among the places, and only they can be wanted.
            for row in np.unique(places[places < len(reference.districts)]).tolist():
                yield Change(ChangeKind.DISTRICT, reference.place_codes[row]), places == row
        case Criterion.PLACE:
            kilometres = reference.distances_km[seeker.home[0], vacancies.place[rows]]
            for step in COMMUTE_STEPS:
                reach = seeker.commute_km[0] + np.float32(step)
                yield Change(ChangeKind.COMMUTE, step), kilometres <= reach
        case Criterion.PAY:
            basis = PAY_BASES[seeker.pay_basis[0]]
            kind = ChangeKind.MONTHLY_PAY if basis is PayBasis.MONTH else ChangeKind.HOURLY_PAY
            lacking = seeker.pay_floor[0] - vacancies.pay_top[rows]
            for step in PAY_STEPS[basis]:
                if step < seeker.pay_floor[0]:
                    yield Change(kind, step), lacking <= step
        case Criterion.WORK_TIME:
            for shift in Shift:
                yield Change(ChangeKind.SHIFT, shift), vacancies.shifts[rows] & shift != 0
        case Criterion.EMPLOYMENT:
            for form in Employment:
                yield Change(ChangeKind.EMPLOYMENT, form), vacancies.employment[rows] & form != 0
        case Criterion.LICENCES:
            lacked = vacancies.licences[rows] & ~seeker.licences[0]
            for mask, opened in _lacked_alone(lacked):
                yield _licences(mask, reference)[0], opened
        case Criterion.LANGUAGES:
            lacked = vacancies.languages[rows] & ~seeker.languages[0]
            for mask, opened in _lacked_alone(lacked):
                yield _languages(mask, reference)[0], opened


def _lacked_alone(lacked: Column) -> Iterator[tuple[int, NDArray[np.bool_]]]:
    """The masks of one bit among `lacked`, and where each is."""
    for mask in np.unique(lacked[np.bitwise_count(lacked) == 1]).tolist():
        yield mask, lacked == mask


def _licences(mask: int, reference: Reference) -> list[Change]:
    return [Change(ChangeKind.LICENCE, code) for code in licence_codes(mask, reference)]


def _languages(mask: int, reference: Reference) -> list[Change]:
    return [Change(ChangeKind.LANGUAGE, code) for code in language_codes(mask, reference)]


def _clear_steps(steps: Iterable[Opening]) -> list[Opening]:
    told: list[Opening] = []
    for step in steps:
        if not told or step.opens >= CLEARLY_MORE * told[-1].opens:
            told.append(step)
    return told


def _by_count(opening: Opening) -> int:
    return -opening.opens


def _by_value(opening: Opening) -> tuple[int, str]:
    value = opening.change.value
    return (0, value) if isinstance(value, str) else (value, "")
