"""A running service follows the register, and nothing bad that is published takes it down."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete

from matcher.artifacts.folder import current
from matcher.bootstrap import App
from matcher.db import tables
from matcher.db.engine import migrate, open_engine, reading, writing
from matcher.db.store import must_get, upsert
from matcher.entities import (
    Channel,
    HireReport,
    JobSeeker,
    Referral,
    SeekerStatus,
    Vacancy,
)
from matcher.errors import ArtefactError, NotReadyError
from matcher.service.clock import day_of
from tests.bureau import CLERK, NOON, Bureau, publish_index, settings_in

TODAY = day_of(NOON)


def shown(bureau: Bureau, **options) -> list[str]:
    slate = bureau.app.lists.for_seeker("S-1", k=50, channel=Channel.COUNSELLOR, **options)
    return [line.candidate.id for line in slate.lines]


def vacancy(key: str, **values) -> Vacancy:
    return Vacancy(
        **{"id": key, "employer_id": "E-1", "title": "倉管", "openings": 1, "posted_on": TODAY}
        | values
    )


@pytest.fixture
def again() -> Iterator[Callable[..., App]]:
    """Opens the same bureau once more, as another process would."""
    opened: list[App] = []

    def reopen(bureau: Bureau, **changes) -> App:
        opened.append(replace(bureau.app, **changes))
        return opened[-1]

    yield reopen
    for app in opened:
        app.engine.dispose()


def write(bureau: Bureau, *records) -> None:
    """As another process would: the service is not told."""
    for record in records:
        with writing(bureau.app.engine) as connection:
            upsert(connection, [record])


def test_what_another_process_writes_is_found_after_the_next_sync(either: Bureau):
    assert "V-9" not in shown(either)
    write(either, vacancy("V-9"))
    assert either.app.sync() == 1
    assert "V-9" in shown(either)
    assert either.app.sync() == 0


@pytest.mark.parametrize("over", ["closed", "expired", "full"])
def test_a_vacancy_that_is_over_is_never_listed_by_an_index_that_does_not_know(either, over):
    before = shown(either)
    assert "V-1" in before
    yesterday = TODAY.fromordinal(TODAY.toordinal() - 1)
    write(
        either,
        {
            "closed": vacancy("V-1", closed_on=TODAY),
            "expired": vacancy("V-1", posted_on=yesterday, closes_on=yesterday),
            "full": HireReport(id="H-1", vacancy_id="V-1", reported_on=TODAY, openings_filled=2),
        }[over],
    )
    after = shown(either)
    assert after == [key for key in before if key != "V-1"]


def test_a_list_is_the_same_whether_or_not_something_else_has_changed_since(either: Bureau):
    def lines() -> list[tuple]:
        slate = either.app.lists.for_seeker("S-1", k=50, channel=Channel.COUNSELLOR)
        return [(line.candidate, line.vacancy, line.openings_left) for line in slate.lines]

    write(either, HireReport(id="H-1", vacancy_id="V-1", reported_on=TODAY, openings_filled=1))
    either.app.sync()
    nothing_new = lines()
    write(either, JobSeeker(id="S-9", registered_on=TODAY, title="廚師"))
    assert lines() == nothing_new
    assert [left for _, record, left in nothing_new if record.id == "V-1"] == [1]


def test_a_placed_seeker_is_no_candidate_even_for_an_old_index(either: Bureau):
    def candidates() -> list[str]:
        slate = either.app.shortlists.for_vacancy("V-2", k=50, channel=Channel.COUNSELLOR)
        return [line.candidate.id for line in slate.lines]

    assert "S-1" in candidates()
    write(
        either,
        JobSeeker(id="S-1", registered_on=TODAY, title="倉管", status=SeekerStatus.PLACED),
    )
    assert "S-1" not in candidates()


def test_ranks_stay_without_gaps_when_lines_fall_out(either: Bureau):
    write(either, vacancy("V-1", closed_on=TODAY))
    slate = either.app.lists.for_seeker("S-1", k=50, channel=Channel.COUNSELLOR)
    assert [line.candidate.rank for line in slate.lines] == [1, 2]


def test_a_new_generation_is_taken_up_and_lists_say_so(either: Bureau):
    old = either.app.live.snapshot.index.manifest.generation
    publish_index(either.app)
    either.app.sync()
    new = either.app.live.snapshot.index.manifest.generation
    assert new != old
    slate = either.app.lists.for_seeker("S-1", k=5, channel=Channel.COUNSELLOR)
    assert slate.index_generation == new


def test_a_damaged_generation_never_replaces_a_good_one(either: Bureau):
    good = either.app.live.snapshot
    publish_index(either.app)
    folder = either.app.index_folder / current(either.app.index_folder, kind="index")
    (folder / "vacancies.faiss").write_bytes(b"rubbish")
    either.app.live.load_newest()
    assert either.app.live.snapshot.index.manifest == good.index.manifest
    assert shown(either)


def test_a_first_index_that_is_damaged_is_an_error_with_a_remedy(either: Bureau, again):
    folder = either.app.index_folder / current(either.app.index_folder, kind="index")
    (folder / "manifest.json").write_text("{")
    fresh = again(either)
    with pytest.raises(ArtefactError, match="matcher index"):
        fresh.live.load_newest()
    with pytest.raises(NotReadyError, match="matcher index"):
        _ = fresh.live.snapshot


def test_an_index_made_by_another_encoder_is_refused(either: Bureau, again):
    fresh = again(either)
    fresh.indexer.encoder.fingerprint = "another"
    with pytest.raises(ArtefactError, match=r"encoder_fingerprint.*'another'"):
        fresh.live.load_newest()


def test_searches_during_changes_always_see_a_whole_state(either: Bureau):
    stop = threading.Event()

    def changing() -> Iterator[int]:
        number = 0
        while not stop.is_set():
            number += 1
            either.app.register.put(vacancy(f"W-{number % 7}", openings=number), by=CLERK, now=NOON)
            if number % 5 == 0:
                either.app.register.close_vacancy(f"W-{number % 7}", by=CLERK, now=NOON)
            yield number

    with ThreadPoolExecutor(1) as writer:
        written = writer.submit(lambda: sum(1 for _ in changing()))
        try:
            for _ in range(60):
                found = shown(either)
                assert len(found) == len(set(found))
                assert {"V-1", "V-2", "V-3"} <= set(found)
        finally:
            stop.set()
    assert written.result() > 0


def test_a_record_just_written_is_found_before_the_log_is_followed(either: Bureau):
    write(either, vacancy("V-8"))
    either.app.register.put(vacancy("V-9"), by=CLERK, now=NOON)
    found = shown(either)
    assert "V-9" in found
    assert "V-8" not in found
    either.app.sync()
    assert {"V-8", "V-9"} <= set(shown(either))


def test_who_was_sent_to_a_vacancy_is_still_known_once_it_has_changed(either: Bureau):
    yesterday = TODAY.fromordinal(TODAY.toordinal() - 1)
    write(either, Referral(id="R-1", seeker_id="S-2", vacancy_id="V-1", made_on=yesterday))
    write(either, Referral(id="R-2", seeker_id="S-1", vacancy_id="V-1", made_on=TODAY))
    publish_index(either.app)
    either.app.sync()
    with reading(either.app.engine) as connection:
        old = must_get(connection, Vacancy, "V-1")
    closed = replace(old, closed_on=TODAY)
    for changed in (
        old,
        replace(old, title="倉儲主管"),
        replace(old, title="倉儲組長"),
        closed,
        old,
    ):
        write(either, changed)
        either.app.sync()
        if changed is closed:
            assert either.app.live.snapshot.index.vacancies.one("V-1") is None
            continue
        columns, _ = either.app.live.snapshot.index.vacancies.one("V-1")
        assert columns.sent.tolist() == [1]


def test_a_line_whose_record_changed_waits_until_the_index_has_seen_it(either: Bureau):
    write(either, vacancy("V-1", place="848", openings=2))
    assert "V-1" not in shown(either)
    either.app.sync()
    assert "V-1" not in shown(either), "it is too far away now"
    write(either, vacancy("V-2", place="806", openings=2))
    assert "V-2" not in shown(either)
    either.app.sync()
    assert "V-2" in shown(either)


def test_a_vacancy_posted_for_tomorrow_is_listed_tomorrow_and_not_today(either: Bureau, again):
    tomorrow = NOON + timedelta(days=1)
    write(either, vacancy("V-9", posted_on=day_of(tomorrow)))
    publish_index(either.app)
    either.app.sync()
    assert "V-9" not in shown(either)
    later = again(either, clock=lambda: tomorrow)
    later.sync()
    slate = later.lists.for_seeker("S-1", k=50, channel=Channel.COUNSELLOR)
    assert "V-9" in [line.candidate.id for line in slate.lines]


def test_a_refused_generation_is_looked_at_once_and_said(either: Bureau):
    publish_index(either.app)
    folder = either.app.index_folder / current(either.app.index_folder, kind="index")
    (folder / "vacancies.faiss").write_bytes(b"rubbish")
    either.app.live.load_newest()
    assert either.app.live.refused is not None
    (folder / "vacancies.faiss").unlink()
    either.app.live.load_newest()
    assert "damaged" in either.app.live.refused.message
    publish_index(either.app)
    either.app.live.load_newest()
    assert either.app.live.refused is None


def test_the_index_of_another_register_is_refused(either: Bureau, tiny_model, tmp_path: Path):
    other = App(settings_in(tmp_path / "other", tiny_model), clock=lambda: NOON)
    engine = open_engine(other.settings.sqlalchemy_url)
    migrate(engine)
    engine.dispose()
    shutil.copytree(either.app.index_folder, other.index_folder)
    with pytest.raises(ArtefactError, match="register"):
        other.live.load_newest()
    other.engine.dispose()


def test_an_index_that_knows_more_than_a_restored_register_is_refused(either: Bureau, again):
    publish_index(either.app)
    with writing(either.app.engine) as connection:
        connection.execute(delete(tables.changes).where(tables.changes.c.seq > 1))
    fresh = again(either)
    with pytest.raises(ArtefactError, match="backup"):
        fresh.live.load_newest()
