"""Sessions of the pages: who signed in by key or account is known by a token in a cookie."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine, and_, delete, func, insert, or_, select, update

from matcher.db import tables
from matcher.db.engine import appending, reading
from matcher.errors import ForbiddenError, UnauthenticatedError
from matcher.service.keys import Keys, Principal, Role


@dataclass(frozen=True, slots=True)
class Limits:
    """After what time without a request, and after what time at all, a session ends."""

    idle: timedelta
    longest: timedelta


LIMITS: Mapping[Role, Limits] = {
    # A kiosk stands unused over lunch, and is set up anew for every fair.
    Role.KIOSK: Limits(idle=timedelta(hours=4), longest=timedelta(hours=12)),
    Role.COUNSELLOR: Limits(idle=timedelta(minutes=30), longest=timedelta(hours=10)),
    Role.SUPERVISOR: Limits(idle=timedelta(minutes=30), longest=timedelta(hours=10)),
    Role.ANALYST: Limits(idle=timedelta(minutes=30), longest=timedelta(hours=10)),
    Role.ADMIN: Limits(idle=timedelta(minutes=15), longest=timedelta(hours=10)),
}
NOTED_EVERY = timedelta(minutes=1)
"""How exactly it is noted when a session was last seen: not every request costs a write."""


class Sessions:
    """Opens, finds and ends sessions; of a token only its digest is kept."""

    def __init__(self, engine: Engine, keys: Keys) -> None:
        self._engine = engine
        self._keys = keys

    def open(self, key: str, *, roles: frozenset[Role], now: datetime) -> str:
        """The token of a new session for `key`, whose role must be one of `roles`.

        Raises UnauthenticatedError for a key that is not valid, ForbiddenError for another role.
        """
        principal = self._keys.authenticate(key)
        if principal.role not in roles:
            raise ForbiddenError(
                f"A key of the role {principal.role} may not be used here.",
                remedy=f"Use a key of one of the roles {', '.join(sorted(roles))}.",
                code="role_may_not",
            )
        table = tables.sessions
        with appending(self._engine) as connection:
            if principal.role is Role.KIOSK:
                # One key is one kiosk: who sets it up again ends what ran before.
                connection.execute(delete(table).where(table.c.key_id == principal.id))
            return _opened(connection, now, key_id=principal.id)

    def open_for(self, staff_id: str, *, now: datetime) -> str:
        """The token of a new session for the account of somebody who has proved who they are."""
        with appending(self._engine) as connection:
            return _opened(connection, now, staff_id=staff_id)

    def find(self, token: str, *, now: datetime) -> Principal:
        """Who holds `token`; raises UnauthenticatedError where it, its key or account has ended."""
        table, keys, staff = tables.sessions, tables.api_keys, tables.staff
        query = (
            select(
                table.c.opened_at,
                table.c.seen_at,
                func.coalesce(keys.c.id, staff.c.id).label("id"),
                func.coalesce(keys.c.role, staff.c.role).label("role"),
            )
            .join_from(table, keys, keys.c.id == table.c.key_id, isouter=True)
            .join(staff, staff.c.id == table.c.staff_id, isouter=True)
            .where(
                table.c.digest == digest(token),
                or_(
                    and_(keys.c.id.is_not(None), keys.c.revoked_at.is_(None)),
                    and_(staff.c.id.is_not(None), staff.c.disabled_at.is_(None)),
                ),
            )
        )
        with reading(self._engine) as connection:
            row = connection.execute(query).first()
        if row is None or not _lasts(LIMITS[Role(row.role)], row.opened_at, row.seen_at, now):
            raise UnauthenticatedError(
                "Nobody is signed in here, or not any more.", remedy="Sign in again."
            )
        if now - row.seen_at >= NOTED_EVERY:
            statement = update(table).where(table.c.digest == digest(token)).values(seen_at=now)
            with appending(self._engine) as connection:
                connection.execute(statement)
        return Principal(row.id, Role(row.role))

    def end(self, token: str) -> None:
        """End a session; one that has ended is left so."""
        table = tables.sessions
        with appending(self._engine) as connection:
            connection.execute(delete(table).where(table.c.digest == digest(token)))


def digest(token: str) -> str:
    """What is kept of a token, 64 hex digits: it has 256 random bits, so a plain hash is safe."""
    return hashlib.sha256(token.encode()).hexdigest()


def _opened(connection: Connection, now: datetime, **holder: str) -> str:
    """The token of a new session; those that have lasted their longest leave the table."""
    token, table = secrets.token_urlsafe(32), tables.sessions
    longest = max(limits.longest for limits in LIMITS.values())
    connection.execute(delete(table).where(table.c.opened_at < now - longest))
    connection.execute(
        insert(table).values(digest=digest(token), opened_at=now, seen_at=now, **holder)
    )
    return token


def _lasts(limits: Limits, opened_at: datetime, seen_at: datetime, now: datetime) -> bool:
    return now - seen_at < limits.idle and now - opened_at < limits.longest
