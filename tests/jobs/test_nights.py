"""What the nights tell of themselves."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from matcher.errors import ArtefactError
from matcher.jobs import night_steps
from matcher.jobs.journal import Journal
from matcher.jobs.nights import FIGURES, STEPS, State, last_figures, last_night, trainings

BEGAN = datetime(2026, 3, 16, 18, 15, tzinfo=UTC)


def nothing() -> None:
    pass


def journal(folder: Path, day: date) -> Journal:
    return Journal.of(folder / day.isoformat(), day, BEGAN)


def figures(folder: Path, day: str, **more: object) -> None:
    told = {"day": day, "simulated": True, "figures": [], "alerts": []} | more
    (folder / day).mkdir(exist_ok=True)
    (folder / day / "journal.json").touch()
    (folder / day / FIGURES).write_text(json.dumps(told), encoding="utf-8")


def test_the_steps_are_those_of_the_night():
    assert tuple(step.name for step in night_steps.STEPS) == STEPS


def test_before_the_first_night_nothing_is_told(tmp_path: Path):
    assert last_night(tmp_path / "none") is None
    assert last_figures(tmp_path / "none") is None
    assert trainings(tmp_path / "none") == []


def test_the_newest_night_tells_how_far_each_step_is(tmp_path: Path):
    journal(tmp_path, date(2026, 3, 16)).begin("take in", "a", nothing)
    noted = journal(tmp_path, date(2026, 3, 17))
    noted.begin("take in", "a", nothing)
    noted.done("take in", {"trouble": ["a.csv: every row was rejected"]}, seconds=1.24)
    noted.begin("index", "b", nothing)
    night = last_night(tmp_path)
    assert night is not None
    assert (night.day, night.began_at) == (date(2026, 3, 17), BEGAN)
    told = {step.name: step for step in night.steps}
    taken, index, train = told["take in"], told["index"], told["train"]
    assert (taken.state, taken.seconds, taken.resumed) == (State.DONE, 1.2, False)
    assert taken.trouble == ("a.csv: every row was rejected",)
    assert (index.state, index.seconds) == (State.BEGUN, None)
    assert train.state is State.WAITING


def test_a_step_that_an_earlier_run_had_begun_is_told_as_resumed(tmp_path: Path):
    day = date(2026, 3, 17)
    journal(tmp_path, day).begin("index", "b", nothing)
    again = journal(tmp_path, day)
    again.begin("index", "b", nothing)
    again.done("index", {}, seconds=3)
    again.begin("train", "c", nothing)
    again.done("train", {}, seconds=1)
    night = last_night(tmp_path)
    assert night is not None
    assert [step.name for step in night.steps if step.resumed] == ["index"]


def test_a_step_begun_anew_with_other_inputs_is_not_resumed(tmp_path: Path):
    day = date(2026, 3, 17)
    journal(tmp_path, day).begin("index", "b", nothing)
    again = journal(tmp_path, day)
    again.begin("index", "another register", nothing)
    again.done("index", {}, seconds=3)
    night = last_night(tmp_path)
    assert night is not None
    assert not any(step.resumed for step in night.steps)


def test_figures_are_those_of_the_newest_night_that_has_any(tmp_path: Path):
    left = {"key": "empty_share", "part": "", "value": 0.05, "count": 200, "low": None}
    within = left | {"key": "unseen_share", "value": 0.1}
    figures(tmp_path, "2026-03-15")
    figures(
        tmp_path,
        "2026-03-16",
        figures=[left | {"high": 0.02}, within | {"high": 0.9}],
        alerts=[{"key": "empty_share", "part": ""}],
    )
    journal(tmp_path, date(2026, 3, 17)).begin("take in", "a", nothing)
    found = last_figures(tmp_path)
    assert found is not None
    assert found.day == date(2026, 3, 16)
    assert found.simulated
    assert [one.alert for one in found.figures] == [True, False]
    assert [one.figure.value for one in found.of("empty_share")] == [0.05]


def test_figures_that_cannot_be_read_are_said_so(tmp_path: Path):
    figures(tmp_path, "2026-03-16")
    (tmp_path / "2026-03-16" / FIGURES).write_text("{", encoding="utf-8")
    with pytest.raises(ArtefactError, match="2026-03-16"):
        last_figures(tmp_path)


def test_trainings_stand_newest_first_with_what_spoke_against_them(tmp_path: Path):
    for day, generation, objections in (
        (date(2026, 2, 1), "a", []),
        (date(2026, 3, 1), "b", ["no better"]),
    ):
        noted = journal(tmp_path, day)
        noted.begin("train", "x", nothing)
        told = {"generation": generation, "promoted": not objections, "objections": objections}
        noted.done("train", told, seconds=9)
    noted = journal(tmp_path, date(2026, 3, 2))
    noted.begin("train", "x", nothing)
    noted.done("train", {"due": False}, seconds=0)
    found = trainings(tmp_path)
    assert [(one.generation, one.promoted) for one in found] == [("b", False), ("a", True)]
    assert found[0].objections == ("no better",)
