"""Kiosks at fairs: each bound to a key and a fair, holding one visit, which it alone can read.

A page is shown once. Whoever loads it again, or goes back to it, finds an empty kiosk: the visit is
gone. What is kept of a visit while it lasts is enciphered with the token in the kiosk's cookie, of
which the database knows only a digest; so neither it nor a copy of it can be read.
"""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64encode
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Any

import orjson
from cryptography.fernet import Fernet
from sqlalchemy import Connection, Engine, Row, insert, select, update

from matcher.db import tables
from matcher.db.engine import appending, reading
from matcher.db.store import must_get
from matcher.entities import JobFair, Language
from matcher.errors import TooManyRequestsError, UnauthenticatedError
from matcher.service.clock import Clock
from matcher.service.keys import Role
from matcher.service.limits import WITHIN_S, wait_for
from matcher.service.sessions import Sessions

IDLE = timedelta(seconds=60)
"""After what time without a touch a visit is wiped."""
GRACE = timedelta(seconds=15)
"""How much later the service does it where the page did not."""
LONGEST = timedelta(minutes=30)
"""After what time a visit is wiped whatever happens."""
TRIES = 12
"""How many numbers, lists and files one kiosk may ask for within a minute: more than visitors need,
and too few to try numbers out."""


class Page(StrEnum):
    """Where a visitor is."""

    START = "start"
    CONFIRM = "confirm"
    UNKNOWN = "unknown"
    FORM = "form"
    LIST = "list"


@dataclass(frozen=True, slots=True)
class Kiosk:
    """A kiosk that is set up: the token of its session, its key and its fair."""

    token: str = field(repr=False)
    key_id: str
    fair_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """What a kiosk holds of its visitor; plain values, since it is kept as JSON.

    `resume` has the fields of the e-résumé by name, `lists` what is shown in each language,
    `handed_in` the number of the résumé for each vacancy, `notice` the key of a message. In the
    plan of the fair, if it has one, they are `visitor_id`, and `route` has times and booths.
    """

    page: Page = Page.START
    language: Language = Language.ZH
    notice: str = ""
    seeker_id: str | None = None
    name: str = ""
    resume: dict[str, Any] = field(default_factory=dict)
    lists: dict[str, Any] = field(default_factory=dict)
    handed_in: dict[str, int] = field(default_factory=dict)
    visitor_id: str | None = None
    route: list[list[str]] = field(default_factory=list)


