"""The short résumé of a visitor nobody registered, as a form sends it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from starlette.datastructures import FormData

from api.records import ProfileBody, profile_of
from api.words import JOBS, say
from matcher.entities import JobSeeker, Language
from matcher.identity import holds_number
from matcher.intake import values
from matcher.reference import Reference

KILOMETRES = (3, 5, 10, 20, 40)
PAY_FLOORS = tuple(range(28_000, 62_000, 2_000))
YEARS = (0, 1, 3, 5, 10)
"""What the form offers to choose from."""

_LISTS, _NUMBERS = ("shifts", "employment"), ("commute_km", "pay_floor", "experience_years")
_WORDS = ("text", "district", "education")


def said(form: FormData) -> dict[str, Any]:
    """What somebody filled in, as it can be shown to them again."""
    fields: dict[str, Any] = {
        name: str(form.get(name, "")).strip() for name in (*_WORDS, *_NUMBERS)
    }
    fields |= {name: [str(word) for word in form.getlist(name)] for name in _LISTS}
    return fields | {
        "jobs": [code for code in form.getlist("jobs") if code in JOBS],
        "other": str(form.get("other", "")).strip(),
        "name": str(form.get("name", "")).strip(),
    }


def without_numbers(fields: dict[str, Any]) -> dict[str, Any]:
    """The fields without those that hold an identity number, which is neither kept nor shown."""
    return {
        name: "" if isinstance(value, str) and holds_number(value) else value
        for name, value in fields.items()
    }


def profile_in(
    fields: dict[str, Any], *, language: Language, today: date, reference: Reference
) -> JobSeeker:
    """The visitor as a profile; raises ValueError or InvalidInputError where it cannot be read."""
    jobs = [say(f"job.{code}", language) for code in fields["jobs"]]
    numbers = {name: _number(fields[name]) for name in _NUMBERS}
    body = ProfileBody(
        language=language,
        title=", ".join([*jobs, *filter(None, [fields["other"]])]),
        occupation=fields["jobs"][0] if len(fields["jobs"]) == 1 and not fields["other"] else None,
        **{name: fields[name] or None for name in ("district", "education")},
        **{name: fields[name] for name in ("text", *_LISTS)},
        **numbers,
    )
    name = values.text(fields["name"])
    if isinstance(name, values.Unreadable):
        raise ValueError(name.rule)
    return replace(profile_of(body, today, reference), name=name)


def _number(typed: str) -> int | None:
    return int(typed) if typed else None
