"""The event log: nothing in it is ever changed, and a register from before it is taken over."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta

import pytest
from alembic import command
from sqlalchemy import Engine, insert, inspect, select

from matcher.db import tables
from matcher.db.codec import TABLES, to_row
from matcher.db.engine import _alembic_config, appending, migrate, open_engine, reading, writing
from matcher.db.store import Upsert, upsert
from matcher.entities import JobSeeker, Placement, Void, Voidable
from matcher.errors import InvalidInputError
from matcher.rates.periods import year_of
from matcher.service.figures import Figures, Query, Side
from tests.rates.register import noon, write
from tests.rates.test_registry import REGISTER, YEAR_108

DAYS = [date(2020, 1, day) for day in (6, 7, 8)]
SEEKER = JobSeeker(id="S1", registered_on=date(2019, 5, 1), district="806")
PLACED = Placement(id="P1", seeker_id="S1", placed_on=date(2019, 6, 1))


def log(engine: Engine) -> list[tuple]:
    with reading(engine) as connection:
        return [tuple(row) for row in connection.execute(select(tables.events))]


def placed(engine: Engine, as_of: date | None = None) -> int:
    figures = Figures(engine, lambda: noon(DAYS[-1] + timedelta(days=1)))
    query = Query(period=year_of(2019), keys=("employment_rate",), as_of=as_of)
    return figures.report(query).rates[0].numerator


def test_a_correction_is_an_event_more_and_the_old_one_stays_as_it_was(engine: Engine):
    write(engine, SEEKER, PLACED, on=DAYS[0])
    before = log(engine)
    write(engine, replace(PLACED, placed_on=date(2018, 6, 1)), on=DAYS[1])
    write(engine, replace(PLACED, placed_on=date(2019, 6, 2)), on=DAYS[2])
    assert log(engine)[: len(before)] == before
    assert len(log(engine)) == len(before) + 2
    assert [placed(engine, day) for day in DAYS] == [1, 0, 1]
    assert placed(engine) == 1


def test_what_no_figure_counts_adds_no_event(engine: Engine):
    write(engine, SEEKER, on=DAYS[0])
    before = log(engine)
    write(engine, replace(SEEKER, title="焊工", text="會電焊"), on=DAYS[1])
    write(engine, SEEKER, on=DAYS[2])
    assert log(engine) == before


def test_a_void_record_counts_no_more_but_did_before(engine: Engine):
    write(engine, SEEKER, PLACED, on=DAYS[0])
    write(engine, Void(kind=Voidable.PLACEMENTS, record_id="P1", reason="重複"), on=DAYS[1])
    assert [placed(engine, day) for day in DAYS] == [1, 0, 0]
    with writing(engine, now=noon(DAYS[2])) as connection:
        assert upsert(connection, [PLACED, replace(PLACED, id="P2")]) == Upsert(added=1, same=1)
        found = connection.execute(select(tables.placements.c.id)).scalars().all()
    assert found == ["P2"]
    assert [placed(engine, day) for day in DAYS] == [1, 0, 1]


def test_a_void_person_stays_on_the_register_and_is_counted_no_more(engine: Engine):
    write(engine, SEEKER, on=DAYS[0])
    write(engine, Void(kind=Voidable.SEEKERS, record_id="S1"), on=DAYS[1])
    write(engine, replace(SEEKER, registered_on=date(2019, 8, 1)), on=DAYS[2])
    figures = Figures(engine, lambda: noon(DAYS[2]))
    seen = [
        figures.report(Query(period=YEAR_108, keys=("employment_rate",), as_of=day)).rates[0]
        for day in DAYS
    ]
    assert [rate.denominator for rate in seen] == [1, 0, 0]
    with reading(engine) as connection:
        assert connection.execute(select(tables.job_seekers.c.id)).scalar() == "S1"


def test_figures_from_before_the_log_and_of_tomorrow_are_refused(engine: Engine):
    write(engine, SEEKER, on=DAYS[0])
    with pytest.raises(InvalidInputError, match="log begins on 2020-01-06"):
        placed(engine, DAYS[0] - timedelta(days=1))
    with pytest.raises(InvalidInputError, match="not known yet"):
        placed(engine, DAYS[-1] + timedelta(days=2))


def test_a_day_ends_at_midnight_in_taipei(engine: Engine):
    with writing(engine, now=noon(DAYS[0]).replace(hour=15, minute=59)) as connection:
        upsert(connection, [SEEKER])
    with writing(engine, now=noon(DAYS[0]).replace(hour=16)) as connection:
        upsert(connection, [PLACED])
    assert [placed(engine, day) for day in DAYS] == [0, 1, 1]


def test_the_events_behind_a_figure_are_those_it_counts(engine: Engine):
    write(engine, *REGISTER, on=DAYS[0])
    figures = Figures(engine, lambda: noon(DAYS[0]))

    def records(key: str, side: Side) -> list[str]:
        found = figures.evidence(Query(period=YEAR_108), key, side)
        return sorted(event.record for event in found.events)

    assert records("employment_rate", Side.NUMERATOR) == ["P1", "P2", "P3"]
    assert records("on_site_match_rate", Side.NUMERATOR) == ["R1", "R3"]
    assert records("training_rate", Side.NUMERATOR) == ["G20", "G24"]
    assert records("fill_rate", Side.DENOMINATOR) == ["V1", "V2"]


def test_a_register_from_before_the_log_keeps_its_figures(database_url: str):
    engine = open_engine(database_url)
    with appending(engine) as connection:
        config = _alembic_config()
        config.attributes["connection"] = connection
        command.upgrade(config, "0002")
    old = [r for r in REGISTER if type(r).__name__ != "Service"]
    with appending(engine) as connection:
        for record in sorted(old, key=lambda r: list(TABLES).index(type(r))):
            table = TABLES[type(record)]
            then = {column["name"] for column in inspect(connection).get_columns(table.name)}
            row = {name: value for name, value in to_row(record).items() if name in then}
            connection.execute(insert(table), [row])
    migrate(engine)
    fresh = Figures(engine).rates(YEAR_108)
    counted = {rate.formula.key: (rate.numerator, rate.denominator) for rate in fresh}
    assert counted["employment_rate"] == (2, 3)
    assert counted["fill_rate"] == (3, 7)
    assert counted["openings_per_seeker"] == (7, 3)
    assert counted["on_site_match_rate"] == (2, 4)
    # What was taken over is replaced by a correction like anything else.
    write(engine, replace(REGISTER[2], registered_on=date(2018, 1, 1)), on=date(2100, 1, 1))
    assert Figures(engine).rates(YEAR_108)[0].denominator == 2
    with reading(engine) as connection:
        kinds = Counter(connection.execute(select(tables.events.c.kind)).scalars())
    assert kinds["seeker_registered"] == 5
    assert kinds["booth_taken"] == 3
    engine.dispose()


def test_the_migration_says_in_sql_what_the_program_says_of_a_record(engine: Engine):
    old = [r for r in REGISTER if type(r).__name__ != "Service"]
    write(engine, *(replace(r, type=None) if hasattr(r, "type") else r for r in old), on=DAYS[0])
    columns = [c for c in tables.events.c if c.name not in {"seq", "recorded_at"}]

    def content() -> list[tuple]:
        with reading(engine) as connection:
            rows = connection.execute(select(*columns)).all()
        return sorted(map(tuple, rows), key=repr)

    written = content()
    with appending(engine) as connection:
        config = _alembic_config()
        config.attributes["connection"] = connection
        command.downgrade(config, "0002")
        command.upgrade(config, "head")
    assert content() == written
