"""What figures can be told by: which field of an event, or of one it names, holds each dimension.

A dimension of what an event names is that of its newest recorded state, as everything is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from matcher.rates.events import Kind
from matcher.rates.periods import Span


class Dimension(StrEnum):
    """What a figure may be filtered and broken down by, besides time."""

    DISTRICT = "district"
    OCCUPATION = "occupation"
    EMPLOYER = "employer"
    FAIR = "fair"
    FAIR_TYPE = "fair_type"
    FAIR_SIZE = "fair_size"


By = Span | Dimension


@dataclass(frozen=True, slots=True)
class Held:
    """Where a value stands: in the event's own `column`, or in that of the event of the record
    which its field `link` names.
    """

    column: str
    link: str | None = None


LINKED: Mapping[str, Kind] = {
    "person": Kind.SEEKER_REGISTERED,
    "vacancy": Kind.VACANCY_REGISTERED,
    "fair": Kind.FAIR_HELD,
    "booth": Kind.BOOTH_TAKEN,
}
"""The kind of event that each naming field leads to."""

_D = Dimension
_OF_A_PLACE = {
    _D.DISTRICT: (Held("district"),),
    _D.OCCUPATION: (Held("occupation"),),
}
HELD: Mapping[Kind, Mapping[Dimension, tuple[Held, ...]]] = {
    Kind.SEEKER_REGISTERED: _OF_A_PLACE,
    Kind.SEEKER_PLACED: {
        _D.DISTRICT: (Held("district", "person"),),
        _D.OCCUPATION: (Held("occupation", "person"),),
    },
    Kind.VACANCY_REGISTERED: _OF_A_PLACE | {_D.EMPLOYER: (Held("employer"),)},
    Kind.OPENINGS_FILLED: {
        _D.DISTRICT: (Held("district", "vacancy"),),
        _D.OCCUPATION: (Held("occupation", "vacancy"),),
        _D.EMPLOYER: (Held("employer", "vacancy"),),
    },
    Kind.FAIR_HELD: {
        _D.DISTRICT: (Held("district"),),
        _D.FAIR: (Held("fair"),),
        _D.FAIR_TYPE: (Held("fair_type"),),
        _D.FAIR_SIZE: (Held("fair"),),
    },
    Kind.RESUME_HANDED_IN: {
        _D.DISTRICT: (Held("district", "fair"),),
        _D.OCCUPATION: (Held("occupation", "vacancy"),),
        _D.EMPLOYER: (Held("employer", "booth"), Held("employer", "vacancy")),
        _D.FAIR: (Held("fair"),),
        _D.FAIR_TYPE: (Held("fair_type", "fair"),),
        _D.FAIR_SIZE: (Held("fair"),),
    },
    Kind.PROGRAMME_STEP: {
        _D.DISTRICT: (Held("district"), Held("district", "person")),
        _D.OCCUPATION: (Held("occupation"), Held("occupation", "person")),
        _D.EMPLOYER: (Held("employer"),),
        _D.FAIR: (Held("fair"),),
    },
}
"""The first place that holds a value counts; a fair's size is that of the fair found."""

SIZES = ((1, "1"), (5, "2-5"), (20, "6-20"), (None, "21+"))
"""Classes of fairs by employers at their booths: the most each holds, and its key."""

OCCUPATION_DIGITS = 1
"""Occupations are told by major group (大類): codes of any level have that digit."""
