"""Nothing is open but health and the documentation; each role may do what the table says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pytest
from starlette.routing import BaseRoute, Mount, Route

from api.access import MAY
from api.page_route import PAGES
from matcher.service.keys import Role
from tests.bureau import NOON, SEEKER, VACANCY, Bureau

OPEN = {
    "GET /health/live",
    "GET /health/ready",
    "GET /openapi.json",
    "GET /docs",
    "GET /docs/own",
    "GET /docs/swagger",
    "GET /static",
}
BODIES = {
    "POST /v1/matches": {"text": "倉庫"},
    "PUT /v1/seekers/{seeker_id}": SEEKER,
    "PUT /v1/vacancies/{vacancy_id}": VACANCY,
    "POST /v1/vacancies/lint": VACANCY,
    "POST /v1/referrals": {"seeker_id": "S-1", "vacancy_id": "V-1"},
    "POST /v1/referrals/{referral_id}/outcome": {"outcome": "hired", "happened_on": "2026-03-16"},
}
ERASE = "DELETE /v1/seekers/{seeker_id}"
OVERRIDE = "POST /v1/vacancies/{vacancy_id}/overrides"
KIOSK = {"POST /v1/matches"}
RATES = {
    "GET /v1/rates",
    "GET /v1/rates/{rate}/events",
    "GET /v1/fairs/{fair_id}/rates",
}
PLAN, FAIR_PLAN = "GET /v1/plan", "GET /v1/fairs/{fair_id}/plan"
ANALYST = RATES | {PLAN, FAIR_PLAN}
LOOKS = {
    "GET /v1/seekers/{seeker_id}/changes",
    "GET /v1/seekers/{seeker_id}/matches",
    "GET /v1/seekers/{seeker_id}/vacancies/{vacancy_id}/why-not",
    "GET /v1/vacancies/{vacancy_id}/candidates",
}
"""Routes that want a reason."""
COUNSELLOR = {
    *LOOKS,
    "GET /v1/vacancies/{vacancy_id}/lint",
    "POST /v1/vacancies/{vacancy_id}/close",
    FAIR_PLAN,
    OVERRIDE,
    *RATES,
    *BODIES,
}
BODIES[OVERRIDE] = {"code": "age", "words": "35歲以下", "reason": "依保全業法"}
ALL = COUNSELLOR | {ERASE, PLAN}
EXPECTED = {
    Role.KIOSK: KIOSK,
    Role.ANALYST: ANALYST,
    Role.COUNSELLOR: COUNSELLOR,
    Role.SUPERVISOR: ALL,
    Role.ADMIN: ALL,
}


def every_route(routes: Iterable[BaseRoute]) -> Iterator[str]:
    for route in routes:
        if included := getattr(route, "original_router", None):
            yield from every_route(included.routes)
        elif isinstance(route, Mount):
            yield f"GET {route.path}"
        else:
            assert isinstance(route, Route), route
            yield from (f"{method} {route.path}" for method in (route.methods or ()) - {"HEAD"})


def concrete(route: str) -> tuple[str, str]:
    method, path = route.split()
    ids = {"{seeker_id}": "S-1", "{vacancy_id}": "V-1", "{referral_id}": "R-1"}
    ids |= {"{rate}": "fill_rate", "{fair_id}": "F-1"}
    for name, value in ids.items():
        path = path.replace(name, value)
    return method, f"{path}?reason=present" if route in LOOKS else path


def test_every_route_but_the_open_ones_wants_a_key(bureau: Bureau):
    """Those of the pages want a session: tests/pages/test_access.py walks them."""
    routes = set(every_route(bureau.client.app.routes))
    assert set(MAY) == ALL
    assert routes == OPEN | ALL | PAGES.keys()
    for route in sorted(ALL):
        answer = bureau.client.request(*concrete(route), json=BODIES.get(route))
        assert answer.status_code == 401, route
        assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize("role", list(Role))
def test_a_role_may_do_what_the_table_says_and_nothing_else(bureau: Bureau, role: Role):
    # Whom to ask about must still be there when everything else was tried.
    for route in [*sorted(ALL - {ERASE}), ERASE]:
        headers = bureau.headers(role)
        answer = bureau.client.request(*concrete(route), json=BODIES.get(route), headers=headers)
        if route in EXPECTED[role]:
            # Referral R-1, fair F-1, a plan, such a finding: whoever is let in hears there is none.
            missing = "outcome" in route or "fair_id" in route or route == PLAN
            refused = {404} if missing else {409} if route == OVERRIDE else None
            assert answer.status_code in (refused or {200, 201, 202}), route
        else:
            assert answer.status_code == 403, route
            assert answer.json()["type"] == "/problems/forbidden"


def test_a_kiosk_key_cannot_list_people_or_look_them_up(bureau: Bureau):
    for path in (
        "/v1/seekers/S-1/matches?reason=present",
        "/v1/vacancies/V-1/candidates?reason=present",
    ):
        answer = bureau.get(path, role=Role.KIOSK)
        assert answer.status_code == 403
        assert "lines" not in answer.json()


def test_a_key_may_come_in_either_header(bureau: Bureau):
    key = bureau.keys[Role.ANALYST]
    for headers in ({"X-API-Key": key}, {"Authorization": f"bearer {key}"}):
        assert bureau.client.get("/v1/rates", headers=headers).status_code == 200


@pytest.mark.parametrize("key", ["", "x", "mk_", "mk_0_0", "mk_é_é", "Bearer", "mk_%s_x"])
def test_a_wrong_key_is_refused(bureau: Bureau, key: str):
    known = bureau.keys[Role.ADMIN].split("_")[1]
    value = key.replace("%s", known).encode()
    answer = bureau.client.get("/v1/rates", headers={b"X-API-Key": value})
    assert answer.status_code == 401
    assert known not in answer.text


def test_a_revoked_key_ends_at_once(bureau: Bureau):
    key = bureau.keys[Role.ANALYST]
    bureau.app.keys.revoke(key.split("_")[1], now=NOON)
    assert bureau.get("/v1/rates", role=Role.ANALYST).status_code == 401


def test_the_key_is_asked_for_before_the_body_is_read(bureau: Bureau):
    for content in (b"{", b"x" * 2_000_000):
        wrong = {"X-API-Key": "mk_a_b"}
        assert bureau.post_bytes("/v1/matches", content, headers=wrong).status_code == 401
