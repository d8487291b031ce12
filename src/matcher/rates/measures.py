"""What each count counts: which events, in persons, person-times or openings, and what not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from matcher.entities import Programme, Step
from matcher.rates.events import Kind


class Measure(StrEnum):
    """Counts by name. Placements and hire reports are different events, one never implied."""

    SEEKERS_REGISTERED = "seekers_registered"
    SEEKERS_PLACED = "seekers_placed"
    OPENINGS_REGISTERED = "openings_registered"
    OPENINGS_FILLED = "openings_filled"
    FAIRS_HELD = "fairs_held"
    RESUMES_HANDED_IN = "resumes_handed_in"
    RESUMES_ON_BEHALF = "resumes_on_behalf"
    RESUMES_IN_PERSON = "resumes_in_person"
    ON_SITE_MATCHES = "on_site_matches"
    LOW_INCOME_SERVED = "low_income_served"
    LOW_INCOME_PLACED = "low_income_placed"
    VAN_VISITS = "van_visits"
    VAN_SERVED = "van_served"
    VAN_PLACED = "van_placed"
    E_RESUMES = "e_resumes"
    E_RESUMES_PLACED = "e_resumes_placed"
    GRADUATES = "graduates"
    GRADUATES_PLACED = "graduates_placed"
    SUPPORTED_REFERRED = "supported_referred"
    SUPPORTED_REFERRED_PLACED = "supported_referred_placed"
    SUPPORTED_PLACED = "supported_placed"
    SUPPORTED_STABLE = "supported_stable"
    RETURNEES_SERVED = "returnees_served"
    RETURNEES_PLACED = "returnees_placed"
    SUBSIDIES_GRANTED = "subsidies_granted"
    SUBSIDIES_PLACED = "subsidies_placed"


class Unit(StrEnum):
    """What one is counted as: PERSONS once each in what is counted, the others every time."""

    PERSONS = "persons"
    PERSON_TIMES = "person_times"
    OPENINGS = "openings"
    OCCASIONS = "occasions"


UNIT_NAMES: Mapping[Unit, tuple[str, str]] = {
    Unit.PERSONS: ("人", "persons"),
    Unit.PERSON_TIMES: ("人次", "person-times"),
    Unit.OPENINGS: ("個名額", "openings"),
    Unit.OCCASIONS: ("場次", "occasions"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Counting:
    """How a measure is counted: events of `kind` whose fields are as `where` says.

    With `followed_by` only those that such a step of the same programme follows, at most
    `within_months` after. `excluded` says what is left out, in words.
    """

    name_zh: str
    name_en: str
    kind: Kind
    unit: Unit
    where: Mapping[str, object] = field(default_factory=dict)
    followed_by: Step | None = None
    within_months: int | None = None
    excluded: str = ""


_FEED = "advertisements of the open-data feed"
_ON_BEHALF = "résumés handed in on behalf of somebody absent (代收)"
_PERSONS, _TIMES = Unit.PERSONS, Unit.PERSON_TIMES


def _at_fairs(name_zh: str, name_en: str, excluded: str = "", **where: object) -> Counting:
    return Counting(
        name_zh=name_zh,
        name_en=name_en,
        kind=Kind.RESUME_HANDED_IN,
        unit=_TIMES,
        where=where,
        excluded=excluded,
    )


def _steps(
    programme: Programme,
    step: Step,
    *,
    unit: Unit,
    zh: str,
    en: str,
    then: Step | None = None,
    months: int | None = None,
) -> Counting:
    return Counting(
        name_zh=zh,
        name_en=en,
        kind=Kind.PROGRAMME_STEP,
        unit=unit,
        where={"programme": programme, "step": step},
        followed_by=then,
        within_months=months,
    )


_P, _S = Programme, Step

COUNTINGS: Mapping[Measure, Counting] = {
    Measure.SEEKERS_REGISTERED: Counting(
        name_zh="新登記求職人數",
        name_en="persons registered as job seekers in the period",
        kind=Kind.SEEKER_REGISTERED,
        unit=_PERSONS,
    ),
    Measure.SEEKERS_PLACED: Counting(
        name_zh="求職就業人數",
        name_en="distinct registered persons placed in the period",
        kind=Kind.SEEKER_PLACED,
        unit=_PERSONS,
        excluded="people who are not on the register; further placements of the same person",
    ),
    Measure.OPENINGS_REGISTERED: Counting(
        name_zh="求才人數",
        name_en="openings of the vacancies registered and posted in the period",
        kind=Kind.VACANCY_REGISTERED,
        unit=Unit.OPENINGS,
        excluded=_FEED,
    ),
    Measure.OPENINGS_FILLED: Counting(
        name_zh="求才僱用人數",
        name_en="openings reported filled in the period, also with people not on the register",
        kind=Kind.OPENINGS_FILLED,
        unit=Unit.OPENINGS,
        excluded=_FEED,
    ),
    Measure.FAIRS_HELD: Counting(
        name_zh="現場徵才活動場次",
        name_en="job fairs held in the period",
        kind=Kind.FAIR_HELD,
        unit=Unit.OCCASIONS,
    ),
    Measure.RESUMES_HANDED_IN: _at_fairs("收件履歷人次", "résumés handed in at fairs"),
    Measure.RESUMES_ON_BEHALF: _at_fairs(
        "代收履歷人次", "of these, handed in on behalf of somebody absent", on_behalf=True
    ),
    Measure.RESUMES_IN_PERSON: _at_fairs(
        "現場投遞履歷人次（不含代收）",
        "résumés handed in by the person at fairs in the period",
        _ON_BEHALF,
        on_behalf=False,
    ),
    Measure.ON_SITE_MATCHES: _at_fairs(
        "初步媒合人次",
        "of these, matched on the spot",
        _ON_BEHALF,
        on_behalf=False,
        matched=True,
    ),
    Measure.LOW_INCOME_SERVED: _steps(
        _P.LOW_INCOME, _S.SERVED, unit=_TIMES, zh="低收入戶個案服務人次", en="case services"
    ),
    Measure.LOW_INCOME_PLACED: _steps(
        _P.LOW_INCOME, _S.PLACED, unit=_TIMES, zh="低收入戶個案就業人次", en="cases placed"
    ),
    Measure.VAN_VISITS: _steps(
        _P.VAN, _S.VISIT, unit=Unit.OCCASIONS, zh="就業服務車出車場次", en="visits of the van"
    ),
    Measure.VAN_SERVED: _steps(
        _P.VAN, _S.SERVED, unit=_TIMES, zh="就業服務車服務人次", en="services at the van"
    ),
    Measure.VAN_PLACED: _steps(
        _P.VAN, _S.PLACED, unit=_TIMES, zh="就業服務車就業人次", en="placements from the van"
    ),
    Measure.E_RESUMES: _steps(
        _P.E_RESUME,
        _S.SERVED,
        unit=_TIMES,
        zh="e化履歷填寫人次",
        en="résumés filled in with the e-résumé system at fairs",
    ),
    Measure.E_RESUMES_PLACED: _steps(
        _P.E_RESUME,
        _S.SERVED,
        unit=_TIMES,
        zh="e化履歷填寫後就業人次",
        en="of these, followed by a placement",
        then=_S.PLACED,
    ),
    Measure.GRADUATES: _steps(
        _P.TRAINING,
        _S.GRADUATED,
        unit=_PERSONS,
        zh="職訓結訓人數",
        en="persons who finished a training in the period",
    ),
    Measure.GRADUATES_PLACED: _steps(
        _P.TRAINING,
        _S.GRADUATED,
        unit=_PERSONS,
        zh="結訓後三個月內就業人數",
        en="of these, placed within three months",
        then=_S.PLACED,
        months=3,
    ),
    Measure.SUPPORTED_REFERRED: _steps(
        _P.SUPPORTED,
        _S.REFERRED,
        unit=_PERSONS,
        zh="支持性就業推介人數",
        en="persons referred to supported employment in the period",
    ),
    Measure.SUPPORTED_REFERRED_PLACED: _steps(
        _P.SUPPORTED,
        _S.REFERRED,
        unit=_PERSONS,
        zh="支持性就業推介就業人數",
        en="of these, placed",
        then=_S.PLACED,
    ),
    Measure.SUPPORTED_PLACED: _steps(
        _P.SUPPORTED,
        _S.PLACED,
        unit=_PERSONS,
        zh="支持性就業人數",
        en="persons placed in supported employment in the period",
    ),
    Measure.SUPPORTED_STABLE: _steps(
        _P.SUPPORTED,
        _S.PLACED,
        unit=_PERSONS,
        zh="支持性就業穩定就業人數",
        en="of these, found in stable employment later",
        then=_S.STABLE,
    ),
    Measure.RETURNEES_SERVED: _steps(
        _P.RETURNEE_DESK, _S.SERVED, unit=_TIMES, zh="返鄉專櫃服務人次", en="services at the desk"
    ),
    Measure.RETURNEES_PLACED: _steps(
        _P.RETURNEE_DESK, _S.PLACED, unit=_TIMES, zh="返鄉專櫃就業人次", en="placements from it"
    ),
    Measure.SUBSIDIES_GRANTED: _steps(
        _P.SUBSIDY,
        _S.GRANTED,
        unit=_PERSONS,
        zh="就業促進工具核給人數",
        en="persons granted a subsidy in the period",
    ),
    Measure.SUBSIDIES_PLACED: _steps(
        _P.SUBSIDY,
        _S.GRANTED,
        unit=_PERSONS,
        zh="核給後就業人數",
        en="of these, placed",
        then=_S.PLACED,
    ),
}
