"""What was kept long enough: people nobody has heard of for long, old lists, abandoned visits."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Connection, delete, exists, select, update

from matcher.db import tables
from matcher.entities import SeekerStatus


def people_last_heard_of_before(connection: Connection, day: date) -> list[str]:
    """Who no longer looks for work and of whom nothing was recorded since `day`, by id."""
    t, person = tables, tables.job_seekers.c
    heard = (
        (t.referrals, t.referrals.c.made_on),
        (t.placements, t.placements.c.placed_on),
        (t.fair_resumes, t.fair_resumes.c.handed_in_at),
        (t.services, t.services.c.happened_on),
    )
    outcome = (
        exists()
        .where(t.referrals.c.seeker_id == person.id)
        .where(t.referral_outcomes.c.referral_id == t.referrals.c.id)
        .where(t.referral_outcomes.c.happened_on >= day)
    )
    query = select(person.id).where(
        person.status != SeekerStatus.ACTIVE,
        person.registered_on < day,
        *(~exists().where(table.c.seeker_id == person.id, on >= day) for table, on in heard),
        ~outcome,
    )
    return list(connection.execute(query.order_by(person.id)).scalars())


def drop_lists_before(connection: Connection, moment: datetime) -> int:
    """Delete the lists shown before `moment`; returns how many there were."""
    table = tables.impressions
    return int(connection.execute(delete(table).where(table.c.shown_at < moment)).rowcount)


def drop_visits_before(connection: Connection, moment: datetime) -> int:
    """Wipe the visits at kiosks that began before `moment`; returns how many there were."""
    table = tables.kiosks
    gone = (
        update(table)
        .where(table.c.visit_began_at < moment)
        .values(visit=None, visit_began_at=None, visit_touched_at=None, page_due=False)
    )
    return int(connection.execute(gone).rowcount)
