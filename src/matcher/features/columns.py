"""Seekers and vacancies as columns: what eligibility and features read, never Python objects.

Protected attributes have no column here, so that no model downstream can see one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from matcher.entities import JobSeeker, PayBasis, Vacancy
from matcher.features.reading import Lexicon, mentioned_licences, mentioned_occupations
from matcher.reference import Reference

EPOCH = date(1970, 1, 1)
NEVER = np.iinfo(np.int32).max
UNKNOWN = -1
"""Marks an unknown code in integer columns; unknown quantities are NaN."""
OCCUPATIONS, LEVELS = 3, 4
"""Occupation codes kept of a record, and digits in each; shorter codes end in spaces."""
HIRE_RATE_WEIGHT = 5.0
"""Ended courses that count as much as the whole bureau's share."""
PAY_BASES = (PayBasis.MONTH, PayBasis.DAY, PayBasis.HOUR, PayBasis.PIECE)

Column = NDArray[Any]


def day_number(day: date) -> int:
    """Days since 1970-01-01."""
    return (day - EPOCH).days


@dataclass(frozen=True, slots=True)
class Columns:
    """Arrays of one length; row i of each describes the same record."""

    ids: Column

    def __len__(self) -> int:
        return len(self.ids)

    def take(self, rows: Column) -> Self:
        """The chosen rows (positions or a mask), in that order."""
        return type(self)(**{f.name: getattr(self, f.name)[rows] for f in fields(self)})

    @classmethod
    def concatenate(cls, parts: Sequence[Self]) -> Self:
        """The rows of all parts, one after the other."""
        return cls(
            **{f.name: np.concatenate([getattr(p, f.name) for p in parts]) for f in fields(cls)}
        )

    def arrays(self) -> dict[str, Column]:
        """The columns by name."""
        return {f.name: getattr(self, f.name) for f in fields(self)}


@dataclass(frozen=True, slots=True)
class SeekerColumns(Columns):
    """What a seeker can do and wants. Masks hold one bit a code, in the order of the tables."""

    home: Column
    commute_km: Column
    districts_wanted: Column
    shifts: Column
    employment: Column
    pay_floor: Column
    pay_basis: Column
    education: Column
    experience: Column
    licences: Column
    licences_known: Column
    languages: Column
    languages_known: Column
    occupations: Column


@dataclass(frozen=True, slots=True)
class VacancyColumns(Columns):
    """What a vacancy offers and asks. `pay_top` is the highest figure stated and trusted.

    `sent` is how many people were referred to it so far. `employer_hire_rate` is the share of the
    people sent to its employer who were hired, smoothed, as `hire_rate` gives it; NaN where
    nobody's course has ended.
    """

    place: Column
    shifts: Column
    employment: Column
    pay_top: Column
    pay_basis: Column
    pay_withheld: Column
    education: Column
    experience: Column
    licences: Column
    licences_known: Column
    licences_mentioned: Column
    languages: Column
    languages_known: Column
    occupations: Column
    posted_on: Column
    closes_on: Column
    openings_left: Column
    sent: Column
    employer_hire_rate: Column


@dataclass(frozen=True, slots=True)
class Past:
    """What came of earlier referrals: `hire_rates` by employer, people `sent` by vacancy."""

    hire_rates: Mapping[str, float]
    sent: Mapping[str, int]


NOTHING_YET = Past({}, {})

SEEKER_TYPES: Mapping[str, str] = {
    "ids": "S32", "home": "i2", "commute_km": "f4", "districts_wanted": "u8", "shifts": "u1",
    "employment": "u1", "pay_floor": "f4", "pay_basis": "i1", "education": "i1", "experience": "f4",
    "licences": "u8", "licences_known": "?", "languages": "u4", "languages_known": "?",
    "occupations": "S12",
}  # fmt: skip
VACANCY_TYPES: Mapping[str, str] = {
    "ids": "S32", "place": "i2", "shifts": "u1", "employment": "u1", "pay_top": "f4",
    "pay_basis": "i1", "pay_withheld": "?", "education": "i1", "experience": "f4",
    "licences": "u8", "licences_known": "?", "licences_mentioned": "u8", "languages": "u4",
    "languages_known": "?", "occupations": "S12", "posted_on": "i4", "closes_on": "i4",
    "openings_left": "i4", "sent": "i4", "employer_hire_rate": "f4",
}  # fmt: skip


