"""API keys: random secrets of which only a digest is kept, each bound to a role."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Engine, insert, select, update

from matcher.db import tables
from matcher.db.engine import reading, writing
from matcher.errors import NotFoundError, UnauthenticatedError

PREFIX = "mk"
FRESH_SECONDS = 1.0
"""How long a key that was found valid is let in without looking it up again."""


class Role(StrEnum):
    """Who calls: what each may do stands with the endpoints."""

    KIOSK = "kiosk"
    COUNSELLOR = "counsellor"
    SUPERVISOR = "supervisor"
    ANALYST = "analyst"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Principal:
    """An authenticated caller; `id` is that of an API key or of an account."""

    id: str
    role: Role


@dataclass(frozen=True, slots=True)
class KeyInfo:
    """A key as the list of keys shows it: never its secret."""

    id: str
    name: str
    role: Role
    created_at: datetime
    revoked_at: datetime | None


class Keys:
    """Issues, checks and revokes API keys.

    A key that is revoked here ends at once; one revoked by another process within FRESH_SECONDS.
    """

    def __init__(
        self, engine: Callable[[], Engine], *, seconds: Callable[[], float] = time.monotonic
    ) -> None:
        self._engine = engine
        self._seconds = seconds
        self._valid: dict[str, tuple[float, Principal]] = {}

    def create(self, *, name: str, role: Role, now: datetime) -> str:
        """A new key, shown this once: `mk_<id>_<secret>`."""
        key_id, secret = secrets.token_hex(6), secrets.token_urlsafe(32)
        with writing(self._engine()) as connection:
            connection.execute(
                insert(tables.api_keys).values(
                    id=key_id, name=name, role=role, digest=_digest(secret), created_at=now
                )
            )
        return f"{PREFIX}_{key_id}_{secret}"

    def authenticate(self, key: str) -> Principal:
        """Who presents `key`; raises UnauthenticatedError for an unknown or revoked one."""
        if known_caller := self.remembered(key):
            return known_caller
        # Taken before the look: what a revocation forgets meanwhile is not remembered after it.
        valid, now = self._valid, self._seconds()
        prefix, _, rest = key.partition("_")
        key_id, _, secret = rest.partition("_")
        table = tables.api_keys
        with reading(self._engine()) as connection:
            row = connection.execute(select(table).where(table.c.id == key_id)).first()
        known = row.digest if row else _digest("")
        matches = hmac.compare_digest(known, _digest(secret))
        if row is None or row.revoked_at or not matches or prefix != PREFIX:
            raise UnauthenticatedError(
                "The API key is not valid.", remedy="Ask an administrator for a new key."
            )
        principal = Principal(key_id, Role(row.role))
        valid[_digest(key)] = (now + FRESH_SECONDS, principal)
        return principal

    def remembered(self, key: str) -> Principal | None:
        """Who presents `key`, if it was found valid within FRESH_SECONDS: asks no database."""
        until, principal = self._valid.get(_digest(key), (0.0, None))
        return principal if self._seconds() < until else None

    def revoke(self, key_id: str, *, now: datetime) -> None:
        """End a key for good; raises NotFoundError for an unknown one."""
        table = tables.api_keys
        statement = update(table).where(table.c.id == key_id).values(revoked_at=now)
        with writing(self._engine()) as connection:
            if connection.execute(statement).rowcount == 0:
                raise NotFoundError(
                    f"There is no key {key_id!r}.", remedy="See `matcher key list`."
                )
        self._valid = {}

    def all(self) -> list[KeyInfo]:
        """All keys, oldest first."""
        table = tables.api_keys
        with reading(self._engine()) as connection:
            rows = connection.execute(select(table).order_by(table.c.created_at, table.c.id))
            return [KeyInfo(r.id, r.name, Role(r.role), r.created_at, r.revoked_at) for r in rows]


def _digest(secret: str) -> str:
    # The secret has 256 random bits: a plain hash is safe, a slow one would only cost time.
    return hashlib.sha256(secret.encode()).hexdigest()
