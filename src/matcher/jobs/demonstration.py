"""What makes a simulated bureau usable: a fair held today, a card to scan, somebody to find."""

from __future__ import annotations

from collections import Counter
from datetime import date
from itertools import islice

from sqlalchemy import Engine

from matcher.db.engine import reading, writing
from matcher.db.store import BATCH, active_seekers, get, holders, open_vacancies, upsert
from matcher.entities import Booth, JobFair
from matcher.identity import IdentityKey, digest
from matcher.simulation.records import MOST_SEEKERS, identity_number

BOOTHS = 12
"""Booths of the fair: of the simulated employers with most vacancies open."""


TRIED = 300_000
"""Numbers tried before giving up, which takes some seconds: of 400 people one is found in 5,000."""


def hold_fair(engine: Engine, today: date) -> JobFair:
    """The simulated fair of `today`, made where there is none yet: the simulated year is over."""
    fair = JobFair(
        id=f"SIM-F-{today:%Y%m%d}",
        name="模擬現場徵才活動",
        held_on=today,
        address="模擬會場（示範用）",
    )
    with writing(engine) as connection:
        if get(connection, JobFair, fair.id) is None:
            offers = Counter(v.employer_id for v, _ in open_vacancies(connection, today))
            hiring = [key for key, _ in offers.most_common() if key.startswith("SIM-")]
            booths = [
                Booth(fair_id=fair.id, number=str(at), employer_id=employer, interviewers=1)
                for at, employer in enumerate(hiring[:BOOTHS], start=1)
            ]
            for records in ([fair], booths):
                upsert(connection, records)
    return fair


def somebody_to_find(engine: Engine) -> str | None:
    """The id of the simulated person who registered last and looks for work, if there is one."""
    with reading(engine) as connection:
        looking = [one for one in active_seekers(connection) if one.id.startswith("SIM-")]
    newest = max(looking, key=lambda one: (one.registered_on, one.id), default=None)
    return newest.id if newest else None


def number_to_scan(engine: Engine, key: IdentityKey) -> str | None:
    """A simulated identity number of somebody on the register who looks for work, if there is one.

    The register holds digests only. So it is found by trying: the simulator has a million serials.
    """
    numbers = islice(
        (
            identity_number(serial, female=female)
            for serial in range(MOST_SEEKERS)
            for female in (False, True)
        ),
        TRIED,
    )
    with reading(engine) as connection:
        looking = {seeker.id for seeker in active_seekers(connection)}
        if not looking:
            return None
        while part := {digest(number, key).digest: number for number in islice(numbers, BATCH)}:
            for made, seeker_id in holders(connection, list(part)).items():
                if seeker_id in looking and seeker_id.startswith("SIM-"):
                    return part[made]
    return None
