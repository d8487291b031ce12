"""Erases what was kept long enough: the night asks every day, so that nobody has to."""

from __future__ import annotations

import shutil
from datetime import date, datetime
from pathlib import Path

from sqlalchemy import Engine

from matcher.db.audit_seals import drop_entries_before, seal
from matcher.db.engine import appending, writing
from matcher.db.erasing import erase
from matcher.db.expired import (
    drop_lists_before,
    drop_visits_before,
    people_last_heard_of_before,
)
from matcher.db.fair_plans import forget_visitors
from matcher.entities import ErasureReason
from matcher.service.clock import day_of
from matcher.service.fair_plan import KEPT
from matcher.service.kiosks import LONGEST
from matcher.service.retention import Retention, What

BY = "night"
"""Who asks for these erasures."""


def expire(engine: Engine, retention: Retention, rejects: Path, *, now: datetime) -> dict[str, int]:
    """Erase what is over its time `now`; returns how much of each.

    People leave the register here, and files when `finish_erasures` is called next. The audit log
    is sealed first: what leaves it has been counted.
    """
    seal(engine, now=now)
    with appending(engine) as connection:
        entries = drop_entries_before(connection, now - retention[What.AUDIT])
    today = day_of(now)
    with writing(engine, now=now) as connection:
        people = people_last_heard_of_before(connection, today - retention[What.PEOPLE])
        for seeker_id in people:
            erase(connection, seeker_id, reason=ErasureReason.EXPIRED, by=BY, now=now)
        lists = drop_lists_before(connection, now - retention[What.LISTS])
        visits = drop_visits_before(connection, now - LONGEST)
        visits += forget_visitors(connection, before=now - KEPT)
    days = _days_before(rejects, today - retention[What.REJECTS])
    for folder in days:
        shutil.rmtree(folder)
    return {
        "people": len(people),
        "lists": lists,
        "visits": visits,
        "days of rejects": len(days),
        "audit entries": entries,
    }


def _days_before(folder: Path, day: date) -> list[Path]:
    return [path for path in folder.glob("????-??-??") if path.name < day.isoformat()]
