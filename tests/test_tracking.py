"""Runs and rankers are kept in a real MLflow store, silently, and leave nothing anywhere else."""

from __future__ import annotations

import logging
import os
import socket
import sqlite3
import stat
import subprocess
import sys
import warnings
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from urllib.parse import urlsplit

import numpy as np
import pytest

from matcher.evaluation.metrics import reliability
from matcher.evaluation.plots import png, reliability_plot
from matcher.tracking import TrackingError, allowed, promote_alias, record_run, register_ranker

PICTURE = reliability_plot(
    reliability(np.array([0.1, 0.4]), np.array([0, 1])), title="Chance of a hire", simulated=True
)


FIRST_RUN = """
import os, logging, sys
from pathlib import Path
from matcher.tracking import record_run
assert "mlflow" not in sys.modules
logging.basicConfig(level=logging.INFO)
before = dict(os.environ)
var = Path("var").resolve()
record_run(f"sqlite:///{var}/mlflow.db", folder=var / "mlflow", experiment="evaluate", name="one",
           params={}, metrics={}, tags={}, artifacts={})
assert dict(os.environ) == before
assert "MLFLOW_DISABLE_TELEMETRY" not in os.environ
from mlflow.telemetry import get_telemetry_client
assert get_telemetry_client() is None
"""
"""Makes the store of all tests, as that takes seconds."""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("tracking") / "var"


@pytest.fixture(scope="module")
def first_run(place: Path) -> subprocess.CompletedProcess[str]:
    # MLflow also holds its reports back where it sees a test or a build server.
    unseen = {
        name: value
        for name, value in os.environ.items()
        if name in ("PATH", "HOME", "LANG", "VIRTUAL_ENV", "PYTHONPATH", "TMPDIR")
    }
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", FIRST_RUN],
        env=unseen,
        cwd=place.parent,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def uri(place: Path, first_run: subprocess.CompletedProcess[str]) -> str:
    assert first_run.returncode == 0
    return f"sqlite:///{place / 'mlflow.db'}"


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every test works in an empty folder."""
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")


@pytest.fixture
def mlflow() -> ModuleType:
    """MLflow as a person would look at the store with it; it warns as it likes."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import mlflow

        return mlflow


def record(uri: str, place: Path, metrics: Mapping[str, float] | None = None) -> str:
    return record_run(
        uri,
        folder=place / "mlflow",
        experiment="train",
        name="20260630T000000-abcdef",
        params={"register": "made-up", "change_seq": 12, "code_version": "0.1.0"},
        metrics=metrics or {},
        tags={"simulated": "true"},
        artifacts={"card.md": "# Ranker\n模擬資料\n", "reliability.png": PICTURE},
    )


def test_a_run_is_kept_with_all_that_was_told_of_it(uri: str, place: Path, mlflow: ModuleType):
    figures = {"seekers/trained/ndcg@10": 0.43, "gain of 'trained' (low)": 0.01, "ratio": np.nan}
    run = record(uri, place, figures)
    told = mlflow.MlflowClient(uri).get_run(run)
    assert told.info.run_name == "20260630T000000-abcdef"
    assert told.info.status == "FINISHED"
    assert told.data.params == {"register": "made-up", "change_seq": "12", "code_version": "0.1.0"}
    assert told.data.metrics == {
        "seekers/trained/ndcg_at_10": 0.43,
        "gain of _trained_ _low_": 0.01,
    }
    assert told.data.tags["simulated"] == "true"
    kept = place / "mlflow" / "train" / run / "artifacts"
    assert (kept / "card.md").read_text(encoding="utf-8") == "# Ranker\n模擬資料\n"
    assert (kept / "reliability.png").read_bytes() == png(PICTURE)
    assert list(Path.cwd().iterdir()) == []


