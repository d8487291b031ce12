"""The night is done once, whatever happens to it, and says what somebody must look at."""

from __future__ import annotations

import json
import os
import shutil
import signal
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from matcher.artifacts.folder import created
from matcher.bootstrap import App
from matcher.cli import app as command
from matcher.db.engine import migrate, open_engine, writing
from matcher.db.store import get_many, upsert
from matcher.entities import Vacancy
from matcher.errors import ConfigurationError, ConflictError
from matcher.jobs import candidates, prepared
from matcher.jobs.alone import alone
from matcher.jobs.nights import State, last_figures, last_night
from matcher.service.clock import day_of
from matcher.simulation import simulate
from tests.bureau import settings_in
from tests.databases import database
from tests.jobs.killed import NOW, SMALL_PART, TODAY, exit_code, one_night
from tests.jobs.past import START, opened
from tests.rankers import put_in_place, small_ranker
from tests.strategies import REFERENCE

KILLED_BEFORE = (
    ("taken.json", 1),
    ("journal.json", 1),  # taken in, but not noted
    ("journal.json", 3),  # expired, but not noted
    ("current", 1),
    ("journal.json", 1),  # indexed, but not noted
    ("journal.json", 3),  # erased, but not noted
    ("journal.json", 3),  # looked whether training is due, but not noted
    ("part-00001.npz", 1),
    ("journal.json", 1),  # candidates found, but not noted
    ("current", 1),  # a plan published, but not current
    ("journal.json", 1),  # planned, but not noted
    ("part-00001.parquet", 1),
    ("journal.json", 1),  # slates prepared, but not noted
    ("part-00001.parquet", 1),
    ("journal.json", 1),  # shortlists prepared, but not noted
    ("figures.json", 1),
    ("journal.json", 1),  # counted, but not noted
    ("journal.json", 3),  # reported, but not noted
    ("journal.json", 3),  # recorded, but not noted
)
"""Where each run of one night is killed; the next goes on from there."""


@pytest.fixture(scope="module")
def incoming(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("incoming")
    simulate(seekers=250, seed=5, start=START, out=folder, reference=REFERENCE)
    return folder


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory, tiny_model: Path) -> Path:
    """A bureau with a ranker of this month, and nothing else."""
    folder = tmp_path_factory.mktemp("empty")
    app = opened(folder, tiny_model)
    put_in_place(app, small_ranker())
    app.engine.dispose()
    return folder


@pytest.fixture(scope="module")
def done(
    tmp_path_factory: pytest.TempPathFactory, empty: Path, incoming: Path, tiny_model: Path
) -> Path:
    """The same after a night that nothing disturbed."""
    folder = tmp_path_factory.mktemp("done") / "bureau"
    shutil.copytree(empty, folder)
    assert exit_code(folder, tiny_model, incoming) == 0
    return folder


@pytest.fixture
def app(done: Path, tiny_model: Path, tmp_path: Path) -> Iterator[App]:
    """The bureau after its night, fresh for each test."""
    shutil.copytree(done, tmp_path / "bureau")
    app = App(settings_in(tmp_path / "bureau", tiny_model), clock=lambda: NOW)
    yield app
    app.engine.dispose()


@pytest.fixture
def files(incoming: Path, tmp_path: Path) -> Path:
    """The incoming files, to be changed."""
    return shutil.copytree(incoming, tmp_path / "incoming")


def left_by(folder: Path) -> dict[str, str]:
    """Digests of all that a night prepared and counted.

    Of the report its figures: how a picture is drawn may depend on what was drawn before.
    """
    night = folder / "var" / "nightly" / TODAY.isoformat()
    paths = [*night.rglob("*.parquet"), night / "figures.json", *night.glob("report/*.json")]
    return {str(path.relative_to(night)): sha256(path.read_bytes()).hexdigest() for path in paths}


def test_a_night_killed_at_every_step_ends_with_the_same_bytes(
    done: Path, empty: Path, incoming: Path, tiny_model: Path, tmp_path: Path
):
    folder = shutil.copytree(empty, tmp_path / "bureau")
    for moment in KILLED_BEFORE:
        assert exit_code(folder, tiny_model, incoming, moment) == -signal.SIGKILL, moment
    assert exit_code(folder, tiny_model, incoming) == 0
    expected = left_by(done)
    assert {"slates/part-00001.parquet", "shortlists/part-00001.parquet"} <= set(expected)
    night = folder / "var" / "nightly" / TODAY.isoformat()
    assert {path.suffix for path in night.glob("report/*")} == {".html", ".ods", ".json"}
    assert left_by(folder) == expected
    told = last_night(folder / "var" / "nightly")
    assert told is not None
    assert {step.state for step in told.steps} == {State.DONE}
    assert {"index", "slates", "figures"} <= {step.name for step in told.steps if step.resumed}


