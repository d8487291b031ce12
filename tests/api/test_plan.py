"""The plan at the web edge: who may read it, and how a list says that it shares the openings."""

from __future__ import annotations

from pathlib import Path

import pytest

from matcher.service.keys import Role
from tests.bureau import Bureau
from tests.plans import planned
from tests.rankers import put_in_place, small_ranker


@pytest.fixture
def generation(bureau: Bureau, tmp_path: Path) -> str:
    app = bureau.app
    put_in_place(app, small_ranker())
    app.sync()
    made = planned(app, app.live.snapshot.index, tmp_path).generation
    app.sync()
    return made


def matches(bureau: Bureau, **asked: str) -> dict:
    answer = bureau.client.get(
        "/v1/seekers/S-1/matches",
        params={"reason": "present", **asked},
        headers=bureau.headers(Role.COUNSELLOR),
    )
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_list_tells_in_how_many_lists_a_vacancy_stands(bureau: Bureau, generation: str):
    found = matches(bureau, lang="en")
    assert found["versions"]["plan"] == generation
    assert "shared out" in found["ranking"]["shared"]
    crowd = found["lines"][0]["crowd"]
    openings = found["lines"][0]["openings_left"]
    people = crowd["shown_to"]
    assert crowd["text"] == f"in the lists of {people} people; openings left: {openings}"
    assert 0 < crowd["free"] <= 1


@pytest.mark.usefixtures("generation")
def test_a_counsellor_can_ask_for_the_list_as_if_nobody_else_were_looking(bureau: Bureau):
    found = matches(bureau, order="own")
    assert found["versions"]["plan"] is None
    assert found["ranking"]["shared"] is None
    assert {line["crowd"] for line in found["lines"]} == {None}


def test_a_profile_that_nobody_registered_gets_its_share_too(bureau: Bureau, generation: str):
    answer = bureau.client.post(
        "/v1/matches", json={"text": "倉庫"}, headers=bureau.headers(Role.KIOSK)
    )
    assert answer.json()["versions"]["plan"] == generation


@pytest.mark.usefixtures("generation")
@pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.ANALYST, Role.ADMIN])
def test_supervisors_and_analysts_read_the_plan(bureau: Bureau, role: Role):
    answer = bureau.client.get("/v1/plan", headers=bureau.headers(role))
    assert answer.status_code == 200
    plan = answer.json()
    assert plan["unpriced"] <= plan["expected_hires"] + 1e-9 <= plan["bound"] + 2e-9


@pytest.mark.usefixtures("generation")
@pytest.mark.parametrize("role", [Role.KIOSK, Role.COUNSELLOR])
def test_others_do_not(bureau: Bureau, role: Role):
    assert bureau.client.get("/v1/plan", headers=bureau.headers(role)).status_code == 403


def test_without_a_plan_it_says_how_to_make_one(bureau: Bureau):
    answer = bureau.client.get("/v1/plan", headers=bureau.headers(Role.ANALYST))
    assert answer.status_code == 404
    assert "matcher plan" in answer.text
