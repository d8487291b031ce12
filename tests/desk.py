"""Somebody at the counsellor's desk, without a browser: signs in, opens looks, sends forms."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape

from httpx2 import Response

from matcher.db.audit import Entry
from matcher.service.audit import Action
from matcher.service.keys import Role
from tests.bureau import NOON, Bureau, logged

PASSWORD = "correct horse battery"
TOKEN = re.compile(r'name="token" value="([0-9a-f]{64})"')
LOOK = re.compile(r"/desk/looks/([0-9a-f]{32})")


@dataclass
class AtDesk:
    """A signed-in browser; `token` is what its forms carry."""

    bureau: Bureau
    token: str

    def get(self, path: str) -> Response:
        return self.bureau.client.get(path)

    def send(self, path: str, **fields: str) -> Response:
        return self.bureau.client.post(path, data={"token": self.token, **fields})

    def open(self, **fields: str) -> str:
        """A look at a person or a vacancy; gives the address of its page."""
        path = "/desk/people" if "person" in fields else "/desk/shortlists"
        answer = self.send(path, **{"reason": "present", **fields})
        assert answer.status_code == 200, answer.text
        found = LOOK.search(str(answer.url))
        assert found
        return f"/desk/looks/{found[1]}"

    def log(self, action: Action | None = None) -> list[Entry]:
        """What the audit log holds, oldest first."""
        return [entry for entry in logged(self.bureau.app) if action in (None, entry.action)]


def sign_in(bureau: Bureau, role: Role = Role.COUNSELLOR, name: str = "chen") -> AtDesk:
    """Sign in by an account of that role, made where there is none."""
    if name not in {account.name for account in bureau.app.accounts.all()}:
        bureau.app.accounts.add(name, role=role, password=PASSWORD, now=NOON)
    bureau.client.cookies.clear()
    answer = bureau.client.post("/sign-in/password", data={"name": name, "password": PASSWORD})
    found = TOKEN.search(answer.text)
    assert found, answer.text
    return AtDesk(bureau, found[1])


def text_of(answer: Response) -> str:
    """What a page says, without its marks."""
    plain = re.sub(r"<[^>]+>", " ", answer.text.split("<main", 1)[-1])
    return re.sub(r"\s+", " ", unescape(plain))
