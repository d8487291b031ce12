"""Accounts of people who work at the bureau: made by command, proved by password or provider."""

from __future__ import annotations

import re
import secrets
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from threading import BoundedSemaphore
from uuid import uuid4

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from sqlalchemy import Connection, Engine, delete, insert, select, update

from matcher.db import tables
from matcher.db.engine import appending, reading
from matcher.errors import ConflictError, InvalidInputError, NotFoundError, UnauthenticatedError
from matcher.identity import holds_number
from matcher.service.keys import Role
from matcher.service.tries import Tries

ROLES = (Role.COUNSELLOR, Role.SUPERVISOR, Role.ANALYST)
"""What an account may be; kiosks and programs have keys."""
SHORTEST, LONGEST = 12, 128
"""Characters of a password."""

_NAME = re.compile(r"[\w.@-]{2,64}")
_HASHER = PasswordHasher()
_TURNS = BoundedSemaphore(2)
"""A hash takes 64 MiB: a crowd at the door must not take the memory of the lists."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Somebody who works here. `subject` is what an identity provider calls them."""

    id: str
    name: str
    role: Role
    subject: str | None
    created_at: datetime
    disabled_at: datetime | None


class Accounts:
    """Makes accounts and tells who somebody is; passwords and failed names are never told."""

    def __init__(self, engine: Engine, tries: Tries) -> None:
        self._engine = engine
        self._tries = tries
        # What a name that no account has is held against, so that it takes as long.
        self._nobody = _hashed(secrets.token_urlsafe(32))

    def add(
        self,
        name: str,
        *,
        role: Role,
        password: str | None = None,
        subject: str | None = None,
        now: datetime,
    ) -> str:
        """A new account; gives its id. Raises ConflictError where name or subject is taken.

        Without a password only an identity provider can let them in, by `subject`.
        """
        plain = _plain_name(name)
        if role not in ROLES:
            raise InvalidInputError(
                f"An account cannot have the role {role}.",
                remedy=f"Choose one of {', '.join(ROLES)}; others use keys (`matcher key`).",
            )
        row = {
            "id": uuid4().hex,
            "name": plain,
            "role": role,
            "password": None if password is None else _hash(password, plain),
            "subject": subject or None,
            "created_at": now,
        }
        table = tables.staff
        with appending(self._engine) as connection:
            taken = table.c.name == plain
            if subject:
                taken |= table.c.subject == subject
            if connection.execute(select(table.c.id).where(taken)).first():
                raise ConflictError(
                    "There is an account of that name or subject.",
                    remedy="See `matcher staff list`; a disabled account keeps its name.",
                )
            connection.execute(insert(table).values(row))
        return str(row["id"])

    def all(self) -> list[Account]:
        """All accounts by name."""
        table = tables.staff
        with reading(self._engine) as connection:
            rows = connection.execute(select(table).order_by(table.c.name))
            return [
                Account(
                    id=row.id,
                    name=row.name,
                    role=Role(row.role),
                    subject=row.subject,
                    created_at=row.created_at,
                    disabled_at=row.disabled_at,
                )
                for row in rows
            ]

    def for_trying(self, *, now: datetime) -> dict[Role, str]:
        """An account of each role, named as its role, with a new password: for a simulation."""
        names = {account.name for account in self.all()}
        made = {role: generated_password() for role in ROLES}
        for role, password in made.items():
            if role in names:
                self.set_password(role, password)
            else:
                self.add(role, role=role, password=password, now=now)
        return made

    def disable(self, name: str, *, now: datetime) -> None:
        """Let nobody in by this account any more; its sessions end."""
        with appending(self._engine) as connection:
            staff_id = _must_find(connection, name)
            table = tables.staff
            connection.execute(update(table).where(table.c.id == staff_id).values(disabled_at=now))
            _end_sessions(connection, staff_id)

    def set_password(self, name: str, password: str) -> None:
        """Give an account another password, and open it again; its sessions and waits end."""
        hashed = _hash(password, _plain_name(name))
        with appending(self._engine) as connection:
            staff_id = _must_find(connection, name)
            table = tables.staff
            connection.execute(
                update(table)
                .where(table.c.id == staff_id)
                .values(password=hashed, disabled_at=None)
            )
            _end_sessions(connection, staff_id)
        self._tries.forget(_plain(name))

    def enter(self, name: str, password: str, *, address: str, now: datetime) -> str:
        """The id of the account that has this name and password.

        Raises UnauthenticatedError, the same for every way to be wrong and as late, and
        TooManyRequestsError during a wait. `address` is where the request came from.
        """
        plain = _plain(name)
        self._tries.count(name=plain, address=address, now=now)
        table = tables.staff
        with reading(self._engine) as connection:
            row = connection.execute(select(table).where(table.c.name == plain)).first()
        known = row is not None and row.password is not None and row.disabled_at is None
        right = _verified(row.password if row is not None and known else self._nobody, password)
        if row is None or not known or not right:
            raise UnauthenticatedError(
                "Name and password do not belong together.", remedy="Type both again."
            )
        self._tries.succeeded(name=plain, address=address)
        if _HASHER.check_needs_rehash(row.password):
            with appending(self._engine) as connection:
                change = update(table).where(table.c.id == row.id)
                connection.execute(change.values(password=_hashed(password)))
        return str(row.id)

    def of_subject(self, subject: str) -> str:
        """The id of the account that a provider calls `subject`; else UnauthenticatedError."""
        table = tables.staff
        query = select(table.c.id).where(table.c.subject == subject, table.c.disabled_at.is_(None))
        with reading(self._engine) as connection:
            found = connection.execute(query).scalar()
        if found is None:
            raise UnauthenticatedError(
                "No account belongs to whom the provider names.",
                remedy="Have one made with `matcher staff add --subject`.",
            )
        return str(found)


def generated_password() -> str:
    """A password of 120 random bits, to be printed once."""
    return secrets.token_urlsafe(15)


def _plain(name: str) -> str:
    return unicodedata.normalize("NFKC", name).strip().casefold()


def _plain_name(name: str) -> str:
    plain = _plain(name)
    if not _NAME.fullmatch(plain) or holds_number(plain):
        raise InvalidInputError(
            "This cannot be the name of an account.",
            remedy="Use 2 to 64 letters, digits and . @ - _, and no identity number.",
        )
    return plain


def _must_find(connection: Connection, name: str) -> str:
    table = tables.staff
    found = connection.execute(select(table.c.id).where(table.c.name == _plain(name))).scalar()
    if found is None:
        raise NotFoundError("There is no account of that name.", remedy="See `matcher staff list`.")
    return str(found)


def _end_sessions(connection: Connection, staff_id: str) -> None:
    table = tables.sessions
    connection.execute(delete(table).where(table.c.staff_id == staff_id))


def _hash(password: str, name: str) -> str:
    """The argon2id hash of a new password; raises InvalidInputError for one easily guessed."""
    if not SHORTEST <= len(password) <= LONGEST or name in password.casefold():
        raise InvalidInputError(
            "This password is too short, too long, or holds the name.",
            remedy=f"Choose {SHORTEST} to {LONGEST} characters without the name.",
        )
    return _hashed(password)


def _hashed(password: str) -> str:
    with _TURNS:
        return _HASHER.hash(unicodedata.normalize("NFKC", password))


def _verified(hashed: str, password: str) -> bool:
    try:
        with _TURNS:
            return _HASHER.verify(hashed, unicodedata.normalize("NFKC", password))
    except VerifyMismatchError:
        return False
