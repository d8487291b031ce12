"""What the encoder reads of a seeker and of a vacancy: what tells the work, never the person.

Seekers are encoded as queries and vacancies as passages, one vector each, and the same pair of
vectors serves both directions: a similarity means the same in every list.
"""

from __future__ import annotations

from matcher.entities import JobSeeker, Vacancy
from matcher.features.columns import occupations_of
from matcher.features.reading import Lexicon, common_names
from matcher.reference import Reference


def encoder_text(record: JobSeeker | Vacancy, reference: Reference, lexicon: Lexicon) -> str:
    """Title, occupations by their Chinese names, licences, and the record's own words.

    The names stand for the same work in every language; without them a long sentence about pay,
    places and hours drowns the word that matters (docs/decisions/0003-work-words.md).
    """
    codes = occupations_of(record, lexicon)
    official = [reference.occupations.get(code, "") for code in codes]
    names = dict.fromkeys([*official, *common_names(codes, lexicon=lexicon)])
    licences = [reference.licences[code]["zh"] for code in record.licences or ()]
    return _join(record.title, "、".join(filter(None, names)), "、".join(licences), record.text)


def _join(*parts: str) -> str:
    return "\n".join(part.strip() for part in parts if part.strip())
