"""Bodies of requests, in the words of data/formats.md, and the entities they stand for."""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import replace
from datetime import date
from functools import reduce
from operator import or_
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from api.examples import PROFILE_EXAMPLE, SEEKER_EXAMPLE, VACANCY_EXAMPLE
from matcher.compliance.findings import Code as FindingCode
from matcher.entities import (
    Education,
    Employment,
    JobSeeker,
    Language,
    Outcome,
    Pay,
    PayBasis,
    SeekerStatus,
    Shift,
    Vacancy,
)
from matcher.errors import InvalidInputError
from matcher.intake import values
from matcher.intake.pay import stated
from matcher.intake.values import MAX_OPENINGS, MAX_PAY
from matcher.reference import Reference

PROFILE = "profile"
"""Stands for the id of somebody nobody registered."""

DRAFT = "draft"
"""Stands for the id of a vacancy that is not registered."""

LIST_ITEMS = 64


def _readable(read: values.Parse, raw: str) -> str:
    found = read(raw)
    if isinstance(found, values.Unreadable):
        raise ValueError(found.rule, found.remedy)
    return raw


def _address(raw: str) -> str:
    return _readable(values.url, raw) if raw else raw


Id = Annotated[
    str,
    Field(pattern=r"^[A-Za-z0-9._-]{1,32}$", examples=["S-1001"]),
    AfterValidator(lambda raw: _readable(values.identifier, raw)),
]
Text = Annotated[
    str,
    Field(max_length=values.MAX_CHARACTERS),
    AfterValidator(lambda raw: _readable(values.text, raw)),
]
Address = Annotated[str, Field(max_length=2_048), AfterValidator(_address)]
Day = Annotated[date, Field(ge=date(1912, 1, 1), le=date(2100, 12, 31))]
Code = Annotated[str, Field(max_length=16)]
Codes = Annotated[list[Code], Field(max_length=LIST_ITEMS)]
Money = Annotated[int, Field(strict=True, ge=1, le=MAX_PAY)]
Kilometres = Annotated[float, Field(strict=True, ge=0, le=1_000, allow_inf_nan=False)]
Years = Annotated[float, Field(strict=True, ge=0, le=80, allow_inf_nan=False)]
Count = Annotated[int, Field(strict=True, ge=1, le=MAX_OPENINGS)]
YesNo = Annotated[bool, Field(strict=True)]
ShiftWords = Annotated[
    list[Literal["day", "evening", "night", "rotating"]], Field(max_length=LIST_ITEMS)
]
EmploymentWords = Annotated[list[Literal["full_time", "part_time"]], Field(max_length=LIST_ITEMS)]
EducationWord = Literal[
    "any", "primary", "junior_high", "senior_high", "college", "bachelor", "master", "doctor"
]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _Person(_Body):
    """What a person says of the work they look for; null or absent: unknown, []: none."""

    language: Language = Language.ZH
    title: Text = ""
    text: Text = ""
    occupation: Code | None = None
    district: Code | None = None
    commute_km: Kilometres | None = None
    districts_wanted: Codes = []
    shifts: ShiftWords = []
    employment: EmploymentWords = []
    pay_floor: Money | None = None
    pay_floor_basis: Literal["month", "hour"] = "month"
    education: EducationWord | None = None
    experience_years: Years | None = None
    licences: Codes | None = None
    languages: Codes | None = None


class ProfileBody(_Person):
    """Somebody nobody registered; nothing of it is kept. Only fields are criteria."""

    model_config = ConfigDict(json_schema_extra={"examples": [PROFILE_EXAMPLE]})

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not (self.title.strip() or self.text.strip() or self.occupation):
            raise ValueError(
                "text, title or occupation is needed", "Say in one of them what work is wanted."
            )
        return self


class SeekerBody(_Person):
    """A job seeker's whole record: what is absent is unknown from now on."""

    model_config = ConfigDict(json_schema_extra={"examples": [SEEKER_EXAMPLE]})

    registered_on: Day
    name: Text = ""
    status: SeekerStatus = SeekerStatus.ACTIVE


class VacancyBody(_Body):
    """A vacancy's whole record: what is absent is unknown from now on."""

    model_config = ConfigDict(json_schema_extra={"examples": [VACANCY_EXAMPLE]})

    employer_id: Id
    title: Annotated[Text, Field(min_length=1)]
    openings: Count
    posted_on: Day
    text: Text = ""
    language: Language = Language.ZH
    occupation: Code | None = None
    place: Code | None = None
    address: Text = ""
    pay_basis: PayBasis | None = None
    pay_low: Money | None = None
    pay_high: Money | None = None
    pay_disclosed: YesNo | None = None
    shifts: ShiftWords = []
    employment: EmploymentWords = []
    education: EducationWord | None = None
    experience_years: Years | None = None
    licences: Codes | None = None
    languages: Codes | None = None
    closes_on: Day | None = None
    closed_on: Day | None = None
    url: Address = ""

    @model_validator(mode="after")
    def _hides_no_figure(self) -> Self:
        if self.pay_disclosed is False and (self.pay_low or self.pay_high):
            raise ValueError(
                "undisclosed pay has no figures", "Leave the figures out, or set pay_disclosed."
            )
        return self


