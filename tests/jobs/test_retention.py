"""What was kept long enough is erased by the night, and nothing before its time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, insert, select

from matcher.config import ROOT
from matcher.db import tables
from matcher.db.engine import reading, writing
from matcher.db.erasing import unfinished
from matcher.db.fair_plans import Visitor, keep_visitor, visitors_of
from matcher.db.store import get, upsert
from matcher.entities import (
    Channel,
    Employer,
    FairResume,
    Impression,
    JobFair,
    JobSeeker,
    Outcome,
    Placement,
    Programme,
    Referral,
    ReferralOutcome,
    SeekerStatus,
    Service,
    Step,
    Vacancy,
)
from matcher.errors import ConfigurationError
from matcher.jobs.retention import expire
from matcher.service.clock import day_of
from matcher.service.retention import TABLE, What, read_retention
from tests.bureau import NOON

KEPT = read_retention(ROOT / "data" / "reference")
TODAY = day_of(NOON)
LAST = TODAY - KEPT[What.PEOPLE]
"""Who was heard of on this day is kept one day more."""
EARLIER = LAST - timedelta(days=1)
SEEKER = JobSeeker(id="S-1", registered_on=EARLIER, status=SeekerStatus.PLACED)


def stored(engine: Engine, *records: object) -> None:
    with writing(engine, now=NOON) as connection:
        upsert(connection, [Employer(id="E-1", name="前鎮倉儲")])
        upsert(
            connection,
            [Vacancy(id="V-1", employer_id="E-1", title="倉管", openings=1, posted_on=EARLIER)],
        )
        upsert(connection, [JobFair(id="F-1", name="徵才", held_on=EARLIER)])
        for record in records:
            upsert(connection, [record])


def there(engine: Engine, key: str = "S-1") -> bool:
    with reading(engine) as connection:
        return get(connection, JobSeeker, key) is not None


HEARD: list[Callable[[date], list[object]]] = [
    lambda day: [Referral(id="R-1", seeker_id="S-1", vacancy_id="V-1", made_on=day)],
    lambda day: [
        Referral(id="R-1", seeker_id="S-1", vacancy_id="V-1", made_on=EARLIER),
        ReferralOutcome(referral_id="R-1", outcome=Outcome.HIRED, happened_on=day),
    ],
    lambda day: [Placement(id="P-1", seeker_id="S-1", placed_on=day)],
    lambda day: [FairResume(id="C-1", fair_id="F-1", handed_in_at=day, seeker_id="S-1")],
    lambda day: [
        Service(
            id="G-1",
            programme=Programme.VAN,
            step=Step.SERVED,
            happened_on=day,
            seeker_id="S-1",
        )
    ],
]


@pytest.mark.parametrize("heard", HEARD)
def test_whoever_was_heard_of_in_time_stays(engine: Engine, tmp_path: Path, heard):
    stored(engine, SEEKER, *heard(LAST))
    assert expire(engine, KEPT, tmp_path, now=NOON)["people"] == 0
    assert there(engine)
    assert expire(engine, KEPT, tmp_path, now=NOON + timedelta(days=1))["people"] == 1
    assert not there(engine)
    with reading(engine) as connection:
        assert [erasure.seeker_id for erasure in unfinished(connection)] == ["S-1"]


def test_whoever_still_looks_for_work_stays_however_long(engine: Engine, tmp_path: Path):
    stored(engine, replace(SEEKER, status=SeekerStatus.ACTIVE))
    assert expire(engine, KEPT, tmp_path, now=NOON)["people"] == 0
    assert there(engine)


def test_old_lists_visits_and_rejects_go_and_newer_ones_stay(engine: Engine, tmp_path: Path):
    old = NOON - KEPT[What.LISTS]
    second = timedelta(seconds=1)
    stored(engine, replace(SEEKER, registered_on=TODAY))
    shown = Impression(
        id="I-1", shown_at=old, channel=Channel.KIOSK, policy="p", items=(), seeker_id="S-1"
    )
    stored(engine, shown, replace(shown, id="I-2", shown_at=old - second))
    with writing(engine, now=NOON) as connection:
        for key, began in (("K-1", NOON), ("K-2", NOON - timedelta(hours=1))):
            connection.execute(
                insert(tables.api_keys).values(
                    id=key, name=key, role="kiosk", digest=key, created_at=NOON
                )
            )
            connection.execute(
                insert(tables.kiosks).values(
                    key_id=key, fair_id="F-1", tries=0, visit="x", visit_began_at=began,
                    visit_touched_at=began, page_due=False,
                )
            )  # fmt: skip
    for day in (TODAY - KEPT[What.REJECTS], TODAY - KEPT[What.REJECTS] - timedelta(days=1)):
        (tmp_path / day.isoformat()).mkdir()
    told = expire(engine, KEPT, tmp_path, now=NOON)
    assert {what: count for what, count in told.items() if count} == {
        "lists": 1,
        "visits": 1,
        "days of rejects": 1,
    }
    with reading(engine) as connection:
        assert get(connection, Impression, "I-1") == shown
        visits = select(func.count()).where(tables.kiosks.c.visit.is_not(None))
        assert connection.execute(visits).scalar() == 1
    assert len(list(tmp_path.glob("????-??-??"))) == 1
    assert not any(expire(engine, KEPT, tmp_path, now=NOON).values())


def test_who_was_at_a_fair_is_forgotten_a_day_later(engine: Engine, tmp_path: Path):
    stored(engine, replace(SEEKER, registered_on=TODAY))
    with writing(engine, now=NOON) as connection:
        for key, hours in (("old", 25), ("new", 2)):
            seen = NOON - timedelta(hours=hours)
            keep_visitor(connection, "F-1", Visitor(id=key, seeker_id=None, seen_at=seen))
    assert expire(engine, KEPT, tmp_path, now=NOON)["visits"] == 1
    with reading(engine) as connection:
        kept = visitors_of(connection, "F-1", since=NOON - timedelta(days=9))
    assert [visitor.id for visitor in kept] == ["new"]


@pytest.mark.parametrize(
    "rows",
    [
        "people,1,\n",
        "people,1,\nlists,1,\nrejects,0,\naudit,366,\n",
        "people,1,\nlists,x,\nrejects,1,\naudit,366,\n",
        "people,1,\nlists,1,\nrejects,1,\nrejects,2,\naudit,366,\n",
        "people,1,\nlists,1,\nrejects,1,\npets,2,\naudit,366,\n",
        "people,1,\nlists,1,\nrejects,1,\naudit,365,\n",
    ],
)
def test_a_table_that_does_not_tell_each_thing_once_is_refused(tmp_path: Path, rows: str):
    (tmp_path / TABLE).write_text(f"what,days,why\n{rows}", encoding="utf-8")
    with pytest.raises(ConfigurationError, match="for how many days"):
        read_retention(tmp_path)
