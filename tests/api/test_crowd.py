"""More lists than can be answered soon are not made: whoever comes then is asked to come again."""

from __future__ import annotations

import asyncio

import pytest

from api.crowd import AT_ONCE, INSIDE, Crowd
from matcher.entities import Language
from matcher.errors import BusyError
from matcher.service.keys import Role
from tests.bureau import Bureau
from tests.fairground import CARD
from tests.pages.test_access import sign_in


def test_so_many_are_let_in_and_so_many_worked_on():
    async def crowded() -> tuple[int, int]:
        crowd, leave = Crowd(), asyncio.Event()
        working = refused = 0

        async def visit() -> None:
            nonlocal working, refused
            try:
                async with crowd.turn():
                    working += 1
                    await leave.wait()
            except BusyError:
                refused += 1

        visits = [asyncio.create_task(visit()) for _ in range(INSIDE + 3)]
        await asyncio.sleep(0.01)
        at_work = working
        leave.set()
        await asyncio.gather(*visits)
        assert working == INSIDE
        async with crowd.turn():
            return at_work, refused

    assert asyncio.run(crowded()) == (AT_ONCE, 3)


def test_a_turn_that_fails_is_given_back():
    async def failing() -> None:
        crowd = Crowd()
        for _ in range(INSIDE + 1):
            with pytest.raises(ValueError, match="went wrong"):
                async with crowd.turn():
                    raise ValueError("went wrong")

    asyncio.run(failing())


def test_who_is_sent_away_hears_when_to_come_again_and_others_are_served(bureau: Bureau):
    crowd = bureau.client.app.state.crowd
    crowd._inside = INSIDE
    for answer in (
        bureau.get("/v1/seekers/S-1/matches?reason=present"),
        bureau.get("/v1/vacancies/V-1/candidates?reason=present"),
        bureau.post("/v1/matches", {"text": "倉庫"}),
    ):
        assert answer.status_code == 503
        assert answer.json()["type"] == "/problems/busy"
        assert answer.headers["retry-after"] == "1"
    assert bureau.get("/v1/rates").status_code == 200
    crowd._inside = 0
    assert bureau.get("/v1/seekers/S-1/matches?reason=present").status_code == 200


WORDS = {
    "zh": "人太多",
    "en": "Many people are asking",
    "vi": "nhiều người hỏi",
    "id": "banyak yang bertanya",
    "th": "มีผู้ใช้จำนวนมาก",
}


@pytest.mark.parametrize("language", Language)
def test_a_kiosk_of_a_crowded_service_says_so_in_the_visitors_language(
    fairground: Bureau, language: Language
):
    token = sign_in(fairground, Role.KIOSK)
    client, crowd = fairground.client, fairground.client.app.state.crowd
    client.post("/kiosk/language", data={"lang": language, "token": token})
    client.post("/kiosk/scan", data={"number": CARD, "token": token})
    crowd._inside = INSIDE
    answer = client.post("/kiosk/confirm", data={"token": token})
    assert WORDS[language] in answer.text
    assert 'http-equiv="refresh"' in answer.text
    client.post("/kiosk/write", data={"token": token})
    answer = client.post("/kiosk/introduce", data={"token": token, "job": "4321"})
    assert WORDS[language] in answer.text
    crowd._inside = 0
    client.post("/kiosk/scan", data={"number": CARD, "token": token})
    answer = client.post("/kiosk/confirm", data={"token": token})
    assert "V-1" in answer.text
