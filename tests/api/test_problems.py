"""Every failure is a problem with a remedy, and tells nothing it should not."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from starlette.testclient import TestClient
from structlog.testing import capture_logs

from api.app import create_app
from api.problems import MEDIA_TYPE, STATUS
from matcher.bootstrap import App
from matcher.db.engine import migrate, open_engine, writing
from matcher.errors import MatcherError
from matcher.service.keys import Role
from tests.bureau import NEVER, NOON, SEEKER, VACANCY, Bureau, settings_in

SECRET = "A123456789 王小明"


def problem(answer, status: int, kind: str) -> dict:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == MEDIA_TYPE
    body = answer.json()
    assert (body["status"], body["type"]) == (status, f"/problems/{kind}")
    assert body["title"]
    assert body["detail"]
    assert body["remedy"]
    assert "?" not in body["instance"]
    return body


def test_every_error_of_the_matcher_has_a_status():
    kinds = MatcherError.__subclasses__()
    assert set(STATUS) >= {MatcherError, *kinds}


@pytest.mark.parametrize(
    "path",
    [
        "/v1/seekers/S-77/matches?reason=present&k=3",
        "/v1/vacancies/V-77/candidates?reason=present&lang=en",
    ],
)
def test_an_unknown_record_is_not_found(bureau: Bureau, path: str):
    body = problem(bureau.get(path), 404, "not-found")
    assert body["instance"] == path.partition("?")[0]


def test_an_unknown_address_and_method_are_problems(bureau: Bureau):
    problem(bureau.get("/v1/nothing"), 404, "not-found")
    answer = bureau.client.delete("/v1/matches", headers=bureau.headers())
    problem(answer, 405, "method-not-allowed")
    assert answer.headers["allow"] == "POST"


def test_a_referral_to_a_closed_vacancy_is_a_conflict(bureau: Bureau):
    bureau.post("/v1/vacancies/V-1/close")
    sent = {"seeker_id": "S-1", "vacancy_id": "V-1"}
    problem(bureau.post("/v1/referrals", sent), 409, "conflict")


def test_nobody_is_referred_to_a_vacancy_a_second_time(bureau: Bureau):
    sent = {"seeker_id": "S-1", "vacancy_id": "V-1"}
    assert bureau.post("/v1/referrals", sent).status_code == 201
    found = problem(bureau.post("/v1/referrals", sent), 409, "conflict")
    assert "already" in found["detail"]


def test_a_referral_goes_from_made_to_hired(bureau: Bureau):
    made = bureau.post("/v1/referrals", {"seeker_id": "S-1", "vacancy_id": "V-1"})
    assert made.status_code == 201
    referral = made.json()
    assert referral["made_on"] == "2026-03-16"
    assert referral["channel"] == "counsellor"
    path = f"/v1/referrals/{referral['id']}/outcome"
    step = {"outcome": "hired", "happened_on": "2026-03-16"}
    assert bureau.post(path, step).json() == {"referral_id": referral["id"], **step}
    early = {"outcome": "hired", "happened_on": "2026-03-15"}
    problem(bureau.post(path, early), 422, "invalid-input")


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/seekers/S-5", SEEKER | {"district": "999"}),
        ("/v1/seekers/S-5", SEEKER | {"district": "01"}),
        ("/v1/seekers/S-5", SEEKER | {"districts_wanted": ["806", "999"]}),
        ("/v1/seekers/S-5", SEEKER | {"occupation": "99999"}),
        ("/v1/seekers/S-5", SEEKER | {"licences": ["dragon"]}),
        ("/v1/vacancies/V-5", VACANCY | {"languages": ["klingon"]}),
        ("/v1/vacancies/V-5", VACANCY | {"place": "99"}),
        ("/v1/vacancies/V-5", VACANCY | {"employer_id": "E-404"}),
    ],
)
def test_a_code_that_is_in_no_table_is_refused(bureau: Bureau, path: str, body: dict):
    problem(bureau.put(path, body), 422, "invalid-input")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "x" * 20_001),
        ("text", f"{SECRET}\x00"),
        ("text", "\ud800"),
        ("registered_on", SECRET),
        ("registered_on", "108/07/27"),
        ("pay_floor", SECRET),
        ("pay_floor", True),
        ("pay_floor", 0),
        ("commute_km", float("inf")),
        ("commute_km", float("nan")),
        ("education", SECRET),
        ("shifts", [SECRET]),
        ("status", SECRET),
        ("licences", SECRET),
        ("id_number", SECRET),
        ("sex", "female"),
        (SECRET, 1),
    ],
)
def test_a_wrong_field_is_named_and_its_value_is_not_repeated(
    bureau: Bureau, field: str, value: object
):
    # Written by hand: a client would refuse to send some of these.
    body = json.dumps(SEEKER | {field: value})
    headers = bureau.headers() | {"Content-Type": "application/json"}
    with capture_logs() as logs:
        answer = bureau.client.put("/v1/seekers/S-5", content=body, headers=headers)
    found = problem(answer, 422, "invalid-input")
    name = "(unknown)" if field == SECRET else field
    assert any(error["field"].startswith(f"body.{name}") for error in found["errors"])
    for part in SECRET.split():
        assert part not in answer.text
        assert part not in str(logs)


def test_json_that_breaks_off_is_a_problem(bureau: Bureau):
    for content in (b'{"text": "A123456789', b"\xff", b"[]", b"null", b""):
        answer = bureau.post_bytes("/v1/matches", content)
        assert answer.status_code in {400, 422}
        assert answer.headers["content-type"] == MEDIA_TYPE
        assert "A123456789" not in answer.text


@pytest.mark.parametrize("body", [{}, {"text": " "}, {"district": "806"}, {"text": None}])
def test_a_profile_that_says_nothing_is_refused(bureau: Bureau, body: dict):
    problem(bureau.post("/v1/matches", body), 422, "invalid-input")


def test_undisclosed_pay_has_no_figures(bureau: Bureau):
    body = VACANCY | {"pay_disclosed": False}
    problem(bureau.put("/v1/vacancies/V-5", body), 422, "invalid-input")


@pytest.mark.parametrize("query", ["k=0", "k=101", "k=x", "lang=fr"])
def test_a_wrong_query_is_refused(bureau: Bureau, query: str):
    problem(bureau.get(f"/v1/seekers/S-1/matches?reason=present&{query}"), 422, "invalid-input")


def test_a_body_of_more_than_a_megabyte_is_refused(bureau: Bureau):
    def pieces() -> Iterator[bytes]:
        yield b'{"text": "'
        for _ in range(20):
            yield b"x" * 100_000

    for content in (b"x" * 1_000_001, pieces()):
        answer = bureau.post_bytes("/v1/matches", content)
        problem(answer, 413, "too-large")


def test_an_error_nobody_foresaw_reveals_nothing(bureau: Bureau):
    with writing(bureau.app.engine) as connection:
        connection.execute(text("UPDATE vacancies SET language = 'A123456789'"))
    with capture_logs() as logs:
        answer = bureau.get("/v1/seekers/S-1/matches?reason=present")
    body = problem(answer, 500, "internal")
    assert "A123456789" not in answer.text + str(logs)
    assert "language" not in body["detail"].lower()
    unexpected = next(line for line in logs if line["event"] == "unexpected_error")
    assert unexpected["error"] == "ValueError"
    assert any("codec.py" in frame for frame in unexpected["frames"])
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_database_that_fails_is_a_problem_that_says_no_more(bureau: Bureau):
    with writing(bureau.app.engine) as connection:
        connection.execute(text("DROP TABLE impressions"))
    with capture_logs() as logs:
        answer = bureau.get("/v1/seekers/S-1/matches?reason=present")
    problem(answer, 503, "not-ready")
    assert "impressions" not in answer.text + str(logs)


def test_without_an_index_lists_are_not_ready(tiny_model: Path, tmp_path: Path):
    app = App(settings_in(tmp_path, tiny_model), clock=lambda: NOON)
    engine = open_engine(app.settings.sqlalchemy_url)
    migrate(engine)
    engine.dispose()
    key = app.keys.create(name="test", role=Role.ADMIN, now=NOON)
    headers = {"X-API-Key": key}
    with TestClient(create_app(app, follow_every=NEVER)) as client:
        answer = client.post("/v1/matches", json={"text": "倉庫"}, headers=headers)
        assert "matcher index" in problem(answer, 503, "not-ready")["remedy"]
        ready = problem(client.get("/health/ready"), 503, "not-ready")
        assert "matcher index" in ready["checks"]["index"]
        assert ready["checks"]["database"] == "ok"
        assert client.get("/health/live").status_code == 200
    app.engine.dispose()


def test_without_a_schema_the_service_starts_and_says_what_to_do(tiny_model: Path, tmp_path: Path):
    app = App(settings_in(tmp_path, tiny_model), clock=lambda: NOON)
    with TestClient(create_app(app, follow_every=NEVER)) as client:
        ready = problem(client.get("/health/ready"), 503, "not-ready")
        assert "matcher migrate" in ready["checks"]["database"]
        answer = client.get("/v1/rates", headers={"X-API-Key": "mk_a_b"})
        problem(answer, 503, "not-ready")


def test_an_outcome_cannot_lie_before_its_referral_or_in_the_future(bureau: Bureau):
    made = bureau.post("/v1/referrals", {"seeker_id": "S-1", "vacancy_id": "V-1"}).json()
    for day in ("2026-03-15", "2026-03-17"):
        step = {"outcome": "hired", "happened_on": day}
        refused = bureau.post(f"/v1/referrals/{made['id']}/outcome", step)
        assert refused.status_code == 422
        assert "remedy" in refused.json()


def test_readiness_tells_no_place_on_the_disk(tmp_path: Path):
    empty = tmp_path / "models" / "empty"
    empty.mkdir(parents=True)
    app = App(settings_in(tmp_path, empty), clock=lambda: NOON)
    migrate(app_engine := open_engine(app.settings.sqlalchemy_url))
    app_engine.dispose()
    with TestClient(create_app(app, follow_every=NEVER)) as client:
        answer = client.get("/health/ready")
    assert answer.status_code == 503
    assert "models/empty holds no" in answer.text
    assert str(tmp_path) not in answer.text
    app.engine.dispose()