def test_what_a_night_left_can_be_read_again(app: App):
    night, figures = last_night(app.night_folder), last_figures(app.night_folder)
    assert night is not None
    assert figures is not None
    assert (night.day, figures.day) == (TODAY, TODAY)
    assert not any(step.resumed for step in night.steps)
    assert figures.simulated
    assert figures.of("unlisted_share")


def test_on_postgresql_the_night_leaves_the_same_bytes(
    done: Path,
    incoming: Path,
    postgres_url: str,
    tiny_model: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(candidates, "PART", SMALL_PART)
    monkeypatch.setattr(prepared, "PART", SMALL_PART)
    with database(postgres_url) as url:
        app = App(settings_in(tmp_path, tiny_model, url), clock=lambda: NOW)
        engine = open_engine(url)
        migrate(engine)
        engine.dispose()
        put_in_place(app, small_ranker())
        one_night(app, incoming)
        app.engine.dispose()
    assert left_by(tmp_path) == left_by(done)


def test_what_is_done_is_not_done_again(app: App, files: Path):
    before = left_by(app.settings.var_dir.parent)
    told = one_night(app, files)
    assert [step.step for step in told if not step.before] == []
    assert [step.step for step in told] == [
        "take in", "expire", "index", "erase", "train", "candidates", "plan", "slates",
        "shortlists", "figures", "report", "record",
    ]  # fmt: skip
    assert left_by(app.settings.var_dir.parent) == before


def test_what_changed_is_done_again_and_a_closed_vacancy_leaves_all_lists(app: App, files: Path):
    folder = app.settings.var_dir.parent
    close(app, closed := min(listed(app, "slates")))
    before = left_by(folder)
    again = {step.step for step in one_night(app, files) if not step.before}
    assert again == {
        "index", "candidates", "plan", "slates", "shortlists", "figures", "report", "record"
    }  # fmt: skip
    assert closed not in listed(app, "slates") | listed(app, "shortlists")
    assert left_by(folder) != before


def test_a_kill_while_old_lists_are_cleared_away_lets_none_of_them_stand(
    app: App, incoming: Path, tiny_model: Path
):
    folder = app.settings.var_dir.parent
    close(app, closed := min(listed(app, "slates")))
    app.engine.dispose()
    # Old slates not forgotten yet; forgotten and cleared, but not begun.
    for moment in (("journal.json", 4), ("journal.json", 2)):
        assert exit_code(folder, tiny_model, incoming, moment) == -signal.SIGKILL
    assert exit_code(folder, tiny_model, incoming) == 0
    assert closed not in listed(app, "slates") | listed(app, "shortlists")


def listed(app: App, kind: str, night: date = TODAY) -> set[str]:
    """Vacancies in the lists of one kind."""
    folder = app.night_folder / night.isoformat() / kind
    return {
        key
        for path in folder.glob("*.parquet")
        for key in pq.read_table(path)["vacancy"].drop_null().to_pylist()
    }


def close(app: App, key: str, **dates: date) -> None:
    """Close a vacancy the day before, or as `dates` say."""
    with writing(app.engine) as connection:
        (vacancy,) = get_many(connection, Vacancy, [key]).values()
        dates = dates or {"closed_on": TODAY - timedelta(days=1)}
        upsert(connection, [replace(vacancy, **dates)])


def test_a_vacancy_past_its_last_day_leaves_the_lists_the_night_after(app: App, files: Path):
    close(app, last := min(listed(app, "shortlists")), closes_on=TODAY)
    one_night(app, files)
    tomorrow = TODAY + timedelta(days=1)
    one_night(app, files, night=tomorrow, now=NOW + timedelta(days=1))
    assert last in listed(app, "shortlists")
    assert last not in listed(app, "shortlists", tomorrow)


def test_a_register_without_people_has_a_night_too(tiny_model: Path, tmp_path: Path):
    app = opened(tmp_path, tiny_model)
    told = one_night(app, tmp_path / "no such folder")
    assert told[-1].step == "record"
    figures = json.loads((app.night_folder / TODAY.isoformat() / "figures.json").read_text())
    assert not figures["simulated"]
    assert not figures["alerts"]
    app.engine.dispose()


def test_the_next_night_takes_in_only_what_changed(app: App, files: Path):
    (files / "employers.csv").write_text("id,name,industry\nE-new,新開的店,\n", encoding="utf-8")
    tomorrow = TODAY + timedelta(days=1)
    (taken, *_) = one_night(app, files, night=tomorrow, now=NOW + timedelta(days=1))
    assert (taken.result["files"], taken.result["accepted"]) == (1, 1)


def test_a_file_that_cannot_be_read_is_told_and_stops_nothing(app: App, files: Path):
    (files / "zzz.csv").write_text("colour\nred\n", encoding="utf-8")
    told = one_night(app, files)
    (trouble,) = told[0].trouble
    assert "zzz.csv" in trouble
    assert told[-1].step == "record"


def test_training_waits_for_the_first_night_of_a_month(app: App, files: Path):
    (train,) = [step for step in one_night(app, files) if step.step == "train"]
    assert train.result == {"due": False}
    next_month = timedelta(days=20)
    told = one_night(app, files, night=TODAY + next_month, now=NOW + next_month)
    (train,) = [step for step in told if step.step == "train"]
    assert train.result["due"]
    assert "untrained" in train.result or len(created(app.ranker_folder)) == 2
    assert told[-1].step == "record"


def test_a_day_to_come_is_refused(app: App, files: Path):
    with pytest.raises(ConfigurationError, match="has not come"):
        one_night(app, files, night=TODAY + timedelta(days=1))


def test_a_night_of_an_earlier_day_is_as_of_that_day(app: App, files: Path):
    """Also one that is resumed after midnight: it keeps the moment at which it began."""
    close(app, last := min(listed(app, "slates")), closes_on=TODAY)
    after = NOW + timedelta(days=1)
    one_night(app, files, now=after)
    assert last in listed(app, "slates")
    yesterday = TODAY - timedelta(days=1)
    one_night(app, files, night=yesterday, now=after)
    for day in (TODAY, yesterday):
        journal = json.loads((app.night_folder / day.isoformat() / "journal.json").read_text())
        assert day_of(datetime.fromisoformat(journal["began_at"])) == day


def test_a_second_night_says_who_holds_the_first(app: App, files: Path):
    with (
        alone(app.night_folder, "night"),
        pytest.raises(ConflictError, match=f"process {os.getpid()} on "),
    ):
        one_night(app, files)


def test_lists_of_old_nights_are_removed_and_their_figures_stay(app: App, files: Path):
    for day in range(5):
        old = app.night_folder / (TODAY - timedelta(days=10 + day)).isoformat()
        (old / "slates").mkdir(parents=True)
        (old / "figures.json").write_text("{}")
    one_night(app, files)
    assert len(list(app.night_folder.glob("*/slates"))) == 3
    assert len(list(app.night_folder.glob("*/figures.json"))) == 6


def test_a_store_that_is_not_there_costs_the_record_only(app: App, files: Path):
    told = one_night(app, files)
    assert told[-1].result["run"] == ""
    assert told[-1].trouble


def test_the_figures_say_what_they_are(app: App):
    figures = json.loads((app.night_folder / TODAY.isoformat() / "figures.json").read_text())
    assert figures["simulated"]
    assert "模擬" in figures["notice"]
    keys = {figure["key"] for figure in figures["figures"]}
    assert {"referred_rate", "hit@10", "empty_share", "unseen_share", "retrieval_recall"} <= keys
    assert all(figure["formula"] for figure in figures["figures"])
    assert {rate["key"] for rate in figures["rates"]} >= {"employment_rate", "fill_rate"}
    assert sum(day["shown"] for day in figures["days"]) > 0
    assert all(day["shown"] >= day["referred"] >= day["hired"] for day in figures["days"])


def test_the_command_says_what_was_done_and_what_to_look_at(
    done: Path, incoming: Path, tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    shutil.copytree(done, tmp_path / "bureau")
    settings = settings_in(tmp_path / "bureau", tiny_model)
    for name in ("data_dir", "models_dir", "var_dir", "encoder"):
        monkeypatch.setenv(f"MATCHER_{name.upper()}", str(getattr(settings, name)))
    monkeypatch.setenv("MATCHER_INCOMING_DIR", str(incoming))
    monkeypatch.setenv("MATCHER_DATABASE_URL", "")
    monkeypatch.setenv("MATCHER_MLFLOW_URL", "nothing://at/all")
    result = CliRunner().invoke(command, ["nightly", "--date", TODAY.isoformat()])
    assert result.exit_code == 3, result.output
    assert "slates (done before)" in result.output
    assert "look:" in result.output
    assert "Traceback" not in result.output
    refused = CliRunner().invoke(command, ["nightly", "--date", "2999-01-01"])
    assert refused.exit_code == 1
    assert "has not come" in refused.output
