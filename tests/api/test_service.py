"""Health, rates, headers, logs and the documentation page."""

from __future__ import annotations

import re

from structlog.testing import capture_logs

from api.access import MAY
from api.schemas import RateList
from matcher.db.engine import writing
from matcher.db.store import upsert
from matcher.entities import HireReport, Placement
from matcher.service.keys import Role
from tests.bureau import NOON, Bureau


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


def test_rates_are_printed_with_all_they_are_computed_from(bureau: Bureau):
    with writing(bureau.app.engine) as connection:
        upsert(connection, [Placement(id="P-1", seeker_id="S-1", placed_on=NOON.date())])
        filled = {"vacancy_id": "V-1", "reported_on": NOON.date()}
        upsert(connection, [HireReport(id="H-1", openings_filled=1, **filled)])
    answer = bureau.get("/v1/rates?from=2026-01-01&to=2026-12-31&lang=en", role=Role.ANALYST)
    found = RateList.model_validate(answer.json())
    rates = {rate.key: rate for rate in found.rates}
    assert (rates["employment_rate"].value, rates["employment_rate"].number) == ("50.00", 50.0)
    assert rates["fill_rate"].value == "16.67"
    assert (rates["fill_rate"].numerator.count, rates["fill_rate"].denominator.count) == (1, 6)
    assert rates["openings_per_seeker"].value == "3.00"
    assert "openings_filled / openings_registered" in rates["fill_rate"].formula
    assert "half up" in rates["fill_rate"].formula
    assert found.period.first_roc == "民國115年1月1日"


def test_rates_are_those_of_the_last_twelve_months_unless_asked_otherwise(bureau: Bureau):
    period = bureau.get("/v1/rates").json()["period"]
    assert (period["first"], period["last"]) == ("2025-03-17", "2026-03-16")
    period = bureau.get("/v1/rates?to=2019-12-31").json()["period"]
    assert (period["first"], period["last"]) == ("2019-01-01", "2019-12-31")
    assert bureau.get("/v1/rates?from=2026-12-31").status_code == 422


def test_a_rate_of_nothing_has_no_value(bureau: Bureau):
    rates = bureau.get("/v1/rates?from=2019-01-01&to=2019-12-31").json()["rates"]
    assert [(rate["value"], rate["number"]) for rate in rates] == [(None, None)] * 3


def test_answers_are_not_kept_by_anybody_in_between(bureau: Bureau):
    for answer in (bureau.get("/v1/rates"), bureau.client.get("/v1/rates")):
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
    assert "cache-control" not in bureau.client.get("/static/pages.css").headers


def test_the_log_names_routes_and_never_people_or_what_they_wrote(bureau: Bureau):
    with capture_logs() as logs:
        bureau.get("/v1/seekers/S-1/matches?lang=en")
        bureau.post("/v1/matches", {"text": "會開堆高機"})
        bureau.get("/v1/secret-address")
        bureau.get("/v1/seekers/S-404/matches")
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
