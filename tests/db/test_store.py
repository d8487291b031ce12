"""The register keeps what it is given, on both databases alike."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from hypothesis import HealthCheck, given, settings
from sqlalchemy import Engine, event, select
from sqlalchemy.exc import IntegrityError

from matcher.db import tables
from matcher.db.codec import TABLES, from_row, to_row
from matcher.db.engine import appending, is_migrated, migrate, open_engine, reading, writing
from matcher.db.store import (
    Upsert,
    active_seekers,
    changes_since,
    get,
    last_change,
    missing_references,
    open_vacancies,
    register_id,
    upsert,
)
from matcher.entities import (
    Channel,
    Employer,
    HireReport,
    Impression,
    JobSeeker,
    Outcome,
    Pay,
    Referral,
    ReferralOutcome,
    SeekerStatus,
    Vacancy,
)
from matcher.errors import ConfigurationError
from tests.strategies import TODAY, seekers, vacancies

EMPLOYER = Employer(id="E1", name="大港鋼構")
SEEKER = JobSeeker(id="S1", registered_on=TODAY)
VACANCY = Vacancy(id="V1", employer_id="E1", title="倉管", openings=2, posted_on=TODAY)


def store(engine: Engine, *records) -> Upsert:
    with writing(engine) as connection:
        total = Upsert()
        for record in records:
            total += upsert(connection, [record])
    return total


def test_migrations_make_exactly_the_tables_of_the_program(engine: Engine):
    with reading(engine) as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, tables.metadata) == []
    assert is_migrated(engine)
    with appending(engine) as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0009'")
    assert not is_migrated(engine)
    with appending(engine) as connection:
        connection.exec_driver_sql("DROP TABLE alembic_version")
    assert not is_migrated(engine)


def test_every_entity_has_a_table_with_its_fields():
    for kind, table in TABLES.items():
        columns = {column.name for column in table.c}
        names = {f.name for f in fields(kind)} - {"pay"}
        assert names <= columns, kind


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(seeker=seekers(), vacancy=vacancies())
def test_what_is_stored_is_read_back_unchanged(engine: Engine, seeker, vacancy):
    store(engine, EMPLOYER, seeker, vacancy)
    with reading(engine) as connection:
        assert get(connection, JobSeeker, seeker.id) == seeker
        assert get(connection, Vacancy, vacancy.id) == vacancy


def test_an_impression_keeps_its_moment_and_its_items(engine: Engine):
    shown = Impression(
        id="I1",
        shown_at=datetime(2026, 3, 1, 4, 5, tzinfo=UTC),
        channel=Channel.COUNSELLOR,
        policy="linear-1",
        items=(("V1", 1.25), ("V2", None)),
        seeker_id="S1",
    )
    store(engine, SEEKER, shown)
    with reading(engine) as connection:
        assert get(connection, Impression, "I1") == shown


def test_storing_twice_changes_nothing_and_a_changed_record_is_updated(engine: Engine):
    assert store(engine, EMPLOYER, SEEKER) == Upsert(added=2)
    with reading(engine) as connection:
        seq = last_change(connection)
    assert store(engine, EMPLOYER, SEEKER) == Upsert(same=2)
    with reading(engine) as connection:
        assert last_change(connection) == seq
    renamed = JobSeeker(id="S1", registered_on=TODAY, title="焊工")
    assert store(engine, renamed) == Upsert(changed=1)
    with reading(engine) as connection:
        assert get(connection, JobSeeker, "S1") == renamed
        assert changes_since(connection, seq, 10) == [(seq + 1, "seeker", "S1")]


def test_a_step_of_a_referral_is_known_by_referral_and_outcome(engine: Engine):
    referral = Referral(id="R1", seeker_id="S1", vacancy_id="V1", made_on=TODAY)
    first = ReferralOutcome(referral_id="R1", outcome=Outcome.INTERVIEWED, happened_on=TODAY)
    hired = ReferralOutcome(referral_id="R1", outcome=Outcome.HIRED, happened_on=TODAY)
    assert store(engine, EMPLOYER, SEEKER, VACANCY, referral, first, hired).added == 6
    assert store(engine, first, hired) == Upsert(same=2)


def test_only_vacancies_that_may_be_shown_are_open(engine: Engine):
    yesterday, tomorrow = TODAY - timedelta(days=1), TODAY + timedelta(days=1)

    def vacancy(key: str, **changes) -> Vacancy:
        values = {"posted_on": yesterday, "openings": 2, **changes}
        return Vacancy(id=key, employer_id="E1", title="x", **values)

    store(
        engine,
        EMPLOYER,
        vacancy("open"),
        vacancy("last_day", closes_on=TODAY),
        vacancy("expired", closes_on=yesterday),
        vacancy("closed", closed_on=TODAY),
        vacancy("future", posted_on=tomorrow),
        vacancy("full"),
        vacancy("half"),
        HireReport(id="H1", vacancy_id="full", reported_on=TODAY, openings_filled=2),
        HireReport(id="H2", vacancy_id="half", reported_on=TODAY, openings_filled=1),
    )
    with reading(engine) as connection:
        found = {v.id: left for v, left in open_vacancies(connection, TODAY)}
        some = {v.id for v, _ in open_vacancies(connection, TODAY, ["full", "open"])}
    assert found == {"half": 1, "last_day": 2, "open": 2}
    assert some == {"open"}


def test_only_active_seekers_are_candidates(engine: Engine):
    for status in SeekerStatus:
        store(engine, JobSeeker(id=status.value, registered_on=TODAY, status=status))
    with reading(engine) as connection:
        assert [s.id for s in active_seekers(connection)] == ["active"]


def test_a_reference_to_nobody_is_named_and_never_stored(engine: Engine):
    good = Referral(id="R1", seeker_id="S1", vacancy_id="V1", made_on=TODAY)
    bad = Referral(id="R2", seeker_id="S9", vacancy_id="V1", made_on=TODAY)
    store(engine, EMPLOYER, SEEKER, VACANCY)
    with reading(engine) as connection:
        assert missing_references(connection, [good, bad]) == {1: ("seeker_id", "S9")}
    with pytest.raises(IntegrityError):
        store(engine, bad)


def test_a_crash_in_the_middle_of_a_transaction_leaves_the_old_state(engine: Engine):
    store(engine, EMPLOYER)

    def half_an_import() -> None:
        with writing(engine) as connection:
            upsert(connection, [SEEKER])
            upsert(connection, [VACANCY])
            raise RuntimeError("power cut")

    with pytest.raises(RuntimeError):
        half_an_import()
    with reading(engine) as connection:
        assert connection.execute(select(tables.job_seekers)).first() is None
        assert last_change(connection) == 0


def test_a_seeker_row_has_no_protected_attribute():
    columns = {column.name for column in tables.job_seekers.c}
    assert columns.isdisjoint({"sex", "birth_date", "age", "special_groups", "id_number", "digest"})
    assert set(to_row(SEEKER)) == columns
    assert from_row(JobSeeker, to_row(SEEKER)) == SEEKER


def test_an_unknown_kind_of_database_is_refused_with_a_remedy():
    with pytest.raises(ConfigurationError, match="sqlite:///"):
        open_engine("mysql://localhost/x")


def test_sqlite_enforces_references_and_writes_ahead(tmp_path: Path):
    engine = open_engine(f"sqlite:///{tmp_path / 'new' / 'folder' / 'm.db'}")
    with reading(engine) as connection:
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
    statements: list[str] = []
    event.listen(
        engine, "before_cursor_execute", lambda _c, _cu, sql, *_rest: statements.append(sql)
    )
    with writing(engine):
        pass
    assert statements == ["BEGIN IMMEDIATE"]
    engine.dispose()


def test_undisclosed_pay_never_has_a_figure(engine: Engine):
    with pytest.raises(IntegrityError):
        store(
            engine,
            EMPLOYER,
            Vacancy(
                id="V2", employer_id="E1", title="x", openings=1, posted_on=TODAY,
                pay=Pay(low=40_000, disclosed=False),
            ),
        )  # fmt: skip


def test_writers_follow_one_another_and_the_log_has_their_order(engine: Engine):
    second_may_end = threading.Event()

    def second() -> None:
        with writing(engine) as connection:
            upsert(connection, [JobSeeker(id="S2", registered_on=TODAY)])
        second_may_end.set()

    with ThreadPoolExecutor(1) as other:
        with writing(engine) as connection:
            running = other.submit(second)
            assert not second_may_end.wait(0.3)
            upsert(connection, [SEEKER])
        running.result()
    with reading(engine) as connection:
        assert [key for _, _, key in changes_since(connection, 0, 10)] == ["S1", "S2"]


def test_a_read_sees_one_moment(engine: Engine):
    with reading(engine) as connection:
        assert get(connection, Employer, "E1") is None
        with ThreadPoolExecutor(1) as other:
            other.submit(store, engine, EMPLOYER).result()
        assert get(connection, Employer, "E1") is None
    with reading(engine) as connection:
        assert get(connection, Employer, "E1") == EMPLOYER


def test_each_register_has_a_name_of_its_own(engine: Engine, tmp_path: Path):
    other = open_engine(f"sqlite:///{tmp_path / 'other.db'}")
    migrate(other)
    with reading(engine) as one, reading(other) as two:
        assert register_id(one) != register_id(two)
    other.dispose()
