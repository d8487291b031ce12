"""Why a person and a vacancy do not meet, and what a change would open, in the five languages."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from matcher.calendar_roc import roc_text
from matcher.entities import Education, Employment, JobSeeker, Language, PayBasis, Shift, Vacancy
from matcher.ranking.advice_sentences import (
    CHANGES,
    COUNTS,
    EDUCATIONS,
    EMPLOYMENTS,
    FAILURES,
    SHIFTS,
    VERDICTS,
)
from matcher.ranking.wording import KM, VOICE_WORDS, VOICES, Voice, in_language, shown_param
from matcher.reference import Reference

Value = float | str | date | tuple[str, ...]
Facts = Mapping[str, Value]


class FailureCode(StrEnum):
    """Why a criterion is failed; behind each code, the facts its sentence needs."""

    NOT_POSTED = "not_posted"  # day: a date
    CLOSED = "closed"  # day
    EXPIRED = "expired"  # day, the last on which it was open
    FULL = "full"  # openings
    TOO_FAR = "too_far"  # km, limit in km
    OTHER_DISTRICT = "other_district"  # place: a code; wanted: codes
    WORK_TIME = "work_time"  # asked and have: Shift
    EMPLOYMENT = "employment"  # asked and have: Employment
    PAY = "pay"  # floor and top in NT$, or low where no higher figure is stated; basis: a PayBasis
    EDUCATION = "education"  # asked and have: Education
    EXPERIENCE = "experience"  # asked and have in years
    LICENCES = "licences"  # licences: codes of those lacking
    LANGUAGES = "languages"  # languages: codes of those lacking


class Verdict(StrEnum):
    """What can be said of a pair at a glance."""

    ELIGIBLE = "eligible"
    SENT = "sent"
    OPENABLE = "openable"
    SHUT = "shut"


@dataclass(frozen=True, slots=True)
class Failure:
    """A criterion that is failed, with the values of both sides behind its code."""

    criterion: str
    code: FailureCode
    facts: Facts


def failures(
    failed: Iterable[str],
    seeker: JobSeeker,
    vacancy: Vacancy,
    *,
    openings_left: int,
    today: date,
    reference: Reference,
) -> tuple[Failure, ...]:
    """Both sides of each criterion that the pair fails; a vacancy may be shut for two reasons."""
    return tuple(
        Failure(criterion, code, facts)
        for criterion in failed
        for code, facts in (
            _shut(vacancy, openings_left, today)
            if criterion == "open"
            else [_sides(criterion, seeker, vacancy, reference)]
        )
    )


def word_failure(
    failure: Failure,
    *,
    language: Language,
    reference: Reference,
    voice: Voice = Voice.SEEKER,
) -> str:
    """The sentence of a failed criterion, with what is asked for and what is registered."""
    shown = {name: _fact(name, value, language, reference) for name, value in failure.facts.items()}
    return _said(FAILURES[_sentence(failure)], language, voice, **shown)


def word_change(
    kind: str,
    value: int | str,
    *,
    language: Language,
    reference: Reference,
    voice: Voice = Voice.SEEKER,
) -> str:
    """A change of a person's record, by the kinds and values of `matcher.retrieval.changes`."""
    match kind:
        case "shift":
            shown = in_language(language, SHIFTS[Shift(int(value))])
        case "employment":
            shown = in_language(language, EMPLOYMENTS[Employment(int(value))])
        case "district":
            shown = _place(str(value), language, reference)
        case "licence" | "language":
            shown = shown_param(kind, value, language, reference)
        case _:
            shown = f"{int(value):,}"
    return _said(CHANGES[kind], language, voice, value=shown)


def word_opening(change: str, opens: int, language: Language) -> str:
    """How many vacancies a change opens; `change` as `word_change` words it."""
    key = "opens/one" if opens == 1 else "opens"
    return _said(COUNTS[key], language, Voice.SEEKER, change=change, count=f"{opens:,}")


def word_eligible(count: int, *, language: Language, voice: Voice = Voice.SEEKER) -> str:
    """How many vacancies are eligible now."""
    key = "eligible/one" if count == 1 else "eligible"
    return _said(COUNTS[key], language, voice, count=f"{count:,}")


def word_verdict(verdict: Verdict, *, language: Language, voice: Voice = Voice.SEEKER) -> str:
    """Whether a pair is eligible, or could be."""
    return _said(VERDICTS[verdict], language, voice)


