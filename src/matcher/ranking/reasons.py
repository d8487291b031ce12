"""From contributions to the reasons a person reads: what spoke for a pair, and what against."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matcher.entities import PayBasis
from matcher.features.columns import (
    PAY_BASES,
    SeekerColumns,
    VacancyColumns,
    language_codes,
    licence_codes,
)
from matcher.features.pairs import FEATURE_NAMES, pay_margin
from matcher.ranking.wording import ReasonCode
from matcher.reference import Reference

MOST_FOR, MOST_AGAINST = 5, 2
NEAR_KM, FAR_KM = 8.0, 15.0
CLOSE, FAIRLY_CLOSE = 0.45, 0.30
"""Cosines of centred vectors, set by looking at pairs of one trade and of others."""
NEW_DAYS = 7
MANY_OPENINGS = 5
OFTEN_HIRES = 0.25
"""Share of those sent to an employer who were hired, from which it is worth saying."""
SAID_TOGETHER = {"title_similarity": "similarity"}
"""Features whose points are told with those of another: people read titles and texts as one."""
MONTHLY = PAY_BASES.index(PayBasis.MONTH)
"""Bases up to this, the unknown one included: what is withheld then is monthly pay."""
SAME_MINOR_GROUP = 0.75
CLAIMED_IF_UNDISCLOSED = 40_000
"""NT$ a month: pay below it must be disclosed (Employment Service Act, section 5)."""
AGAINST = {
    ReasonCode.FAR,
    ReasonCode.PAY_BELOW,
    ReasonCode.PAY_UNDISCLOSED,
    ReasonCode.SHIFT_DIFFERS,
    ReasonCode.EDUCATION_BELOW,
    ReasonCode.EXPERIENCE_SHORT,
}


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason: its sentence is `wording.word(code, params, ...)`; `points` is what it added."""

    code: ReasonCode
    params: Mapping[str, float | str]
    points: float

    @property
    def speaks_for(self) -> bool:
        """Whether it is an argument for the pair; one against is shown too, and said as such."""
        return self.code not in AGAINST


def reasons(
    rows: NDArray[np.float32],
    contributions: NDArray[np.float64],
    seekers: SeekerColumns,
    vacancies: VacancyColumns,
    reference: Reference,
) -> list[tuple[Reason, ...]]:
    """Reasons of each of n pairs, what moved the score most first; what speaks against last.

    `rows` and `contributions` are (n, features); one side of the pairs may have a single row.
    """
    told: dict[str, list[Any]] = {
        name: np.broadcast_to(column, len(rows)).tolist()
        for name, column in {
            "margin": pay_margin(seekers, vacancies),
            "basis": vacancies.pay_basis,
            "withheld": vacancies.pay_withheld & (vacancies.pay_basis <= MONTHLY),
            "same_district": (seekers.home >= 0) & (seekers.home == vacancies.place),
            "required": seekers.licences & vacancies.licences,
            "mentioned": seekers.licences & vacancies.licences_mentioned & ~vacancies.licences,
            "languages": seekers.languages & vacancies.languages,
            "years": vacancies.experience,
        }.items()
    }
    together = contributions.copy()
    for name, other in SAID_TOGETHER.items():
        together[:, FEATURE_NAMES.index(other)] += together[:, FEATURE_NAMES.index(name)]
    collected = []
    for n, (features, points) in enumerate(zip(rows.tolist(), together.tolist(), strict=True)):
        value = dict(zip(FEATURE_NAMES, features, strict=True))
        facts = {name: column[n] for name, column in told.items()}
        found = [
            Reason(code, params, points[number])
            for number, name in enumerate(FEATURE_NAMES)
            for code, params in _spoken(name, value[name], facts, reference)
        ]
        collected.append(_weightiest(found))
    return collected


def _weightiest(found: list[Reason]) -> tuple[Reason, ...]:
    # By signed points: a fact that sounds good but moved the score down never comes first.
    speaks_for = sorted((r for r in found if r.speaks_for), key=lambda reason: -reason.points)
    against = sorted((r for r in found if not r.speaks_for), key=lambda reason: reason.points)
    return (*speaks_for[:MOST_FOR], *against[:MOST_AGAINST])


def _spoken(
    name: str, value: float, facts: Mapping[str, Any], reference: Reference
) -> Iterator[tuple[ReasonCode, dict[str, float | str]]]:
    """The reasons that one feature's value gives."""
    match name:
        case "pay_margin" if facts["withheld"]:
            yield ReasonCode.PAY_UNDISCLOSED, {"claimed": CLAIMED_IF_UNDISCLOSED}
        case _ if math.isnan(value):
            return
        case "similarity" if value >= FAIRLY_CLOSE:
            yield ReasonCode.SIMILAR_TEXT, {"level": "high" if value >= CLOSE else "medium"}
        case "occupation_closeness" if value == 1:
            yield ReasonCode.OCCUPATION_SAME, {}
        case "occupation_closeness" if value >= SAME_MINOR_GROUP:
            yield ReasonCode.OCCUPATION_NEAR, {}
        case "distance_km" if facts["same_district"]:
            yield ReasonCode.SAME_DISTRICT, {}
        case "distance_km" if value <= NEAR_KM:
            yield ReasonCode.NEAR, {"km": value}
        case "distance_km" if value >= FAR_KM:
            yield ReasonCode.FAR, {"km": value}
        case "pay_margin":
            yield _pay(facts)
        case "shift_fit":
            yield (ReasonCode.SHIFT_FITS if value else ReasonCode.SHIFT_DIFFERS), {}
        case "licences_required_held":
            for code in licence_codes(facts["required"], reference):
                yield ReasonCode.LICENCE_HELD, {"licence": code}
        case "licences_mentioned_held":
            for code in licence_codes(facts["mentioned"], reference):
                yield ReasonCode.LICENCE_MENTIONED, {"licence": code}
        case "education_margin":
            yield (ReasonCode.EDUCATION_MET if value >= 0 else ReasonCode.EDUCATION_BELOW), {}
        case "experience_margin":
            code = ReasonCode.EXPERIENCE_MET if value >= 0 else ReasonCode.EXPERIENCE_SHORT
            yield code, {"years": facts["years"]}
        case "languages_required_held":
            for code in language_codes(facts["languages"], reference):
                yield ReasonCode.LANGUAGE_SPOKEN, {"language": code}
        case "age_days" if value <= NEW_DAYS:
            yield ReasonCode.NEW_VACANCY, {"days": value}
        case "openings_left" if value >= MANY_OPENINGS:
            yield ReasonCode.MANY_OPENINGS, {"openings": value}
        case "employer_hire_rate" if value >= OFTEN_HIRES:
            yield ReasonCode.EMPLOYER_HIRES, {"percent": 100 * value}


def _pay(facts: Mapping[str, Any]) -> tuple[ReasonCode, dict[str, float | str]]:
    margin, basis = facts["margin"], PAY_BASES[facts["basis"]].value
    if margin == 0:
        return ReasonCode.PAY_MEETS, {}
    code = ReasonCode.PAY_ABOVE if margin > 0 else ReasonCode.PAY_BELOW
    return code, {"amount": abs(margin), "basis": basis}