def test_only_the_owner_may_look_into_the_store(uri: str, place: Path):
    record(uri, place)
    for folder in (place, place / "mlflow"):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_versions_of_the_ranker_have_aliases(uri: str, place: Path, mlflow: ModuleType):
    client = mlflow.MlflowClient(uri)
    versions = []
    for name in ("first", "second"):
        generation = Path(name)
        generation.mkdir()
        (generation / "trees.txt").write_text(f"trees of the {name}")
        versions.append(register_ranker(uri, run=record(uri, place), generation=generation))
        if name == "first":
            promote_alias(uri, versions[0])
    champion = client.get_model_version_by_alias("ranker", "champion")
    challenger = client.get_model_version_by_alias("ranker", "challenger")
    assert [champion.version, challenger.version] == [int(number) for number in versions]
    assert champion.tags == {"generation": "first"}
    files = urlsplit(client.get_model_version_download_uri("ranker", champion.version)).path
    assert (Path(files) / "trees.txt").read_text() == "trees of the first"

    promote_alias(uri, versions[1])
    assert client.get_model_version_by_alias("ranker", "champion").tags == {"generation": "second"}
    assert client.get_model_version("ranker", versions[0]).aliases == []


def test_a_version_that_is_not_there_cannot_be_promoted(uri: str, place: Path):
    generation = Path("only")
    generation.mkdir()
    (generation / "trees.txt").write_text("trees")
    register_ranker(uri, run=record(uri, place), generation=generation)
    with pytest.raises(TrackingError, match="not found"):
        promote_alias(uri, "9999")


def refused_port() -> int:
    """A port where nobody listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def test_a_store_that_cannot_be_used_is_told_with_a_remedy_and_no_password(tmp_path: Path):
    (tmp_path / "file").write_text("no folder")
    (tmp_path / "broken.db").write_text("no database " * 100)
    address = f"someone:secret@127.0.0.1:{refused_port()}"
    for uri in (
        f"sqlite:///{tmp_path / 'file' / 'mlflow.db'}",
        f"sqlite:///{tmp_path / 'broken.db'}",
        f"http://{address}",
        f"postgresql+psycopg://{address}/mlflow",
        "nonsense",
        "nothing://that/exists",
    ):
        with pytest.raises(TrackingError) as caught:
            record(uri, tmp_path / "var")
        assert caught.value.message.startswith("The MLflow store cannot be used: ")
        assert "MATCHER_MLFLOW_URL" in caught.value.remedy
        assert "secret" not in str(caught.value)


def test_a_store_of_another_version_is_left_as_it_is(uri: str, place: Path, tmp_path: Path):
    record(uri, place)
    other = tmp_path / "other.db"
    with sqlite3.connect(place / "mlflow.db") as source, sqlite3.connect(other) as copy:
        source.backup(copy)
        copy.execute("UPDATE alembic_version SET version_num = 'from-the-future'")
    before = other.read_bytes()
    with pytest.raises(TrackingError, match=r"from-the-future.*mlflow db upgrade"):
        record(f"sqlite:///{other}", tmp_path / "var")
    assert other.read_bytes() == before


def test_the_rest_of_the_program_notices_nothing(
    uri: str, place: Path, capfd: pytest.CaptureFixture[str]
):
    names = ("mlflow", "alembic", "urllib3", "sqlalchemy.engine")

    def state() -> tuple[object, ...]:
        loggers = [logging.getLogger(name) for name in names]
        return (
            dict(os.environ),
            list(warnings.filters),
            [(one.level, list(one.handlers), one.propagate, one.disabled) for one in loggers],
        )

    record(uri, place)
    before = state()
    record(uri, place)
    with pytest.raises(TrackingError):
        promote_alias("nonsense", "1")
    assert state() == before
    assert capfd.readouterr() == ("", "")


def test_the_first_run_of_a_process_prints_nothing_and_reports_to_nobody(
    first_run: subprocess.CompletedProcess[str], place: Path
):
    assert (first_run.returncode, first_run.stdout, first_run.stderr) == (0, "", "")
    assert {path.name for path in place.parent.iterdir()} == {"var"}


def test_names_become_what_mlflow_allows():
    assert allowed("vacancies/linear score/recall@10") == "vacancies/linear score/recall_at_10"
    assert allowed("share: 60 %") == "share_ 60 _"
    assert allowed("命中率") == "命中率"