def _shut(vacancy: Vacancy, openings_left: int, today: date) -> Iterator[tuple[FailureCode, Facts]]:
    if vacancy.posted_on > today:
        yield FailureCode.NOT_POSTED, {"day": vacancy.posted_on}
    if vacancy.closed_on is not None and vacancy.closed_on <= today:
        yield FailureCode.CLOSED, {"day": vacancy.closed_on}
    elif vacancy.closes_on is not None and vacancy.closes_on < today:
        yield FailureCode.EXPIRED, {"day": vacancy.closes_on}
    if openings_left <= 0:
        yield FailureCode.FULL, {"openings": vacancy.openings}


def _sides(
    criterion: str, seeker: JobSeeker, vacancy: Vacancy, reference: Reference
) -> tuple[FailureCode, Facts]:
    """What is asked for and what is registered; both are known where a criterion is failed."""
    match criterion:
        case "place" if seeker.commute_km is None:
            where: Facts = {"place": vacancy.place or "", "wanted": seeker.districts_wanted}
            return FailureCode.OTHER_DISTRICT, where
        case "place":
            home, place = (reference.place_rows[c or ""] for c in (seeker.district, vacancy.place))
            km = float(reference.distances_km[home, place])
            return FailureCode.TOO_FAR, {"km": km, "limit": seeker.commute_km or 0.0}
        case "pay":
            return FailureCode.PAY, _pay(seeker, vacancy)
        case "licences":
            lacking = _lacking(vacancy.licences, seeker.licences, reference.licences)
            return FailureCode.LICENCES, {"licences": lacking}
        case "languages":
            lacking = _lacking(vacancy.languages, seeker.languages, reference.languages)
            return FailureCode.LANGUAGES, {"languages": lacking}
        case _:
            field = _FIELDS[criterion]
            asked, have = getattr(vacancy, field), getattr(seeker, field)
            return FailureCode(criterion), {"asked": asked, "have": have}


def _pay(seeker: JobSeeker, vacancy: Vacancy) -> Facts:
    pay = vacancy.pay
    offered = {"low": pay.low or 0} if pay.high is None else {"top": pay.high}
    return {**offered, "floor": seeker.pay_floor or 0, "basis": seeker.pay_floor_basis}


def _lacking(
    asked: Iterable[str] | None, held: Iterable[str] | None, known: Iterable[str]
) -> tuple[str, ...]:
    """In the order of the table; codes that it lacks are no part of the criterion either."""
    return tuple(code for code in known if code in (asked or ()) and code not in (held or ()))


def _sentence(failure: Failure) -> str:
    """Key of the sentence: some codes have one of their own for a special case."""
    match failure.code:
        case FailureCode.PAY if "low" in failure.facts:
            return f"{failure.code}/from"
        case FailureCode.EXPERIENCE if failure.facts["have"] == 0:
            return f"{failure.code}/none"
        case _:
            return failure.code


def _fact(name: str, value: Value, language: Language, reference: Reference) -> str:
    match value:
        case Shift():
            return _either((SHIFTS[one] for one in value), language)
        case Employment():
            return _either((EMPLOYMENTS[one] for one in value), language)
        case Education():
            return in_language(language, EDUCATIONS[value])
        case PayBasis():
            return shown_param(name, value, language, reference)
        case date():
            return roc_text(value) if language is Language.ZH else value.isoformat()
        case tuple() if name == "wanted":
            return _listed((_place(code, language, reference) for code in value), language)
        case tuple():
            words = (shown_param(name[:-1], code, language, reference) for code in value)
            return _listed(words, language)
        case str():
            return _place(value, language, reference)
        case _ if name in ("km", "limit"):
            return _kilometres(value, language)
        case _ if name in ("asked", "have"):
            return shown_param("years", value, language, reference)
        case _:
            return shown_param(name, value, language, reference)


def _said(texts: tuple[str, ...], language: Language, voice: Voice, **shown: str) -> str:
    words = dict(zip(VOICE_WORDS, VOICES[voice][language], strict=True))
    return in_language(language, texts).format_map(words | shown)


def _kilometres(km: float, language: Language) -> str:
    """Rounded up, so that a way just too long never reads like the longest that would do."""
    return f"{math.ceil(round(km * 10, 3)) / 10:,g} {in_language(language, KM)}"


def _place(code: str, language: Language, reference: Reference) -> str:
    place = reference.places[code]
    return place.name if language is Language.ZH else place.name_en


def _listed(words: Iterable[str], language: Language) -> str:
    return ("、" if language is Language.ZH else ", ").join(words)


def _either(names: Iterable[tuple[str, ...]], language: Language) -> str:
    return in_language(language, _OR).join(in_language(language, name) for name in names)


_FIELDS = {
    "work_time": "shifts",
    "employment": "employment",
    "education": "education",
    "experience": "experience_years",
}
"""Where both records hold what these criteria compare."""
_OR = ("或", " or ", " hoặc ", " atau ", "หรือ")