class Kiosks:
    """Sets kiosks up, and keeps, shows and wipes their visits."""

    def __init__(self, engine: Engine, sessions: Sessions, *, clock: Clock) -> None:
        self._engine = engine
        self._sessions = sessions
        self._clock = clock

    def set_up(self, key: str, fair_id: str) -> str:
        """The token of a kiosk that is now open at a fair; what ran on its key before ends."""
        now = self._clock()
        with reading(self._engine) as connection:
            must_get(connection, JobFair, fair_id)
        token = self._sessions.open(key, roles=frozenset({Role.KIOSK}), now=now)
        key_id = self._sessions.find(token, now=now).id
        table = tables.kiosks
        with appending(self._engine) as connection:
            # Its count of tries stays: setting up again is no way round it.
            known = connection.execute(select(table.c.tries).where(table.c.key_id == key_id))
            if known.first() is None:
                connection.execute(
                    insert(table).values(key_id=key_id, fair_id=fair_id, tries=0, page_due=False)
                )
            _store(connection, key_id, fair_id=fair_id, **_NO_VISIT)
        return token

    def at(self, token: str) -> Kiosk:
        """The kiosk that holds `token`; raises UnauthenticatedError where it is not set up."""
        principal = self._sessions.find(token, now=self._clock())
        with reading(self._engine) as connection:
            row = _row(connection, principal.id)
        if row is None:
            raise UnauthenticatedError("This is no kiosk.", remedy="Set the kiosk up.")
        return Kiosk(token, principal.id, row.fair_id)

    def show(self, kiosk: Kiosk) -> Visit:
        """The page to show now, this once; an empty visit where there is none, or none any more."""
        with appending(self._engine) as connection:
            row = _row(connection, kiosk.key_id)
            visit = self._alive(kiosk, row)
            if row is None or visit is None or not row.page_due:
                _store(connection, kiosk.key_id, **_NO_VISIT)
                return Visit()
            _store(connection, kiosk.key_id, page_due=False, visit_touched_at=self._clock())
        return visit

    def visit(self, kiosk: Kiosk) -> Visit:
        """The visit as it stands; an empty one where there is none."""
        with reading(self._engine) as connection:
            return self._alive(kiosk, _row(connection, kiosk.key_id)) or Visit()

    def keep(self, kiosk: Kiosk, visit: Visit) -> None:
        """Keep the visit, whose page is to be shown next."""
        now = self._clock()
        with appending(self._engine) as connection:
            row = _row(connection, kiosk.key_id)
            going_on = self._alive(kiosk, row) is not None
            _store(
                connection,
                kiosk.key_id,
                visit=_cipher(kiosk).encrypt(orjson.dumps(asdict(visit))).decode(),
                visit_began_at=row.visit_began_at if row and going_on else now,
                visit_touched_at=now,
                page_due=True,
            )

    def touch(self, kiosk: Kiosk) -> bool:
        """Somebody touched the page: the visit lasts longer. False where there is none."""
        with appending(self._engine) as connection:
            if self._alive(kiosk, _row(connection, kiosk.key_id)) is None:
                return False
            _store(connection, kiosk.key_id, visit_touched_at=self._clock())
        return True

    def wipe(self, kiosk: Kiosk) -> None:
        """Forget the visit."""
        with appending(self._engine) as connection:
            _store(connection, kiosk.key_id, **_NO_VISIT)

    def count_try(self, kiosk: Kiosk) -> None:
        """Count a number tried, a list or a file; raises TooManyRequestsError beyond TRIES."""
        now = self._clock()
        with appending(self._engine) as connection:
            row = _row(connection, kiosk.key_id)
            if row is None:
                raise UnauthenticatedError("This is no kiosk.", remedy="Set the kiosk up.")
            began, tries = row.tries_from, row.tries
            since = None if began is None else (now - began).total_seconds()
            if since is None or since >= WITHIN_S:
                began, tries, since = now, 0, 0.0
            if wait := wait_for(tries, TRIES, since):
                raise TooManyRequestsError(
                    "Too much was asked of this kiosk within a minute.",
                    remedy="Wait a minute; ask the staff if the card cannot be read.",
                    seconds=wait,
                )
            _store(connection, kiosk.key_id, tries_from=began, tries=tries + 1)

    def _alive(self, kiosk: Kiosk, row: Row[Any] | None) -> Visit | None:
        """The visit that `row` holds, if it has not lasted too long."""
        now = self._clock()
        if row is None or row.visit is None:
            return None
        if now - row.visit_touched_at >= IDLE + GRACE or now - row.visit_began_at >= LONGEST:
            return None
        values = orjson.loads(_cipher(kiosk).decrypt(row.visit))
        page, language = Page(values.pop("page")), Language(values.pop("language"))
        return Visit(page=page, language=language, **values)


_NO_VISIT: dict[str, Any] = {
    "visit": None,
    "visit_began_at": None,
    "visit_touched_at": None,
    "page_due": False,
}


def _cipher(kiosk: Kiosk) -> Fernet:
    secret = hashlib.sha256(b"visit\0" + kiosk.token.encode()).digest()
    return Fernet(urlsafe_b64encode(secret))


def _row(connection: Connection, key_id: str) -> Row[Any] | None:
    table = tables.kiosks
    return connection.execute(select(table).where(table.c.key_id == key_id)).first()


def _store(connection: Connection, key_id: str, **values: Any) -> None:
    table = tables.kiosks
    connection.execute(update(table).where(table.c.key_id == key_id).values(**values))
