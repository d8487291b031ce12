"""Many at once: everybody is answered, and the database's connections never run dry."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from tests.bureau import Bureau


def test_forty_visitors_at_once_are_all_answered(bureau: Bureau):
    def ask(number: int) -> int:
        return bureau.post("/v1/matches", {"text": f"倉庫 {number}"}).status_code

    with ThreadPoolExecutor(40) as visitors:
        assert set(visitors.map(ask, range(120))) == {200}
