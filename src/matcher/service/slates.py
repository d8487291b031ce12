"""A list as it was shown, and what is logged of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from matcher.entities import (
    Channel,
    Employer,
    Impression,
    JobSeeker,
    Vacancy,
)
from matcher.pipeline import (
    Candidate,
)
from matcher.ranking.exploration import Swap
from matcher.rates.registry import Rate


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a list with the record behind it as the register holds it now."""

    candidate: Candidate
    vacancy: Vacancy | None = None
    openings_left: int | None = None
    employer: Employer | None = None
    seeker: JobSeeker | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Slate:
    """A list as shown and logged, with all that tells how it came about.

    `trained` says whether the ranker was learnt from placements; `plan` names the plan by whose
    prices the openings were shared out, if any. `exploration` is the share of such
    lists in which chance exchanges two places, `swap` the ranks it exchanged here.
    """

    impression_id: str
    made_at: datetime
    lines: tuple[Line, ...]
    eligible: int
    index_generation: str
    change_seq: int
    encoder: str
    ranker: str
    trained: bool
    plan: str | None
    exploration: float | None
    swap: Swap | None
    rates: tuple[Rate, ...]
    simulated: bool


def impression_of(
    slate: Slate,
    channel: Channel,
    *,
    seeker_id: str | None = None,
    vacancy_id: str | None = None,
) -> Impression:
    """What is logged of a list that was shown to, or for, one of either side or nobody known."""
    return Impression(
        id=slate.impression_id,
        shown_at=slate.made_at,
        channel=channel,
        policy=slate.ranker,
        items=tuple((line.candidate.id, line.candidate.score) for line in slate.lines),
        seeker_id=seeker_id,
        vacancy_id=vacancy_id,
        index_generation=slate.index_generation,
        plan=slate.plan,
        exploration=slate.exploration,
        swapped=slate.swap or (),
        chances=tuple(
            line.candidate.hired for line in slate.lines if line.candidate.hired is not None
        ),
    )
