"""Who is looked at apart: groups that are told of every method, never known to one. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np

from matcher.entities import JobSeeker, ProtectedAttributes
from matcher.evaluation.comparison import Groups
from matcher.evaluation.metrics import Rows
from matcher.features.columns import EPOCH

AGE_BANDS = {"under 25": (0, 25), "25-44": (25, 45), "45-64": (45, 65), "65 and over": (65, 200)}
"""From the first age to before the second; 45 is where the law begins to speak of middle age."""


def plain_groups(seekers: Sequence[JobSeeker]) -> Groups:
    """By the language people write and by the first two digits of their home's postal code."""
    named = {
        "language": [str(seeker.language) for seeker in seekers],
        "districts": [f"{s.district[:2]}x" if s.district else "unknown" for s in seekers],
    }
    return {
        f"{kind} {value}": np.array([own == value for own in values])
        for kind, values in named.items()
        for value in sorted(set(values))
    }


def protected_groups(people: Sequence[ProtectedAttributes | None], days: Rows) -> dict[str, Groups]:
    """By sex, and by age on the (q,) `days` of the queries; who is unknown is in no group."""
    sexes = [person.sex if person else None for person in people]
    ages = [
        _age(person.birth_date, EPOCH + timedelta(days=day))
        if person and person.birth_date
        else None
        for person, day in zip(people, days.tolist(), strict=True)
    ]
    return {
        "sex": {
            sex: np.array([own == sex for own in sexes]) for sex in sorted({*filter(None, sexes)})
        },
        "age": {
            band: np.array([age is not None and first <= age < end for age in ages])
            for band, (first, end) in AGE_BANDS.items()
        },
    }


def _age(born: date, day: date) -> int:
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))
