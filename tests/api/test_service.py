"""Health, headers, logs and the documentation page."""

from __future__ import annotations

import re
import subprocess
import sys

from structlog.testing import capture_logs

from api.access import MAY
from tests.bureau import Bureau


def test_a_service_with_database_and_index_is_ready(bureau: Bureau):
    answer = bureau.client.get("/health/ready")
    assert answer.status_code == 200
    checks = {"database": "ok", "index": "ok", "follower": "ok", "ranker": "ok"}
    assert answer.json() == {"status": "ok", "checks": checks}


def test_a_service_that_follows_no_more_is_not_ready(bureau: Bureau):
    bureau.client.app.state.follower.stop()
    answer = bureau.client.get("/health/ready")
    assert answer.status_code == 503
    assert "Restart" in answer.json()["remedy"]


def test_answers_are_not_kept_by_anybody_in_between(bureau: Bureau):
    for answer in (bureau.get("/v1/rates"), bureau.client.get("/v1/rates")):
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
    assert "cache-control" not in bureau.client.get("/static/pages.css").headers


def test_what_is_loaded_without_looking_for_garbage_looks_for_it_afterwards():
    command = "import gc, sys; import api.main, matcher.cli; sys.exit(not gc.isenabled())"
    assert subprocess.run([sys.executable, "-c", command], check=False).returncode == 0


def test_the_log_names_routes_and_never_people_or_what_they_wrote(bureau: Bureau):
    with capture_logs() as logs:
        bureau.get("/v1/seekers/S-1/matches?reason=present&lang=en")
        bureau.post("/v1/matches", {"text": "會開堆高機"})
        bureau.get("/v1/secret-address")
        bureau.get("/v1/seekers/S-404/matches?reason=present")
    lines = [line for line in logs if line["event"] == "request"]
    assert [(line["method"], line["route"], line["status"]) for line in lines] == [
        ("GET", "/v1/seekers/{seeker_id}/matches", 200),
        ("POST", "/v1/matches", 200),
        ("GET", "(none)", 404),
        ("GET", "/v1/seekers/{seeker_id}/matches", 404),
    ]
    assert all(line["ms"] > 0 for line in lines)
    for secret in ("S-1", "S-404", "lang", "堆高機", "secret", "V-1"):
        assert secret not in str(logs)


def test_the_documentation_page_loads_nothing_from_elsewhere(bureau: Bureau):
    page = bureau.client.get("/docs")
    assert page.status_code == 200
    assert not re.search(r"(?:https?:)?//", page.text)
    assert not re.search(r"<script(?![^>]*\bsrc=)", page.text), "a script stands in the page"
    sources = re.findall(r'(?:src|href)="(?!data:)([^"]+)"', page.text)
    assert len(sources) == 3
    for source in sources:
        assert bureau.client.get(f"/{source}").status_code == 200
    script = bureau.client.get("/docs/own/docs.js").text
    assert re.search(r'validatorUrl: "none"', script), "the page would call an outside validator"
    assert not re.search(r"(?:https?:)?//\w", script)
    style = bureau.client.get("/docs/swagger/swagger-ui.css").text
    loaded = re.findall(r"""@import|url\(["']?([^"')]{5})""", style)
    assert set(loaded) == {"data:"}


def test_the_interface_is_described_with_examples_for_every_route(bureau: Bureau):
    described = bureau.client.get("/openapi.json").json()
    routes = {
        f"{method.upper()} {path}": operation
        for path, operations in described["paths"].items()
        for method, operation in operations.items()
    }
    assert set(MAY) <= set(routes)
    models = described["components"]["schemas"]
    for route in MAY:
        operation = routes[route]
        assert operation["security"] == [{"HTTPBearer": []}, {"APIKeyHeader": []}]
        assert {"401", "403", "422", "503"} <= operation["responses"].keys()
        assert "application/problem+json" in operation["responses"]["422"]["content"]
        if body := operation.get("requestBody"):
            name = body["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
            assert models[name]["examples"]


def test_the_examples_of_the_interface_work(bureau: Bureau):
    models = bureau.client.get("/openapi.json").json()["components"]["schemas"]
    (seeker,), (vacancy,) = models["SeekerBody"]["examples"], models["VacancyBody"]["examples"]
    assert bureau.put("/v1/seekers/S-1001", seeker).status_code == 201
    assert bureau.put("/v1/vacancies/V-2001", vacancy | {"employer_id": "E-1"}).status_code == 201
    (profile,) = models["ProfileBody"]["examples"]
    assert bureau.post("/v1/matches", profile).json()["lines"]
    made = bureau.post("/v1/referrals", models["ReferralBody"]["examples"][0])
    assert made.status_code == 201
