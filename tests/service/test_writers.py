"""Somebody writes for long: who waits, and who does not."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from matcher.db.engine import open_engine, writing
from tests.bureau import Bureau


def test_a_long_write_elsewhere_keeps_only_sqlite_lists_waiting(
    either: Bureau,
):
    other_process = open_engine(either.app.settings.sqlalchemy_url)
    with ThreadPoolExecutor(20) as visitors:
        with writing(other_process):
            lists = [
                visitors.submit(either.get, "/v1/seekers/S-1/matches?reason=present")
                for _ in range(20)
            ]
            assert either.get("/v1/rates").status_code == 200
            if either.app.engine.dialect.name == "sqlite":
                assert not any(waiting.done() for waiting in lists)
            else:
                assert {done.result().status_code for done in lists} == {200}
        assert {waiting.result().status_code for waiting in lists} == {200}
    other_process.dispose()
