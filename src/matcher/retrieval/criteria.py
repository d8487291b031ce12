"""Hard criteria, compiled: checked for pairs of columns, or for every row that may be eligible.

Something unknown on either side never excludes: the criterion passes and is named as unknown.
`eligibility_of` in `matcher.retrieval.plain` is the slow, readable reference of these rules.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from matcher.features.columns import UNKNOWN, SeekerColumns, VacancyColumns
from matcher.features.pairs import COMPARABLE_BASES

Rows = NDArray[np.int32]


class Criterion(StrEnum):
    """What a pair must meet; its position is its bit in `Eligibility`."""

    OPEN = "open"
    PLACE = "place"
    WORK_TIME = "work_time"
    EMPLOYMENT = "employment"
    PAY = "pay"
    EDUCATION = "education"
    EXPERIENCE = "experience"
    LICENCES = "licences"
    LANGUAGES = "languages"


CRITERIA = tuple(Criterion)
OPEN, PLACE, WORK_TIME, EMPLOYMENT, PAY, EDUCATION, EXPERIENCE, LICENCES, LANGUAGES = (
    1 << bit for bit in range(len(CRITERIA))
)
MONTH, HOUR = COMPARABLE_BASES
FAILS, PASSES, PASSES_BY_PAY = range(3)
"""What a kind of vacancies is to a person; of the last, the row's own pay decides."""


@dataclass(frozen=True, slots=True)
class Eligibility:
    """Bit sets over CRITERIA, one a pair: which are failed, and which could not be told."""

    failed: NDArray[np.uint16]
    unknown: NDArray[np.uint16]

    @property
    def passed(self) -> NDArray[np.bool_]:
        """Pairs that fail nothing."""
        passed: NDArray[np.bool_] = self.failed == 0
        return passed


def criteria_in(bits: int) -> tuple[Criterion, ...]:
    """The criteria whose bits are set."""
    return tuple(c for position, c in enumerate(CRITERIA) if bits >> position & 1)


WISHED = np.dtype(
    [
        ("districts_wanted", "u8"), ("licences", "u8"), ("languages", "u4"), ("commute_km", "f4"),
        ("pay_floor", "f4"), ("experience", "f4"), ("home", "i2"), ("shifts", "u1"),
        ("employment", "u1"), ("pay_basis", "i1"), ("education", "i1"), ("licences_known", "?"),
        ("languages_known", "?"),
    ],
    align=True,
)  # fmt: skip
OFFERED = np.dtype(
    [
        ("licences", "u8"), ("languages", "u4"), ("posted_on", "i4"), ("closes_on", "i4"),
        ("openings_left", "i4"), ("pay_top", "f4"), ("experience", "f4"), ("place", "i2"),
        ("shifts", "u1"), ("employment", "u1"), ("pay_basis", "i1"), ("education", "i1"),
        ("licences_known", "?"), ("languages_known", "?"),
    ],
    align=True,
)  # fmt: skip
"""What criteria read of a seeker and of a vacancy, side by side in memory: a row is one look."""

Facts = NDArray[np.void]


def facts(columns: SeekerColumns | VacancyColumns) -> Facts:
    """The columns that criteria read, as records of WISHED or OFFERED."""
    kind = WISHED if isinstance(columns, SeekerColumns) else OFFERED
    found = np.empty(len(columns), kind)
    for name in kind.names or ():
        found[name] = getattr(columns, name)
    return found


def check(
    seekers: SeekerColumns,
    vacancies: VacancyColumns,
    *,
    distances: NDArray[np.float32],
    today: int,
) -> Eligibility:
    """Eligibility of every pair; one side may have a single row. `today` in days since 1970."""
    return check_facts(facts(seekers), facts(vacancies), distances=distances, today=today)


def check_facts(
    seekers: Facts, vacancies: Facts, *, distances: NDArray[np.float32], today: int
) -> Eligibility:
    """The same of records, which are made once where many are held against the same ones."""
    size = max(len(seekers), len(vacancies)) if len(seekers) and len(vacancies) else 0
    failed, unknown = np.zeros(size, np.uint16), np.zeros(size, np.uint16)
    _check(seekers, vacancies, distances, today, failed, unknown)
    return Eligibility(failed, unknown)


def kinds_of(vacancies: VacancyColumns) -> tuple[Facts, NDArray[np.int32]]:
    """Kinds of vacancies, as records of OFFERED, and the kind of each of n `vacancies`, (n,).

    Vacancies of a kind ask and offer the same but for place, pay and days, which are told row by
    row: there are far fewer kinds than vacancies, and a person passes or fails a whole kind.
    """
    found = facts(vacancies)
    found["place"], found["posted_on"], found["closes_on"], found["openings_left"] = 0, 0, 0, 0
    # Fails wherever a figure is compared at all: then the row's own figure decides.
    found["pay_top"] = -np.inf
    return distinct(found)


