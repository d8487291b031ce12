"""Many at once: everybody is answered, and the database's connections never run dry."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from matcher.db.engine import open_engine, writing
from tests.bureau import Bureau


def test_forty_visitors_at_once_are_all_answered(bureau: Bureau):
    def ask(number: int) -> int:
        return bureau.post("/v1/matches", {"text": f"倉庫 {number}"}).status_code

    with ThreadPoolExecutor(40) as visitors:
        assert set(visitors.map(ask, range(120))) == {200}


def test_a_long_write_elsewhere_keeps_lists_waiting_and_nobody_else(bureau: Bureau):
    other_process = open_engine(bureau.app.settings.sqlalchemy_url)
    with ThreadPoolExecutor(20) as visitors:
        with writing(other_process):
            lists = [visitors.submit(bureau.get, "/v1/seekers/S-1/matches") for _ in range(20)]
            assert bureau.get("/v1/rates").status_code == 200
            assert not any(waiting.done() for waiting in lists)
        assert {waiting.result().status_code for waiting in lists} == {200}
    other_process.dispose()
