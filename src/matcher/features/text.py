"""What the encoder reads of a seeker and of a vacancy: only what tells the work, never the person.

Seekers are encoded as queries and vacancies as passages, one vector each, and the same pair of
vectors serves both directions: a similarity means the same in every list.
"""

from __future__ import annotations

from matcher.entities import JobSeeker, Vacancy
from matcher.reference import Reference


def seeker_text(seeker: JobSeeker, reference: Reference) -> str:
    """The work a person looks for and what they say of themselves; no name, no home, no id."""
    licences = _names(seeker.licences, reference)
    return _join(
        seeker.title, reference.occupations.get(seeker.occupation or ""), licences, seeker.text
    )


def vacancy_text(vacancy: Vacancy, reference: Reference) -> str:
    """The work a vacancy offers."""
    licences = _names(vacancy.licences, reference)
    return _join(
        vacancy.title, reference.occupations.get(vacancy.occupation or ""), licences, vacancy.text
    )


def _names(codes: tuple[str, ...] | None, reference: Reference) -> str:
    return "、".join(reference.licences[code]["zh"] for code in codes or ())


def _join(*parts: str | None) -> str:
    return "\n".join(part.strip() for part in parts if part and part.strip())
