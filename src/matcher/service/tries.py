"""Failed tries to sign in, counted so that whoever guesses has to wait longer each time."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine, Row, delete, insert, select, update

from matcher.db import tables
from matcher.db.engine import appending
from matcher.errors import TooManyRequestsError

FREE = {"name": 5, "address": 30}
"""Tries before the first wait. Many people may share one address of an office."""
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=30), timedelta(minutes=15)
FORGOTTEN_AFTER = timedelta(days=1)


def wait_after(tries: int, free: int) -> timedelta:
    """How long nobody is let in after so many tries: twice as long after each one."""
    if tries < free:
        return timedelta(0)
    # Ten doublings are longer than the longest wait, and keep the number small.
    factor: int = 2 ** min(tries - free, 10)
    return min(LONGEST_WAIT, FIRST_WAIT * factor)


class Tries:
    """Counts tries for names and addresses, of which only digests are kept.

    A name that no account has is counted like any other, so that nobody learns which there are.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def count(self, *, name: str, address: str, now: datetime) -> None:
        """Count a try before its outcome is known; raises TooManyRequestsError during a wait.

        What is tried during a wait is not looked at and not counted.
        """
        table = tables.sign_in_tries
        asked = {_digest("name", name): "name", _digest("address", address): "address"}
        with appending(self._engine) as connection:
            if connection.dialect.name == "postgresql":
                connection.exec_driver_sql("LOCK TABLE sign_in_tries IN EXCLUSIVE MODE")
            connection.execute(delete(table).where(table.c.last_at < now - FORGOTTEN_AFTER))
            found = connection.execute(select(table).where(table.c.who.in_(list(asked))))
            known = {row.who: row for row in found}
            _refuse_early(known, asked, now)
            for who in asked:
                if who in known:
                    change = update(table).where(table.c.who == who)
                    connection.execute(change.values(tries=table.c.tries + 1, last_at=now))
                else:
                    connection.execute(insert(table).values(who=who, tries=1, last_at=now))

    def succeeded(self, *, name: str, address: str) -> None:
        """The try was right: the name starts anew, and the address is owed this one."""
        table = tables.sign_in_tries
        here = table.c.who == _digest("address", address)
        with appending(self._engine) as connection:
            connection.execute(delete(table).where(table.c.who == _digest("name", name)))
            connection.execute(update(table).where(here).values(tries=table.c.tries - 1))

    def forget(self, name: str) -> None:
        """Let this name be tried at once again."""
        table = tables.sign_in_tries
        with appending(self._engine) as connection:
            connection.execute(delete(table).where(table.c.who == _digest("name", name)))


def _refuse_early(known: Mapping[str, Row[Any]], asked: Mapping[str, str], now: datetime) -> None:
    for who, row in known.items():
        left = row.last_at + wait_after(row.tries, FREE[asked[who]]) - now
        if left > timedelta(0):
            raise TooManyRequestsError(
                "Too many tries to sign in have failed.",
                remedy="Wait up to 15 minutes, or have the password set anew.",
                seconds=math.ceil(left.total_seconds()),
            )


def _digest(kind: str, value: str) -> str:
    return hashlib.sha256(f"{kind}:{value}".encode()).hexdigest()
