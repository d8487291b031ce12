"""Protected attributes and identity numbers change nothing: the proof of the first hard rule."""

from __future__ import annotations

import csv
from datetime import UTC, date, datetime
from pathlib import Path

import orjson
import pytest

from matcher.bootstrap import App
from matcher.db.engine import migrate, open_engine, reading
from matcher.db.store import active_seekers, open_vacancies
from matcher.entities import Channel, Language
from matcher.identity import IdentityKey
from matcher.jobs.importing import import_files
from matcher.service.views import slate_view
from matcher.simulation import simulate
from tests.bureau import publish_index, settings_in, untracked
from tests.strategies import REFERENCE

LAST_DAY = datetime(2026, 3, 16, 4, 0, tzinfo=UTC)
VOLATILE = ("impression_id", "versions")


def lists_of(register: Path, folder: Path, model: Path) -> bytes:
    """Every list that this register gives, both directions, as the bytes that are shown."""
    app = App(settings_in(folder, model), clock=lambda: LAST_DAY)
    engine = open_engine(app.settings.sqlalchemy_url)
    migrate(engine)
    engine.dispose()
    reports = import_files(
        app.engine,
        [register],
        reference=app.reference,
        key=IdentityKey(1, b"k" * 32),
        rejects_dir=folder / "rejects",
        today=LAST_DAY.date(),
        track=untracked,
    )
    assert not any(report.rejected for report in reports)
    publish_index(app)
    app.live.load_newest()
    with reading(app.engine) as connection:
        seekers = [s.id for s in active_seekers(connection)]
        vacancies = [v.id for v, _ in open_vacancies(connection, LAST_DAY.date())]
    slates = [app.lists.for_seeker(key, k=20, channel=Channel.COUNSELLOR) for key in seekers]
    slates += [app.lists.for_vacancy(key, k=20, channel=Channel.COUNSELLOR) for key in vacancies]
    app.engine.dispose()
    assert sum(len(slate.lines) for slate in slates) > 100
    views = [slate_view(s, language=Language.ZH, reference=app.reference) for s in slates]
    return orjson.dumps([{k: v for k, v in view.items() if k not in VOLATILE} for view in views])


def rewritten(source: Path, target: Path, change) -> None:
    with source.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    before = [dict(row) for row in rows]
    change(rows)
    assert rows != before
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)


def other_person(rows: list[dict[str, str]]) -> None:
    for row in rows:
        row["sex"] = "male" if row["sex"] == "female" else "female"
        row["birth_date"] = "1950-01-01" if row["birth_date"] > "1980" else "2005-12-31"
        row["special_groups"] = "none" if row["special_groups"] != "none" else "disability"


def other_numbers(rows: list[dict[str, str]]) -> None:
    numbers = [row["id_number"] for row in rows]
    for row, number in zip(rows, numbers[1:] + numbers[:1], strict=True):
        row["id_number"] = number


def other_names(rows: list[dict[str, str]]) -> None:
    for row in rows:
        row["name"] = "別人"


@pytest.mark.parametrize(
    ("table", "change"),
    [("protected", other_person), ("seekers", other_numbers), ("seekers", other_names)],
)
def test_lists_stay_byte_identical(tmp_path: Path, tiny_model: Path, table: str, change):
    register, changed = tmp_path / "register", tmp_path / "changed"
    simulate(seekers=200, seed=5, start=date(2025, 3, 16), out=register, reference=REFERENCE)
    changed.mkdir()
    for source in register.glob("*.csv"):
        (changed / source.name).write_bytes(source.read_bytes())
    rewritten(register / f"{table}.csv", changed / f"{table}.csv", change)
    one = lists_of(register, tmp_path / "one", tiny_model)
    other = lists_of(changed, tmp_path / "other", tiny_model)
    assert one == other