def seeker_columns(
    seekers: Iterable[JobSeeker], reference: Reference, lexicon: Lexicon
) -> SeekerColumns:
    """Columns of `seekers`, in their order."""
    places = reference.place_rows
    districts, licences, languages = _bit_maps(reference)
    rows = [
        (
            s.id.encode(),
            places.get(s.district or "", UNKNOWN),
            _number(s.commute_km),
            _mask(s.districts_wanted, districts),
            int(s.shifts),
            int(s.employment),
            _number(s.pay_floor),
            PAY_BASES.index(s.pay_floor_basis),
            _code(s.education or None),
            _number(s.experience_years),
            _mask(s.licences, licences),
            s.licences is not None,
            _mask(s.languages, languages),
            s.languages is not None,
            _packed(occupations_of(s, lexicon)),
        )
        for s in seekers
    ]
    return SeekerColumns(**_arrays(rows, SEEKER_TYPES))


def vacancy_columns(
    vacancies: Iterable[tuple[Vacancy, int]],
    reference: Reference,
    lexicon: Lexicon,
    past: Past = NOTHING_YET,
) -> VacancyColumns:
    """Columns of (vacancy, openings left), in their order, and what the `past` says of them.

    What `lexicon` reads out of texts is a hint for features and never a criterion.
    """
    places = reference.place_rows
    _, licences, languages = _bit_maps(reference)
    rows = [
        (
            v.id.encode(),
            places.get(v.place or "", UNKNOWN),
            int(v.shifts),
            int(v.employment),
            _number(None if v.pay.flag else v.pay.high or v.pay.low),
            UNKNOWN if v.pay.basis is None else PAY_BASES.index(v.pay.basis),
            v.pay.disclosed is False,
            _code(v.education),
            _number(v.experience_years),
            _mask(v.licences, licences),
            v.licences is not None,
            _mask(mentioned_licences(f"{v.title}\n{v.text}", lexicon=lexicon), licences),
            _mask(v.languages, languages),
            v.languages is not None,
            _packed(occupations_of(v, lexicon)),
            day_number(v.posted_on),
            _last_day(v),
            openings_left,
            past.sent.get(v.id, 0),
            past.hire_rates.get(v.employer_id, np.nan),
        )
        for v, openings_left in vacancies
    ]
    return VacancyColumns(**_arrays(rows, VACANCY_TYPES))


def hire_rate(hired: Column, ended: Column, overall: float | Column) -> Column:
    """Share of `ended` courses of referrals that ended in a hire, by employer, as float32.

    (hired + w * overall) / (ended + w) with w = HIRE_RATE_WEIGHT: the mean of a beta distribution
    centred on the whole bureau's share. NaN where none has ended.
    """
    smoothed = (hired + HIRE_RATE_WEIGHT * overall) / (ended + HIRE_RATE_WEIGHT)
    return np.where(ended > 0, smoothed, np.nan).astype(np.float32)


def licence_codes(mask: int, reference: Reference) -> list[str]:
    """Codes of the bits set in a licence mask."""
    return [code for bit, code in enumerate(reference.licences) if mask >> bit & 1]


def language_codes(mask: int, reference: Reference) -> list[str]:
    """Codes of the bits set in a language mask."""
    return [code for bit, code in enumerate(reference.languages) if mask >> bit & 1]


def occupations_of(record: JobSeeker | Vacancy, lexicon: Lexicon) -> tuple[str, ...]:
    """The code a record states, else those its words name: of a vacancy, the words of its title."""
    if record.occupation:
        return (record.occupation,)
    read = mentioned_occupations(record.title, lexicon=lexicon)
    if not read and isinstance(record, JobSeeker):
        read = mentioned_occupations(record.text, lexicon=lexicon)
    return read[:OCCUPATIONS]


def _packed(codes: Iterable[str]) -> bytes:
    packed = b"".join(code.encode().ljust(LEVELS) for code in codes)
    return packed.ljust(OCCUPATIONS * LEVELS)


def _bit_maps(reference: Reference) -> tuple[dict[str, int], dict[str, int], dict[str, int]]:
    districts, licences, languages = (
        {code: 1 << bit for bit, code in enumerate(table)}
        for table in (reference.districts, reference.licences, reference.languages)
    )
    return districts, licences, languages


def _mask(codes: Iterable[str] | None, bits: Mapping[str, int]) -> int:
    mask = 0
    for code in codes or ():
        mask |= bits.get(code, 0)
    return mask


def _number(value: float | None) -> float:
    return float("nan") if value is None else value


def _last_day(vacancy: Vacancy) -> int:
    by_date = NEVER if vacancy.closes_on is None else day_number(vacancy.closes_on)
    by_hand = NEVER if vacancy.closed_on is None else day_number(vacancy.closed_on) - 1
    return min(by_date, by_hand)


def _code(value: int | None) -> int:
    return UNKNOWN if value is None else int(value)


def _arrays(rows: Sequence[tuple[Any, ...]], types: Mapping[str, str]) -> dict[str, Column]:
    columns = zip(*rows, strict=True) if rows else ((),) * len(types)
    return {
        name: np.array(column, dtype=kind)
        for (name, kind), column in zip(types.items(), columns, strict=True)
    }
