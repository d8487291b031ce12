"""A vacancy as a form shows and sends it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any
from uuid import uuid4

from pydantic import TypeAdapter, ValidationError
from starlette.datastructures import FormData

from api.records import Id, VacancyBody, vacancy_of
from matcher.compliance.findings import Finding
from matcher.entities import Employment, Shift, Vacancy
from matcher.identity import holds_number
from matcher.reference import Reference

WORDS = ("id", "employer_id", "title", "text", "language", "occupation", "place", "address",
         "pay_basis", "education", "posted_on", "closes_on")  # fmt: skip
NUMBERS = ("openings", "pay_low", "pay_high", "experience_years")
LISTS = ("shifts", "employment", "licences", "languages")
WITHHELD = "pay_withheld"
"""Whether the employer names no figure (面議)."""

Fields = dict[str, Any]

_SHIFTS = {name.lower(): shift for name, shift in Shift.__members__.items()}
_EMPLOYMENT = {name.lower(): kind for name, kind in Employment.__members__.items()}
_ID = TypeAdapter[str](Id)


class UnreadableFieldsError(Exception):
    """Fields of a form that cannot be read, by name."""

    def __init__(self, names: Iterable[str]) -> None:
        super().__init__()
        self.names = frozenset(names)


@dataclass(frozen=True, slots=True)
class Piece:
    """Part of a text, and the numbers of the findings that stand on it, from 1."""

    text: str
    findings: tuple[int, ...]


def said(form: FormData) -> Fields:
    """What was filled in, as it can be shown again; identity numbers are left out."""
    texts = {name: str(form.get(name, "")).strip() for name in (*WORDS, *NUMBERS)}
    fields: Fields = {
        name: "" if holds_number(text) else text.replace("\r\n", "\n")
        for name, text in texts.items()
    }
    fields |= {name: [str(word) for word in form.getlist(name)] for name in LISTS}
    return fields | {WITHHELD: bool(form.get(WITHHELD))}


def holds_a_number(form: FormData) -> bool:
    """Whether an identity number stands anywhere in it."""
    # A name may stand there several times, as reasons do.
    return any(holds_number(value) for _, value in form.multi_items() if isinstance(value, str))


def fields_of(vacancy: Vacancy) -> Fields:
    """A vacancy as the form shows it."""
    fields: Fields = {name: _shown(getattr(vacancy, name, None)) for name in (*WORDS, *NUMBERS)}
    pay = vacancy.pay
    fields |= {
        "pay_basis": _shown(pay.basis),
        "pay_low": _shown(pay.low),
        "pay_high": _shown(pay.high),
        WITHHELD: pay.disclosed is False,
        "education": "" if vacancy.education is None else vacancy.education.name.lower(),
        "shifts": [word for word, one in _SHIFTS.items() if one in vacancy.shifts],
        "employment": [word for word, one in _EMPLOYMENT.items() if one in vacancy.employment],
        "licences": list(vacancy.licences or ()),
        "languages": list(vacancy.languages or ()),
    }
    return fields


def vacancy_in(fields: Fields, reference: Reference, *, before: Vacancy | None) -> Vacancy:
    """The vacancy that the form describes; what the form lacks is as it was `before`.

    A new one that was given no id gets one.

    Raises UnreadableFieldsError and, for a code that is in no table, InvalidInputError.
    """
    told: Fields = {name: fields[name] or None for name in WORDS if name != "id"}
    given = before.id if before else fields["id"] or uuid4().hex
    told |= {name: fields[name] or "" for name in ("title", "text", "address")}
    told |= {name: _number(fields[name]) for name in NUMBERS}
    told |= {name: fields[name] for name in ("shifts", "employment")}
    for name in ("licences", "languages"):
        none_needed = before is not None and getattr(before, name) == ()
        told[name] = fields[name] or ([] if none_needed else None)
    if fields[WITHHELD]:
        told["pay_disclosed"] = False
    try:
        _ID.validate_python(given)
    except ValidationError:
        raise UnreadableFieldsError({"id"}) from None
    try:
        vacancy = vacancy_of(VacancyBody(**told), given, reference)
    except ValidationError as error:
        # What concerns no single field is pay that is withheld and told.
        raise UnreadableFieldsError(
            {str(one["loc"][0]) if one["loc"] else WITHHELD for one in error.errors()}
        ) from None
    if before is None:
        return vacancy
    return replace(
        vacancy, job_category=before.job_category, closed_on=before.closed_on, url=before.url
    )


def marked(text: str, field: str, findings: Sequence[Finding]) -> Iterator[Piece]:
    """The text in pieces, so that what is objected to can be marked in it."""
    here = [(number, one) for number, one in enumerate(findings, 1) if one.field == field]
    cuts = {0, len(text), *(end for _, one in here for end in (one.start, one.end))}
    for start, end in pairwise(sorted(cuts)):
        over = tuple(number for number, one in here if one.start <= start and end <= one.end)
        yield Piece(text[start:end], over)


def _shown(value: object) -> str:
    if isinstance(value, float):
        return f"{value:g}"
    return "" if value is None else str(value)


def _number(typed: str) -> int | float | str | None:
    """A number as its field wants it; what is none is left for the field to refuse."""
    if typed.isdecimal():
        return int(typed)
    try:
        return float(typed) if typed else None
    except ValueError:
        return typed