class ReferralBody(_Body):
    """Who is sent where."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"seeker_id": "S-1001", "vacancy_id": "V-2001"}]}
    )

    seeker_id: Id
    vacancy_id: Id


class OutcomeBody(_Body):
    """One step in what became of a referral."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"outcome": "hired", "happened_on": "2026-03-09"}]}
    )

    outcome: Outcome
    happened_on: Day


class OverrideBody(_Body):
    """A finding that may stand, and why."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "code": "age",
                    "words": "20歲以上",
                    "reason": "保全業法第10條之1規定保全人員須年滿20歲",
                }
            ]
        }
    )

    code: FindingCode
    words: Text
    reason: Annotated[Text, Field(min_length=1)]


def seeker_of(body: SeekerBody, seeker_id: str, reference: Reference) -> JobSeeker:
    """The job seeker; raises InvalidInputError for a code that is in no table."""
    person = _person(body, seeker_id, body.registered_on, reference)
    return replace(person, name=body.name, status=body.status)


def profile_of(body: ProfileBody, today: date, reference: Reference) -> JobSeeker:
    """A job seeker nobody registered; raises InvalidInputError for a code that is in no table."""
    return _person(body, PROFILE, today, reference)


def vacancy_of(body: VacancyBody, vacancy_id: str, reference: Reference) -> Vacancy:
    """The vacancy, its pay flagged; raises InvalidInputError for a code that is in no table."""
    return Vacancy(
        id=vacancy_id,
        employer_id=body.employer_id,
        title=body.title,
        openings=body.openings,
        posted_on=body.posted_on,
        text=body.text,
        language=body.language,
        occupation=_code(body.occupation, "occupation", reference.occupations),
        place=_code(body.place, "place", reference.places),
        address=body.address,
        pay=_pay(body),
        shifts=_shifts(body.shifts),
        employment=_employment(body.employment),
        education=_education(body.education),
        experience_years=body.experience_years,
        licences=_codes(body.licences, "licences", reference.licences),
        languages=_codes(body.languages, "languages", reference.languages),
        closes_on=body.closes_on,
        closed_on=body.closed_on,
        url=body.url,
    )


def _person(body: _Person, key: str, registered_on: date, reference: Reference) -> JobSeeker:
    return JobSeeker(
        id=key,
        registered_on=registered_on,
        language=body.language,
        title=body.title,
        text=body.text,
        occupation=_code(body.occupation, "occupation", reference.occupations),
        district=_code(body.district, "district", reference.districts),
        commute_km=body.commute_km,
        districts_wanted=_codes(body.districts_wanted, "districts_wanted", reference.districts)
        or (),
        shifts=_shifts(body.shifts),
        employment=_employment(body.employment),
        pay_floor=body.pay_floor,
        pay_floor_basis=PayBasis(body.pay_floor_basis),
        education=_education(body.education),
        experience_years=body.experience_years,
        licences=_codes(body.licences, "licences", reference.licences),
        languages=_codes(body.languages, "languages", reference.languages),
    )


def _pay(body: VacancyBody) -> Pay:
    if body.pay_low is None and body.pay_high is None:
        return Pay(basis=body.pay_basis, disclosed=body.pay_disclosed)
    return stated(body.pay_basis, body.pay_low, body.pay_high)


def _code(code: str | None, field: str, known: Container[str]) -> str | None:
    if code is not None and code not in known:
        raise InvalidInputError(
            f"The field {field} holds a code that is not in the reference table.",
            remedy="Use the codes of data/reference; data/formats.md says which table.",
            code="unknown_code",
        )
    return code


def _codes(
    codes: Iterable[str] | None, field: str, known: Container[str]
) -> tuple[str, ...] | None:
    if codes is None:
        return None
    for code in codes:
        _code(code, field, known)
    return tuple(dict.fromkeys(codes))


def _shifts(words: Iterable[str]) -> Shift:
    return reduce(or_, (Shift[word.upper()] for word in words), Shift(0))


def _employment(words: Iterable[str]) -> Employment:
    return reduce(or_, (Employment[word.upper()] for word in words), Employment(0))


def _education(word: str | None) -> Education | None:
    return None if word is None else Education[word.upper()]
