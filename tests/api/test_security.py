"""What docs/security.md claims and no other test shows, and that each test it names is there."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from api.access import MAY
from matcher.config import ROOT
from matcher.service.keys import Role
from tests.bureau import SEEKER, VACANCY, Bureau
from tests.fairground import CARD, OTHER_FAIR
from tests.pages.test_access import sign_in

PROTECTED = ("id_number", "sex", "birth_date", "age", "special_groups", "marriage", "digest")
INTERNAL = ("id", "pay_flag", "created", "simulated", "made_by", "made_at", "channel", "seq")
PRIVATE = {"name", "text", "id_number", "digest", "sex", "birth_date", "special_groups", "address"}
"""Fields of a person that no answer to a list of people has."""


def described(bureau: Bureau) -> dict[str, Any]:
    found: dict[str, Any] = bureau.client.get("/openapi.json").json()
    return found


# API1: object level


def test_a_kiosk_reads_and_hands_in_nothing_of_another_fair_or_visit(fairground: Bureau):
    token = sign_in(fairground, Role.KIOSK)
    client = fairground.client
    client.post("/kiosk/scan", data={"number": CARD, "token": token})
    kept = dict(client.cookies)
    other = fairground.app.keys.create(name="other", role=Role.KIOSK, now=fairground.app.clock())
    client.cookies.clear()
    client.post("/kiosk/set-up", data={"key": other, "fair": OTHER_FAIR.id})
    page = client.get("/kiosk").text
    assert "王○明" not in page
    # The form of the one kiosk is refused by the other, whatever it asks for.
    refused = client.post("/kiosk/confirm", data={"token": token}, follow_redirects=False)
    assert refused.headers["location"].startswith("/kiosk/sorry?kind=forbidden")
    assert client.get(f"/kiosk?fair={OTHER_FAIR.id}").status_code == 200
    client.cookies.clear()
    for name, value in kept.items():
        client.cookies.set(name, value, path="/kiosk")
    client.post("/kiosk/hand-in", data={"token": token, "vacancy": "V-1"})
    assert fairground.app.fairs.board("F-1").total.resumes == 0, "not shown yet, so not handed in"


def test_a_resume_is_not_reached_by_the_address_of_another_fair(fairground: Bureau):
    token = sign_in(fairground, Role.COUNSELLOR)
    client = fairground.client
    form = {"token": token, "number": "7", "on_behalf": "no"}
    client.post("/fairs/F-1/papers", data=form)
    (resume,) = fairground.app.fairs.booth("F-1", "7").resumes
    form = {"token": token, "result": "matched", "holds": "yes"}
    answer = client.post(f"/fairs/{OTHER_FAIR.id}/resumes/{resume.id}", data=form)
    assert answer.status_code == 404
    assert fairground.app.fairs.board("F-1").total.matches == 0


# API3: properties


@pytest.mark.parametrize("field", [*PROTECTED, *INTERNAL])
def test_no_body_takes_a_field_that_is_not_its_own(bureau: Bureau, field: str):
    for answer in (
        bureau.put("/v1/seekers/S-1", SEEKER | {field: "x"}),
        bureau.put("/v1/vacancies/V-1", VACANCY | {field: "x"}),
        bureau.post("/v1/matches", {"text": "倉庫", field: "x"}),
        bureau.post("/v1/referrals", {"seeker_id": "S-1", "vacancy_id": "V-1", field: "x"}),
        bureau.post(
            "/v1/referrals/R-1/outcome",
            {"outcome": "hired", "happened_on": "2026-03-16", field: "x"},
        ),
    ):
        assert answer.status_code == 422
        assert [error["field"] for error in answer.json()["errors"]] == [f"body.{field}"]


def test_every_body_says_that_it_takes_no_other_field(bureau: Bureau):
    found = described(bureau)
    bodies = {
        operation["requestBody"]["content"]["application/json"]["schema"]["$ref"].split("/")[-1]
        for operations in found["paths"].values()
        for operation in operations.values()
        if "requestBody" in operation
    }
    assert len(bodies) >= 6
    for name in bodies:
        assert found["components"]["schemas"][name]["additionalProperties"] is False, name


def test_no_list_of_people_can_hold_what_is_private(bureau: Bureau):
    line = described(bureau)["components"]["schemas"]["CandidateLine"]
    assert line["additionalProperties"] is False
    assert not PRIVATE & line["properties"].keys()


# API4: consumption


def bounded(schema: dict[str, Any], models: dict[str, Any]) -> bool:
    """Whether a value of this schema has a greatest size."""
    if "$ref" in schema:
        return bounded(models[schema["$ref"].split("/")[-1]], models)
    if parts := schema.get("anyOf") or schema.get("allOf"):
        return all(bounded(part, models) for part in parts)
    match schema.get("type"):
        case "integer" | "number":
            return "maximum" in schema or "exclusiveMaximum" in schema
        case "array":
            return "maxItems" in schema
        case "string":
            fixed = {"enum", "const", "maxLength", "format"} & schema.keys()
            return bool(fixed) or bool(
                re.search(r"\{[\d,]*\d\}\$$|\]\$$", schema.get("pattern", ""))
            )
        case "object":
            return all(bounded(part, models) for part in schema.get("properties", {}).values())
        case _:
            return schema.get("type") in ("boolean", "null") or "enum" in schema


def test_everything_that_can_be_asked_for_has_a_greatest_size(bureau: Bureau):
    found = described(bureau)
    models = found["components"]["schemas"]
    for path, operations in found["paths"].items():
        for operation in operations.values():
            for parameter in operation.get("parameters", []):
                assert bounded(parameter["schema"], models), (path, parameter["name"])
            if body := operation.get("requestBody"):
                schema = body["content"]["application/json"]["schema"]
                assert bounded(schema, models), path


def test_a_form_of_a_thousand_fields_or_files_makes_no_page_fail(fairground: Bureau):
    client = fairground.client
    many = {f"f{number}": "x" for number in range(5_000)}
    assert client.post("/sign-in", data=many).status_code in (400, 401)
    files = [("key", (f"{n}.txt", b"x", "text/plain")) for n in range(1_500)]
    assert client.post("/sign-in", files=files).status_code in (400, 413, 422)
    large = {"key": ("a.bin", b"x" * 2_000_000)}
    answer = client.post("/kiosk/set-up", files=large, follow_redirects=False)
    assert "kind=too-large" in answer.headers["location"]


# API7: requests that the service could be made to send


@contextmanager
def listening() -> Iterator[tuple[str, list[bytes]]]:
    """An address of this machine, and what was sent to it."""
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.1)
        stop = threading.Event()

        def listen() -> None:
            while not stop.is_set():
                try:
                    connection, _ = server.accept()
                except TimeoutError:
                    continue
                with connection:
                    heard.append(connection.recv(1_000) or b"nothing")

        thread = threading.Thread(target=listen)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.getsockname()[1]}/x", heard
        finally:
            stop.set()
            thread.join()


@pytest.mark.usefixtures("pango")
def test_no_address_that_somebody_writes_is_ever_visited(fairground: Bureau):
    client = fairground.client
    with listening() as (address, heard):
        written = f'{address} <img src="{address}"> <style>@import url({address})</style>'
        vacancy = VACANCY | {"url": address, "text": written, "address": written, "title": written}
        assert fairground.put("/v1/vacancies/V-9", vacancy).status_code == 201
        seeker = SEEKER | {"text": written, "title": written}
        assert fairground.put("/v1/seekers/S-1", seeker).status_code == 200
        assert fairground.post("/v1/matches", {"text": written}).status_code == 200
        assert address in fairground.get("/v1/seekers/S-1/matches?reason=present&k=100").text
        token = sign_in(fairground, Role.KIOSK)
        client.post("/kiosk/scan", data={"number": CARD, "token": token})
        shown = client.post("/kiosk/confirm", data={"token": token})
        assert "V-9" in shown.text
        printed = client.post("/kiosk/pdf", data={"token": token})
        assert printed.headers["content-type"] == "application/pdf"
        with socket.create_connection(("127.0.0.1", int(address.split(":")[2].split("/")[0]))):
            pass
    assert heard == [b"nothing"], "only the test itself called"


# API8: configuration


@pytest.mark.parametrize("path", ["/v1/rates", "/kiosk/set-up", "/docs", "/openapi.json"])
def test_no_other_site_may_read_an_answer(bureau: Bureau, path: str):
    headers = bureau.headers(Role.ADMIN) | {"Origin": "https://evil.example"}
    answer = bureau.client.get(path, headers=headers)
    assert not [name for name in answer.headers if name.startswith("access-control-")]
    asked = headers | {"Access-Control-Request-Method": "PUT"}
    assert bureau.client.options(path, headers=asked).status_code == 405


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "PATCH", "PROPFIND"])
def test_methods_that_nothing_needs_are_refused(bureau: Bureau, method: str):
    answer = bureau.client.request(method, "/v1/matches", headers=bureau.headers(Role.ADMIN))
    assert answer.status_code == 405


# API9: inventory


def test_the_description_tells_every_route_and_no_other(bureau: Bureau):
    told = {
        f"{method.upper()} {path}"
        for path, operations in described(bureau)["paths"].items()
        for method in operations
    }
    assert told == {*MAY, "GET /health/live", "GET /health/ready"}


def test_every_test_that_the_security_table_names_is_there():
    table = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
    named = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", table)
    assert len(named) > 30
    assert {f"API{n}" for n in range(1, 11)} <= set(re.findall(r"API\d+", table))
    for path, test in named:
        source = (ROOT / path).read_text(encoding="utf-8")
        assert not test or f"def {test}(" in source, (path, test)