def distinct(records: Facts) -> tuple[Facts, NDArray[np.int32]]:
    """The distinct ones among n records, and which of these each is, (n,)."""
    fields = [
        records[name].view(f"u{records[name].itemsize}") for name in records.dtype.names or ()
    ]
    order = np.lexsort(fields)
    is_new = np.ones(len(records), np.bool_)
    is_new[1:] = np.any([field[order][1:] != field[order][:-1] for field in fields], axis=0)
    which = np.empty(len(records), np.int32)
    which[order] = np.cumsum(is_new) - 1
    return records[order[is_new]], which


def most_lenient(wishes: Facts) -> Facts:
    """One wish, (1,), that passes for whatever passes for any of n wishes, place and pay aside."""
    found = wishes[:1].copy()
    for name in ("shifts", "employment"):
        found[name] = np.bitwise_or.reduce(wishes[name]) if np.all(wishes[name]) else 0
    for name in ("licences", "languages"):
        found[name] = np.bitwise_or.reduce(wishes[name])
        found[f"{name}_known"] = np.all(wishes[f"{name}_known"])
    known = np.all(wishes["education"] > UNKNOWN)
    found["education"] = wishes["education"].max() if known else UNKNOWN
    found["experience"] = wishes["experience"].max()  # NaN where one is
    found["pay_floor"] = np.nan
    return found


def eligible_vacancies(
    seeker: Facts,
    vacancies: VacancyColumns,
    alive: NDArray[np.bool_],
    *,
    kinds: tuple[Facts, NDArray[np.int32]],
    starts: NDArray[np.int64],
    distances: NDArray[np.float32],
    today: int,
) -> Rows:
    """Rows of the n `vacancies` that are `alive` (n,) and pass for one seeker, in rising order.

    `kinds` are those of `kinds_of`. The vacancies are sorted by place: those of place p stand from
    `starts[p + 1]` to `starts[p + 2]`, so that places out of reach are never looked at.
    """
    passing = np.empty(len(vacancies), np.int32)
    count = _eligible_vacancies(
        seeker,
        *kinds,
        starts,
        alive,
        vacancies.posted_on,
        vacancies.closes_on,
        vacancies.openings_left,
        vacancies.pay_top,
        distances,
        today,
        passing,
    )
    return passing[:count]


def eligible_seekers(
    seekers: Facts,
    vacancy: Facts,
    alive: NDArray[np.bool_],
    *,
    distances: NDArray[np.float32],
    today: int,
) -> Rows:
    """Rows of the n `seekers` that are `alive` (n,) and pass for one vacancy, in rising order."""
    passing = np.empty(len(seekers), np.int32)
    count = _eligible_seekers(seekers, vacancy, alive, distances, today, passing)
    return passing[:count]


@njit(cache=True, nogil=True)
def at_place(w: Any, place: int, distances: NDArray[np.float32]) -> int:
    """PLACE where a workplace is out of reach, PLACE << 16 where nobody can tell, else 0."""
    if place < 0 or np.isnan(distances[place, place]):
        return PLACE << 16
    # Districts come first among the places, so a district's row is also its bit.
    if place < 64 and (w.districts_wanted >> np.uint64(place)) & np.uint64(1):
        return 0
    if np.isnan(w.commute_km):
        return PLACE if w.districts_wanted else PLACE << 16
    if w.home < 0:
        return PLACE << 16
    return 0 if distances[w.home, place] <= w.commute_km else PLACE


@njit(cache=True, nogil=True)
def elsewise(w: Any, o: Any, today: int) -> int:
    """All criteria but PLACE: bits of the failed ones, and above bit 16 of the unknown ones.

    Without a branch: what a pair fails cannot be foreseen, and each wrong guess of the processor
    takes longer than all these comparisons.
    """
    shut = (o.posted_on > today) | (o.closes_on < today) | (o.openings_left <= 0)
    times = (w.shifts != 0) & (o.shifts != 0)
    forms = (w.employment != 0) & (o.employment != 0)
    figures = (
        (o.pay_basis == w.pay_basis)
        & ((o.pay_basis == MONTH) | (o.pay_basis == HOUR))
        & (o.pay_top == o.pay_top)
        & (w.pay_floor == w.pay_floor)
    )
    free, untold = o.education == 0, (o.education <= UNKNOWN) | (w.education <= UNKNOWN)
    green = o.experience == 0
    years = (o.experience == o.experience) & (w.experience == w.experience)
    papers = o.licences_known & ((o.licences == 0) | w.licences_known)
    tongues = o.languages_known & ((o.languages == 0) | w.languages_known)
    failed = (
        OPEN * shut
        | WORK_TIME * (times & ((w.shifts & o.shifts) == 0))
        | EMPLOYMENT * (forms & ((w.employment & o.employment) == 0))
        | PAY * (figures & (o.pay_top < w.pay_floor))
        | EDUCATION * (((free | untold) == 0) & (w.education < o.education))
        | EXPERIENCE * (years & (green == 0) & (w.experience < o.experience))
        | LICENCES * (papers & ((o.licences & ~w.licences) != 0))
        | LANGUAGES * (tongues & ((o.languages & ~w.languages) != 0))
    )
    unknown = (
        WORK_TIME * (times == 0)
        | EMPLOYMENT * (forms == 0)
        | PAY * (figures == 0)
        | EDUCATION * ((free == 0) & untold)
        | EXPERIENCE * ((green | years) == 0)
        | LICENCES * (papers == 0)
        | LANGUAGES * (tongues == 0)
    )
    bits: int = failed | unknown << 16
    return bits


