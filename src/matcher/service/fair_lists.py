"""Lists at a job fair: what its booths offer, and then what the rest of the bureau does.

Two lists rather than one in another order: each is shown as it was ranked and logged, so what is
learnt from them later is true. The first searches the fair's own vacancies only, so that none is
lost among the thousands elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine

from matcher.db import fairs as db
from matcher.db.audit import Entry
from matcher.db.engine import reading
from matcher.db.store import must_get
from matcher.entities import Channel, JobFair, JobSeeker
from matcher.service.lists import Lists
from matcher.service.slates import Slate


@dataclass(frozen=True, slots=True, kw_only=True)
class FairSlate:
    """What a visitor is shown; `booths` are the numbers of each employer's booths here."""

    here: Slate
    elsewhere: Slate
    booths: Mapping[str, tuple[str, ...]]


class FairLists:
    """Match lists for visitors of a fair, in the words of `Lists`."""

    def __init__(self, engine: Engine, lists: Lists) -> None:
        self._engine = engine
        self._lists = lists

    def for_seeker(
        self,
        fair_id: str,
        seeker_id: str,
        *,
        here: int,
        elsewhere: int,
        station: str,
        look: Entry | None = None,
    ) -> FairSlate:
        """The best open vacancies for a registered person: so many `here`, so many `elsewhere`.

        `station` is the kiosk; the `look` at the person is logged once, with the first list.
        """
        of_booths, of_others, booths = self._split(fair_id)
        how: dict[str, Any] = {"channel": Channel.KIOSK, "station": station}
        return FairSlate(
            here=of_booths.for_seeker(seeker_id, k=here, look=look, **how),
            elsewhere=of_others.for_seeker(seeker_id, k=elsewhere, **how),
            booths=booths,
        )

    def for_profile(
        self, fair_id: str, profile: JobSeeker, *, here: int, elsewhere: int, station: str
    ) -> FairSlate:
        """The same for somebody nobody registered; nothing of the profile is kept."""
        of_booths, of_others, booths = self._split(fair_id)
        how: dict[str, Any] = {"channel": Channel.KIOSK, "station": station}
        return FairSlate(
            here=of_booths.for_profile(profile, k=here, **how),
            elsewhere=of_others.for_profile(profile, k=elsewhere, **how),
            booths=booths,
        )

    def _split(self, fair_id: str) -> tuple[Lists, Lists, dict[str, tuple[str, ...]]]:
        """Lists of the fair's vacancies, lists of all others, and the fair's booths."""
        with reading(self._engine) as connection:
            must_get(connection, JobFair, fair_id)
            numbers: dict[str, tuple[str, ...]] = {}
            for booth, employer in db.booths_of(connection, fair_id):
                numbers[employer.id] = (*numbers.get(employer.id, ()), booth.number)
            ids = db.vacancies_at(connection, fair_id)
        return *self._lists.split(ids), numbers
