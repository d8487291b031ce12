"""Counts that are kept: never older than the day, renewed where the register changed."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import Engine

from matcher.entities import JobSeeker
from matcher.rates.measures import Measure
from matcher.service.overview import COUNTED_EVERY, Overview
from matcher.service.publication import Publisher
from tests.rates.register import noon, write

TODAY = date(2026, 4, 2)


class Watch:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.at = noon(TODAY)

    def __call__(self) -> datetime:
        return self.at


def seeker(key: str) -> JobSeeker:
    return JobSeeker(id=key, registered_on=date(2026, 3, 1))


def opened(engine: Engine) -> tuple[Watch, Overview]:
    watch = Watch()
    return watch, Overview(engine, Publisher(engine, watch), watch)


def registered(overview: Overview) -> int:
    return overview.newest().publication.whole.counts[Measure.SEEKERS_REGISTERED]


def test_what_was_counted_is_kept_until_it_is_counted_anew(engine: Engine):
    watch, overview = opened(engine)
    write(engine, seeker("S-1"), on=TODAY)
    assert registered(overview) == 1
    write(engine, seeker("S-2"), on=TODAY)
    overview.keep_fresh()
    assert registered(overview) == 1
    watch.at += COUNTED_EVERY
    assert registered(overview) == 1
    overview.keep_fresh()
    assert registered(overview) == 2


def test_where_nothing_changed_nothing_is_counted(engine: Engine):
    watch, overview = opened(engine)
    write(engine, seeker("S-1"), on=TODAY)
    first = overview.newest()
    watch.at += COUNTED_EVERY
    overview.keep_fresh()
    assert overview.newest() is first


def test_another_day_is_counted_anew_at_once(engine: Engine):
    watch, overview = opened(engine)
    overview.newest()
    watch.at += timedelta(days=1)
    assert overview.newest().publication.period.last == TODAY + timedelta(days=1)
