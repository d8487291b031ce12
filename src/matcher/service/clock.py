"""The one place that reads the clock; tests hand in their own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

Clock = Callable[[], datetime]

TAIPEI = ZoneInfo("Asia/Taipei")


def now() -> datetime:
    """This moment, in UTC."""
    return datetime.now(UTC)


def day_of(moment: datetime) -> date:
    """The bureau's calendar day at `moment`."""
    return moment.astimezone(TAIPEI).date()


def start_of(day: date) -> datetime:
    """The moment at which the bureau's calendar day `day` begins."""
    return datetime.combine(day, time(), TAIPEI)


def end_of(day: date) -> datetime:
    """The moment at which the bureau's calendar day `day` is over."""
    return datetime.combine(day + timedelta(days=1), time(), TAIPEI)
