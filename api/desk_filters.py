"""Filters of a list as an address carries them: lawful criteria only, by codes of the tables."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from api.lists import Order
from matcher.entities import Employment, Shift
from matcher.errors import InvalidInputError
from matcher.reference import Reference
from matcher.service.desk import Wanted

PAYS = tuple(range(28_000, 62_000, 2_000))
"""NT$ a month to choose from."""
SHIFTS = {shift.name.lower(): shift for shift in Shift if shift.name}
EMPLOYMENTS = {form.name.lower(): form for form in Employment if form.name}
FIELDS = ("district", "shift", "employment", "pay", "licence", "words", "order")
MOST_WORDS = 60


def wanted_in(query: Mapping[str, str], reference: Reference) -> Wanted:
    """The filters; raises InvalidInputError for a code or figure that the form does not offer."""
    told = {name: query.get(name, "").strip() for name in FIELDS}
    pay = told["pay"]
    if (
        (told["district"] and told["district"] not in reference.districts)
        or (told["licence"] and told["licence"] not in reference.licences)
        or (told["shift"] and told["shift"] not in SHIFTS)
        or (told["employment"] and told["employment"] not in EMPLOYMENTS)
        or (pay and pay not in map(str, PAYS))
        or told["order"] not in ("", Order.OWN)
        or len(told["words"]) > MOST_WORDS
    ):
        raise InvalidInputError(
            "A filter holds what its form does not offer.",
            remedy="Choose from the form.",
            code="filter_unknown",
        )
    return Wanted(
        district=told["district"] or None,
        shift=SHIFTS.get(told["shift"], Shift(0)),
        employment=EMPLOYMENTS.get(told["employment"], Employment(0)),
        pay=int(pay) if pay else None,
        licence=told["licence"] or None,
        words=told["words"],
        own=told["order"] == Order.OWN,
    )


def carried(query: Mapping[str, str]) -> str:
    """The filters of an address, to be joined to another; empty where there are none."""
    told = {name: query[name] for name in FIELDS if query.get(name)}
    return f"?{urlencode(told)}" if told else ""
