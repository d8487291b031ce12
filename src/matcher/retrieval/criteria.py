"""Hard criteria, checked for whole columns at once in either direction.

Something unknown on either side never excludes: the criterion passes and is named as unknown.
`eligibility_of` in `matcher.retrieval.plain` is the slow, readable reference of these rules.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matcher.features.columns import UNKNOWN, SeekerColumns, VacancyColumns
from matcher.features.pairs import pay_is_comparable


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


def check(
    seekers: SeekerColumns,
    vacancies: VacancyColumns,
    *,
    distances: NDArray[np.float32],
    today: int,
) -> Eligibility:
    """Eligibility of every pair; one side may have a single row. `today` in days since 1970."""
    size = max(len(seekers), len(vacancies)) if len(seekers) and len(vacancies) else 0
    failed, unknown = np.zeros(size, np.uint16), np.zeros(size, np.uint16)

    def record(criterion: Criterion, *, met: Any, known: Any) -> None:
        bit = np.uint16(1 << CRITERIA.index(criterion))
        failed[np.broadcast_to(known & ~met, size)] |= bit
        unknown[np.broadcast_to(~known, size)] |= bit

    if size == 0:
        return Eligibility(failed, unknown)
    record(
        Criterion.OPEN,
        met=(vacancies.posted_on <= today)
        & (vacancies.closes_on >= today)
        & (vacancies.openings_left > 0),
        known=np.bool_(True),
    )
    record(Criterion.PLACE, **_place(seekers, vacancies, distances))
    record(
        Criterion.WORK_TIME,
        met=(seekers.shifts & vacancies.shifts) != 0,
        known=(seekers.shifts != 0) & (vacancies.shifts != 0),
    )
    record(
        Criterion.EMPLOYMENT,
        met=(seekers.employment & vacancies.employment) != 0,
        known=(seekers.employment != 0) & (vacancies.employment != 0),
    )
    record(
        Criterion.PAY,
        met=vacancies.pay_top >= seekers.pay_floor,
        known=pay_is_comparable(seekers, vacancies),
    )
    asks_no_school = vacancies.education == 0
    record(
        Criterion.EDUCATION,
        met=asks_no_school | (seekers.education >= vacancies.education),
        known=asks_no_school | ((seekers.education > UNKNOWN) & (vacancies.education > UNKNOWN)),
    )
    asks_no_years = vacancies.experience == 0
    record(
        Criterion.EXPERIENCE,
        met=asks_no_years | (seekers.experience >= vacancies.experience),
        known=asks_no_years | ~(np.isnan(seekers.experience) | np.isnan(vacancies.experience)),
    )
    for criterion, kind in ((Criterion.LICENCES, "licences"), (Criterion.LANGUAGES, "languages")):
        asked, held = getattr(vacancies, kind), getattr(seekers, kind)
        asked_known, held_known = (getattr(c, f"{kind}_known") for c in (vacancies, seekers))
        record(
            criterion,
            met=(asked & ~held) == 0,
            known=asked_known & ((asked == 0) | held_known),
        )
    return Eligibility(failed, unknown)


def _place(
    seekers: SeekerColumns, vacancies: VacancyColumns, distances: NDArray[np.float32]
) -> dict[str, NDArray[np.bool_]]:
    """In a district that is wanted, or within the way the person would go."""
    located = (vacancies.place >= 0) & ~np.isnan(distances[vacancies.place, vacancies.place])
    # Districts come first among the places, so a district's row is also its bit.
    bit = np.clip(vacancies.place, 0, 63).astype(np.uint64)
    wanted = located & ((seekers.districts_wanted >> bit) & np.uint64(1) != 0)
    kilometres = distances[seekers.home, vacancies.place]
    reach_known = located & (seekers.home >= 0) & ~np.isnan(seekers.commute_km)
    within = reach_known & (kilometres <= seekers.commute_km)
    # Wanted districts alone settle the matter where no range was given.
    by_wish = located & (seekers.districts_wanted != 0) & np.isnan(seekers.commute_km)
    return {"met": wanted | within, "known": wanted | reach_known | by_wish}