@njit(cache=True, nogil=True)
def passes(w: Any, o: Any, today: int) -> bool:
    """Whether all criteria but PLACE let a pair pass; faster than to ask `elsewise` which do not.

    A comparison with a figure that is not known is false, and fails nobody.
    """
    times = (w.shifts == 0) | (o.shifts == 0) | ((w.shifts & o.shifts) != 0)
    forms = (w.employment == 0) | (o.employment == 0) | ((w.employment & o.employment) != 0)
    paid_by = (o.pay_basis == w.pay_basis) & ((o.pay_basis == MONTH) | (o.pay_basis == HOUR))
    untold = (o.education <= UNKNOWN) | (o.education == 0) | (w.education <= UNKNOWN)
    papers = o.licences_known & ((o.licences == 0) | w.licences_known)
    tongues = o.languages_known & ((o.languages == 0) | w.languages_known)
    passed: bool = (
        (o.posted_on <= today)
        & (o.closes_on >= today)
        & (o.openings_left > 0)
        & times
        & forms
        & ((paid_by & (o.pay_top < w.pay_floor)) == 0)
        & (untold | (w.education >= o.education))
        & (((o.experience != 0) & (w.experience < o.experience)) == 0)
        & ((papers == 0) | ((o.licences & ~w.licences) == 0))
        & ((tongues == 0) | ((o.languages & ~w.languages) == 0))
    )
    return passed


@njit(cache=True, nogil=True)
def of_kind(w: Any, kind: Any, today: int) -> int:
    """Whether one who may reach the place passes for vacancies of a kind, as far as it tells."""
    failed = elsewise(w, kind, today) & 0xFFFF & ~OPEN
    if failed & ~PAY:
        return FAILS
    return PASSES_BY_PAY if failed else PASSES


@njit(cache=True, nogil=True)
def _check(
    seekers: Facts,
    vacancies: Facts,
    distances: NDArray[np.float32],
    today: int,
    failed: NDArray[np.uint16],
    unknown: NDArray[np.uint16],
) -> None:
    for n in range(len(failed)):
        w = seekers[n if len(seekers) > 1 else 0]
        o = vacancies[n if len(vacancies) > 1 else 0]
        bits = at_place(w, o.place, distances) | elsewise(w, o, today)
        failed[n] = bits & 0xFFFF
        unknown[n] = bits >> 16


@njit(cache=True, nogil=True)
def _eligible_vacancies(
    seeker: Facts,
    kinds: Facts,
    kind: NDArray[np.int32],
    starts: NDArray[np.int64],
    alive: NDArray[np.bool_],
    posted_on: NDArray[np.int32],
    closes_on: NDArray[np.int32],
    openings_left: NDArray[np.int32],
    pay_top: NDArray[np.float32],
    distances: NDArray[np.float32],
    today: int,
    passing: Rows,
) -> int:
    w = seeker[0]
    verdicts = np.empty(len(kinds), np.uint8)
    for number in range(len(kinds)):
        verdicts[number] = of_kind(w, kinds[number], today)
    count = 0
    for p in range(len(starts) - 1):
        if at_place(w, p - 1, distances) & 0xFFFF:
            continue
        for row in range(starts[p], starts[p + 1]):
            passing[count] = row
            count += (
                alive[row]
                & (verdicts[kind[row]] != FAILS)
                & ((verdicts[kind[row]] == PASSES) | ((pay_top[row] < w.pay_floor) == 0))
                & (posted_on[row] <= today)
                & (closes_on[row] >= today)
                & (openings_left[row] > 0)
            )
    return count


@njit(cache=True, nogil=True)
def _eligible_seekers(
    seekers: Facts,
    vacancy: Facts,
    alive: NDArray[np.bool_],
    distances: NDArray[np.float32],
    today: int,
    passing: Rows,
) -> int:
    o = vacancy[0]
    count = 0
    for row in range(len(seekers)):
        bits = at_place(seekers[row], o.place, distances) | elsewise(seekers[row], o, today)
        passing[count] = row
        count += alive[row] & (bits & 0xFFFF == 0)
    return count
