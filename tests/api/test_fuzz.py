"""Requests made up from the interface's own description: none makes the service fail."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error

from api.access import MAY
from matcher.service.keys import Role
from tests.api.test_input_errors import PYDANTIC
from tests.bureau import Bureau, copied


@pytest.fixture(scope="module")
def fuzzed(
    template: tuple[Path, dict[Role, str]],
    tiny_model: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Bureau]:
    with copied(template, tiny_model, tmp_path_factory.mktemp("fuzzed")) as opened:
        yield opened


@pytest.mark.parametrize("route", [*MAY, "GET /health/live", "GET /health/ready"])
def test_no_request_makes_the_service_fail(fuzzed: Bureau, route: str):
    method, path = route.split()
    described = schemathesis.openapi.from_asgi("/openapi.json", fuzzed.client.app)
    statuses = set()

    @settings(max_examples=15, deadline=None, derandomize=True, suppress_health_check=HealthCheck)
    @given(case=described[path][method].as_strategy())
    def send(case: schemathesis.Case) -> None:
        response = case.call(headers=fuzzed.headers(Role.ADMIN))
        statuses.add(response.status_code)
        # Wrong input is told in our own words (api/input_errors.py), whatever is wrong.
        assert not [words for words in PYDANTIC if words in response.text]
        case.validate_response(response, checks=[not_a_server_error])

    send()
    assert statuses
    assert 401 not in statuses
