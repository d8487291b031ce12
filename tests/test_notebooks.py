"""The notebooks run from top to bottom on a register of their own."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from matcher.artifacts.folder import promote
from matcher.bootstrap import App
from matcher.config import ROOT
from matcher.db.engine import migrate, open_engine
from matcher.identity import IdentityKey
from matcher.jobs.importing import import_files
from matcher.jobs.recording import Store, keep
from matcher.jobs.train import train
from matcher.simulation import simulate
from tests.bureau import settings_in, untracked
from tests.strategies import REFERENCE

START = date(2025, 3, 17)


def a_bureau_with_a_ranker(folder: Path, model: Path) -> App:
    simulate(seekers=500, seed=3, start=START, out=folder / "register", reference=REFERENCE)
    app = App(settings_in(folder, model))
    engine = open_engine(app.settings.sqlalchemy_url)
    migrate(engine)
    engine.dispose()
    list(
        import_files(
            app.engine,
            [folder / "register"],
            reference=app.reference,
            key=IdentityKey(1, b"k" * 32),
            rejects_dir=folder / "rejects",
            today=START + timedelta(days=365),
            track=untracked,
        )
    )
    training = train(
        app.engine, app.indexer, app.ranker_folder, people=500, now=app.clock(), track=untracked
    )
    keep(training, app.ranker_folder, Store(app.settings.tracking_uri, folder / "mlflow"))
    # Served whether or not so small a register proves it better: the notebook shall show it.
    promote(app.ranker_folder, training.manifest.generation)
    app.engine.dispose()
    return app


@pytest.mark.parametrize(("name", "pictures"), [("evaluation", 4), ("allocation", 2)])
def test_it_is_told(
    name: str,
    pictures: int,
    tmp_path: Path,
    tiny_model: Path,
    monkeypatch: pytest.MonkeyPatch,
):
    settings = a_bureau_with_a_ranker(tmp_path, tiny_model).settings
    for setting in ("data_dir", "models_dir", "var_dir", "encoder"):
        monkeypatch.setenv(f"MATCHER_{setting.upper()}", str(getattr(settings, setting)))
    notebook = nbformat.read(ROOT / "notebooks" / f"{name}.ipynb", as_version=4)
    NotebookClient(notebook, timeout=300, kernel_name="python3").execute()
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", ())]
    assert sum("image/png" in output.get("data", {}) for output in outputs) == pictures
    assert any("Simulated data" in str(output) for output in outputs)
    assert not any(output.output_type == "error" for output in outputs)


def test_what_is_stored_names_no_folder_of_who_ran_it():
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        notebook = nbformat.read(path, as_version=4)
        told = [str(output) for cell in notebook.cells for output in cell.get("outputs", ())]
        assert told, f"{path.name} is stored without its outputs"
        assert not any(str(ROOT) in text or "/tmp/" in text for text in told)  # noqa: S108
