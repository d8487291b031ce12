"""A key that asks too often is told when to ask again; others are served."""

from __future__ import annotations

import pytest

from matcher.errors import TooManyRequestsError
from matcher.service.keys import Role
from matcher.service.limits import WITHIN_S, Limiter
from tests.bureau import Bureau


class Watch:
    """A clock that is moved by hand."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def limited(bureau: Bureau) -> Watch:
    """Three requests a minute for each key."""
    watch = Watch()
    bureau.app.__dict__["limiter"] = Limiter(3, seconds=watch)
    return watch


def test_a_key_that_asks_too_often_hears_when_to_ask_again(bureau: Bureau, limited: Watch):
    for _ in range(3):
        assert bureau.get("/v1/rates").status_code == 200
    limited.now += 20.5
    refused = bureau.get("/v1/rates")
    assert refused.status_code == 429
    assert refused.headers["retry-after"] == "40"
    assert refused.json()["type"] == "/problems/too-many-requests"
    assert "3" in refused.json()["detail"]
    assert bureau.get("/v1/rates", role=Role.ANALYST).status_code == 200
    limited.now += 40
    assert bureau.get("/v1/rates").status_code == 200


@pytest.mark.usefixtures("limited")
def test_every_route_counts_and_so_does_what_is_refused(bureau: Bureau):
    asked = (
        bureau.get("/v1/seekers/S-1/matches?reason=present"),
        bureau.post("/v1/matches", {"text": "倉庫"}),
        bureau.get("/v1/plan"),
        bureau.get("/v1/seekers/S-1/matches?reason=present"),
    )
    assert [answer.status_code for answer in asked] == [200, 200, 403, 429]


@pytest.mark.usefixtures("limited")
def test_what_is_open_is_not_counted(bureau: Bureau):
    for _ in range(5):
        assert bureau.client.get("/health/live").status_code == 200


def test_a_minute_begins_with_the_first_request_of_it():
    watch = Watch()
    limiter = Limiter(2, seconds=watch)
    for _ in range(3):
        limiter.count("one")
        watch.now += 1
        limiter.count("one")
        with pytest.raises(TooManyRequestsError) as refused:
            limiter.count("one")
        assert refused.value.seconds == WITHIN_S - 1
        watch.now += WITHIN_S - 1


def test_the_description_tells_of_the_limit(bureau: Bureau):
    paths = bureau.client.get("/openapi.json").json()["paths"]
    for path, operations in paths.items():
        if path.startswith("/v1"):
            assert all("429" in one["responses"] for one in operations.values()), path
