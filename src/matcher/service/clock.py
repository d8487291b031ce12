"""The one place that reads the clock; tests hand in their own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

Clock = Callable[[], datetime]

TAIPEI = ZoneInfo("Asia/Taipei")


def now() -> datetime:
    """This moment, in UTC."""
    return datetime.now(UTC)


def day_of(moment: datetime) -> date:
    """The bureau's calendar day at `moment`."""
    return moment.astimezone(TAIPEI).date()
