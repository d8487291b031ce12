"""Who is looked at apart: groups that are told of every method, never known to one. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

import numpy as np

from matcher.entities import JobSeeker, ProtectedAttributes, Vacancy
from matcher.evaluation.comparison import Groups
from matcher.evaluation.metrics import Rows
from matcher.features.columns import EPOCH

AGE_BANDS = {"under 25": (0, 25), "25-44": (25, 45), "45-64": (45, 65), "65 and over": (65, 200)}
"""From the first age to before the second; 45 is where the law begins to speak of middle age."""
NO_SPECIAL_GROUP = "none"


def plain_groups(records: Sequence[JobSeeker] | Sequence[Vacancy]) -> Groups:
    """By language written, first two digits of the postal code, and major group of occupation."""
    named = {
        "language": [str(record.language) for record in records],
        "districts": [f"{code[:2]}x" if (code := _place(r)) else "unknown" for r in records],
        "occupations": [f"{r.occupation[:1]}xxx" if r.occupation else "unknown" for r in records],
    }
    return {
        f"{kind} {value}": np.array([own == value for own in values])
        for kind, values in named.items()
        for value in sorted(set(values))
    }


def protected_groups(people: Sequence[ProtectedAttributes | None], days: Rows) -> dict[str, Groups]:
    """By sex, special group, and age on the (q,) `days` of the questions.

    Who is unknown is in no group; one person may be in several special groups.
    """
    sexes = [person.sex if person else None for person in people]
    special = [
        (person.special_groups or (NO_SPECIAL_GROUP,)) if person else () for person in people
    ]
    ages = [
        _age(person.birth_date, EPOCH + timedelta(days=day))
        if person and person.birth_date
        else None
        for person, day in zip(people, days.tolist(), strict=True)
    ]
    return {
        "sex": {sex: np.array([own == sex for own in sexes]) for sex in _values(sexes)},
        "age": {
            band: np.array([age is not None and first <= age < end for age in ages])
            for band, (first, end) in AGE_BANDS.items()
        },
        "special group": {
            group: np.array([group in own for own in special])
            for group in _values(group for own in special for group in own)
        },
    }


def _place(record: JobSeeker | Vacancy) -> str | None:
    return record.district if isinstance(record, JobSeeker) else record.place


def _values(values: Iterable[str | None]) -> list[str]:
    return sorted({value for value in values if value})


def _age(born: date, day: date) -> int:
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))
