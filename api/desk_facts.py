"""What a record says, as pairs of a label and a text, for the pages of the desk."""

from __future__ import annotations

from collections.abc import Iterable

from api.words import punctuation, say
from matcher.entities import Employment, JobSeeker, Language, PayBasis, Shift, Vacancy
from matcher.reference import Reference
from matcher.service.views import pay_text

Facts = list[tuple[str, str]]


def person_facts(person: JobSeeker, language: Language, reference: Reference) -> Facts:
    """What a person stated, without name and identity; what nobody stated is left out."""
    pay = "hour" if person.pay_floor_basis is PayBasis.HOUR else "month"
    return _told(
        (say("title", language), person.title),
        (say("occupation", language), reference.occupations.get(person.occupation or "", "")),
        (say("district", language), _place(person.district, language, reference)),
        (
            say("commute_km", language),
            ""
            if person.commute_km is None
            else say("within_km", language, km=f"{person.commute_km:g}"),
        ),
        (
            say("districts_wanted", language),
            punctuation("comma", language).join(
                _place(code, language, reference) for code in person.districts_wanted
            ),
        ),
        *_work(person.shifts, person.employment, language),
        (
            say("pay_floor_label", language),
            ""
            if person.pay_floor is None
            else say("pay." + pay, language, amount=f"{person.pay_floor:,}"),
        ),
        (say("education", language), _education(person.education, language)),
        (say("experience_years", language), _years(person.experience_years, language)),
        *_skills(person.licences, person.languages, language, reference),
        (say("text", language), person.text),
    )


def vacancy_facts(vacancy: Vacancy, language: Language, reference: Reference) -> Facts:
    """What a vacancy offers and asks."""
    place = vacancy.address or _place(vacancy.place, language, reference)
    return _told(
        (say("occupation", language), reference.occupations.get(vacancy.occupation or "", "")),
        (say("place", language), place),
        (say("pay", language), pay_text(vacancy.pay, language=language, reference=reference)),
        *_work(vacancy.shifts, vacancy.employment, language),
        (say("education", language), _education(vacancy.education, language)),
        (say("experience_years", language), _years(vacancy.experience_years, language)),
        *_skills(vacancy.licences, vacancy.languages, language, reference),
        (say("vacancy_text", language), vacancy.text),
    )


def _told(*facts: tuple[str, str]) -> Facts:
    return [(label, text) for label, text in facts if text]


def _work(shifts: Shift, employment: Employment, language: Language) -> Facts:
    times = (say("shift." + _word(one), language) for one in Shift if one & shifts)
    forms = (say("employment." + _word(one), language) for one in Employment if one & employment)
    return [
        (say("shifts", language), punctuation("comma", language).join(times)),
        (say("employment", language), punctuation("comma", language).join(forms)),
    ]


def _skills(
    licences: Iterable[str] | None,
    languages: Iterable[str] | None,
    language: Language,
    reference: Reference,
) -> Facts:
    held = (reference.licences[code][language] for code in licences or ())
    spoken = (reference.languages[code][language] for code in languages or ())
    return [
        (say("licences", language), punctuation("comma", language).join(held)),
        (say("languages", language), punctuation("comma", language).join(spoken)),
    ]


def _education(level: object, language: Language) -> str:
    name = getattr(level, "name", "")
    return say("education." + name.lower(), language) if name and name != "ANY" else ""


def _years(years: float | None, language: Language) -> str:
    return "" if years is None else say("years", language, years=f"{years:g}")


def _place(code: str | None, language: Language, reference: Reference) -> str:
    if code is None:
        return ""
    place = reference.places[code]
    return place.name if language is Language.ZH else place.name_en


def _word(flag: Shift | Employment) -> str:
    return str(flag.name).lower()
