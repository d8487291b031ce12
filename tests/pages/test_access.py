"""Who sees which page; what every answer carries; forms that another site sends."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from api.page_route import EVERYBODY, KIOSKS, PAGES, local_path
from matcher.errors import UnauthenticatedError
from matcher.service.keys import Role
from matcher.service.sessions import LIMITS, Sessions
from tests.bureau import NOON, Bureau
from tests.fairground import CARD, FAIR

TOKEN = re.compile(r'name="token" value="([0-9a-f]{64})"')
FIELDS = {
    "POST /fairs/{fair_id}/papers": {"number": "7", "on_behalf": "no"},
    "POST /fairs/{fair_id}/resumes/{resume_id}": {"result": "matched", "holds": "yes"},
    "POST /kiosk/language": {"lang": "en"},
    "POST /desk/people": {"person": "S-1", "reason": "present"},
    "POST /desk/vacancies": {"text": "V-1"},
    "POST /desk/shortlists": {"vacancy": "V-1", "reason": "for_vacancy"},
    "POST /desk/looks/{look_id}/outcomes": {
        "referral": "R-1",
        "outcome": "hired",
        "happened_on": "2026-03-16",
    },
    "POST /desk/looks/{look_id}/undone": {"act": "A-1"},
    "POST /desk/looks/{look_id}/export": {"impression": "I-1", "format": "csv"},
    "POST /vacancies/{vacancy_id}": {"do": "check", "employer_id": "E-1"},
}


def concrete(route: str) -> tuple[str, str]:
    method, path = route.split()
    path = path.replace("{fair_id}", FAIR.id).replace("{resume_id}", "R-1")
    path = path.replace("{look_id}", "L-1")
    path = path.replace("{vacancy_id}", "V-1")
    return method, path + ("?number=7" if path.endswith("/booth") else "")


def sign_in(bureau: Bureau, role: Role) -> str:
    """Sign in as that role; gives the token that its forms carry."""
    client = bureau.client
    client.cookies.clear()
    path = "/kiosk/set-up" if role is Role.KIOSK else "/sign-in"
    answer = client.post(path, data={"key": bureau.keys[role], "fair": FAIR.id})
    found = TOKEN.search(answer.text)
    assert found, answer.text
    return found[1]


@pytest.mark.parametrize("route", sorted(PAGES))
def test_a_page_sends_who_is_not_signed_in_to_the_door(fairground: Bureau, route: str):
    answer = fairground.client.request(*concrete(route), follow_redirects=False)
    if PAGES[route] == EVERYBODY and route != "GET /":
        assert answer.status_code in (200, 401, 404)
        return
    assert answer.status_code == 303
    door = "/kiosk/set-up" if PAGES[route] is KIOSKS else "/sign-in"
    assert answer.headers["location"].startswith(door)


@pytest.mark.usefixtures("pango")
@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("route", sorted(PAGES))
def test_a_role_sees_the_pages_that_the_table_gives_it(fairground: Bureau, route: str, role: Role):
    token = sign_in(fairground, role)
    data = {"token": token, **FIELDS.get(route, {})} if route.startswith("POST") else None
    answer = fairground.client.request(*concrete(route), data=data, follow_redirects=False)
    allowed = PAGES[route]
    if allowed == EVERYBODY:
        return
    if role in allowed:
        # There is no such résumé or look, a vacancy is incomplete: whoever is let in hears that.
        wanted = {404} if "resume_id" in route or "look_id" in route else {200, 303, 204, 410}
        if re.fullmatch(r"POST /vacancies/(new|file|\{vacancy_id\})", route):
            wanted = {422}
        assert answer.status_code in wanted
        assert "set-up" not in answer.headers.get("location", "")
    elif (role is Role.KIOSK) == (allowed is KIOSKS):
        assert answer.status_code == 403
    else:
        assert answer.status_code == 303
        assert re.search("set-up|sign-in", answer.headers["location"])


def test_a_kiosk_cannot_be_opened_with_a_key_of_staff_nor_the_desk_with_a_kiosks(
    fairground: Bureau,
):
    client = fairground.client
    for path, role in (("/kiosk/set-up", Role.ADMIN), ("/sign-in", Role.KIOSK)):
        answer = client.post(path, data={"key": fairground.keys[role], "fair": FAIR.id})
        assert answer.status_code == 401
        assert "set-cookie" not in answer.headers
        assert fairground.keys[role] not in answer.text


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"token": ""},
        {"token": "0" * 64},
        {"token": "é"},
    ],
)
def test_a_form_without_its_token_does_nothing(fairground: Bureau, sent: dict[str, str]):
    sign_in(fairground, Role.COUNSELLOR)
    answer = fairground.client.post(
        f"/fairs/{FAIR.id}/papers", data={"number": "7", "on_behalf": "no", **sent}
    )
    assert answer.status_code == 403
    assert fairground.app.fairs.board(FAIR.id).total.resumes == 0


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
    ],
)
def test_a_form_from_another_site_does_nothing(fairground: Bureau, headers: dict[str, str]):
    token = sign_in(fairground, Role.COUNSELLOR)
    form = {"number": "7", "on_behalf": "no", "token": token}
    path = f"/fairs/{FAIR.id}/papers"
    assert fairground.client.post(path, data=form, headers=headers).status_code == 403
    assert fairground.app.fairs.board(FAIR.id).total.resumes == 0
    same = {"Sec-Fetch-Site": "same-origin", "Origin": "null"}
    assert fairground.client.post(path, data=form, headers=same).status_code == 200
    assert fairground.app.fairs.board(FAIR.id).total.resumes == 1


def test_signing_out_ends_the_session_for_whoever_has_its_cookie(fairground: Bureau):
    token = sign_in(fairground, Role.COUNSELLOR)
    client = fairground.client
    kept = dict(client.cookies)
    assert client.get("/fairs").status_code == 200
    client.post("/sign-out", data={"token": token})
    for name, value in kept.items():
        client.cookies.set(name, value)
    answer = client.get("/fairs", follow_redirects=False)
    assert answer.headers["location"] == "/sign-in?next=/fairs"


@pytest.mark.parametrize("role", list(Role))
def test_a_session_ends_when_idle_and_when_its_day_is_over(fairground: Bureau, role: Role):
    sessions = Sessions(fairground.app.engine, fairground.app.keys)
    key, limits = fairground.keys[role], LIMITS[role]
    token = sessions.open(key, roles=frozenset(Role), now=NOON)
    with pytest.raises(UnauthenticatedError):
        sessions.find(token, now=NOON + limits.idle)
    now = NOON
    while now - NOON < limits.longest - limits.idle:
        now += limits.idle - timedelta(seconds=1)
        assert sessions.find(token, now=now).role is role
    with pytest.raises(UnauthenticatedError):
        sessions.find(token, now=NOON + limits.longest)


@pytest.mark.parametrize("path", ["/sign-in", "/kiosk/set-up", "/nowhere", "/health/live"])
def test_every_answer_is_protected_and_kept_by_nobody(fairground: Bureau, path: str):
    headers = fairground.client.get(path).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cache-control"] == "no-store"


def test_cookies_are_out_of_reach_of_scripts_and_other_sites(fairground: Bureau):
    web = fairground.client.app
    for scheme in ("http", "https"):
        client = TestClient(web, base_url=f"{scheme}://matcher.example")
        answer = client.post(
            "/kiosk/set-up",
            data={"key": fairground.keys[Role.KIOSK], "fair": FAIR.id},
            follow_redirects=False,
        )
        cookie = answer.headers["set-cookie"].lower()
        assert "httponly" in cookie
        assert "samesite=strict" in cookie
        assert "path=/kiosk" in cookie
        assert ("secure" in cookie) == (scheme == "https")
        assert ("strict-transport-security" in answer.headers) == (scheme == "https")


@pytest.mark.parametrize(
    "path", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:x", "", "/"]
)
def test_signing_in_sends_nobody_elsewhere(path: str):
    assert local_path(path) == "/fairs"
    assert local_path("/fairs/F-1") == "/fairs/F-1"


def test_a_page_that_fails_is_a_page_and_says_nothing_of_why(
    fairground: Bureau, monkeypatch: pytest.MonkeyPatch
):
    sign_in(fairground, Role.COUNSELLOR)
    monkeypatch.setattr(type(fairground.app.fairs), "newest", lambda _: 1 / 0, raising=True)
    client = TestClient(
        fairground.client.app, raise_server_exceptions=False, cookies=fairground.client.cookies
    )
    answer = client.get("/fairs")
    assert answer.status_code == 500
    assert answer.headers["content-type"].startswith("text/html")
    assert "ZeroDivision" not in answer.text


def test_no_number_stands_in_an_address_an_answer_or_the_log(
    fairground: Bureau, capsys: pytest.CaptureFixture[str]
):
    token = sign_in(fairground, Role.KIOSK)
    client = fairground.client
    for number in (CARD, "A123456788", "F131104093"):
        answer = client.post("/kiosk/scan", data={"number": number, "token": token})
        assert answer.status_code == 200
        assert number not in answer.text
        assert number not in str(answer.url)
    logged = capsys.readouterr()
    assert "/kiosk/scan" in logged.out
    assert not re.search(r"[AF]1\d{8}|王|S-1", logged.out + logged.err)


def test_too_many_numbers_are_answered_without_what_was_typed(fairground: Bureau):
    token = sign_in(fairground, Role.KIOSK)
    fairground.client.post("/kiosk/language", data={"lang": "vi", "token": token})
    places = [
        fairground.client.post(
            "/kiosk/scan", data={"number": "x", "token": token}, follow_redirects=False
        ).headers["location"]
        for _ in range(13)
    ]
    assert places == ["/kiosk"] * 12 + ["/kiosk/sorry?kind=too-many-requests&lang=vi"]
    assert "Thử quá nhiều lần" in fairground.client.get(places[-1]).text


@pytest.mark.parametrize("kind", ["", "nonsense", "<script>", "not-ready"])
def test_what_went_wrong_at_a_kiosk_is_said_in_words_of_ours(fairground: Bureau, kind: str):
    answer = fairground.client.get("/kiosk/sorry", params={"kind": kind})
    assert answer.status_code == 200
    assert "<script>" not in answer.text
    assert 'http-equiv="refresh"' in answer.text


def test_another_language_keeps_where_one_was_going(fairground: Bureau):
    answer = fairground.client.get("/kiosk/set-up?fair=F-1")
    assert "?fair=F-1&amp;lang=th" in answer.text


def test_a_body_too_large_is_answered_with_a_page(fairground: Bureau):
    answer = fairground.client.post("/sign-in", data={"key": "x" * 1_100_000})
    assert answer.status_code == 413
    assert answer.headers["content-type"].startswith("text/html")
