"""A night in a process of its own, which may be killed at a chosen moment."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from collections import Counter
from datetime import timedelta
from pathlib import Path

from matcher.bootstrap import App
from matcher.config import ROOT
from matcher.identity import IdentityKey
from matcher.jobs import candidates, prepared
from matcher.jobs.alone import alone
from matcher.jobs.night import Bureau
from matcher.jobs.nightly import Told, nightly
from matcher.jobs.recording import Store
from matcher.service.clock import day_of
from tests.bureau import NOON, settings_in, untracked

NOW = NOON + timedelta(hours=1)
TODAY = day_of(NOW)
SMALL_PART = 8
"""Lists in a file, so that even few fill several."""

Moment = tuple[str, int]
"""Before the n-th time that a file of this name is put in place."""


def workplace(app: App, incoming: Path) -> Bureau:
    var = app.settings.var_dir
    return Bureau(
        engine=app.engine,
        indexer=app.indexer,
        linter=app.linter,
        key=IdentityKey(1, b"k" * 32),
        incoming=incoming,
        rejects=var / "rejects",
        index=app.index_folder,
        rankers=app.ranker_folder,
        models=app.settings.models_dir,
        retention=app.retention,
        plans=app.plan_folder,
        floor=app.floor,
        folder=app.night_folder,
        # No store: MLflow takes seconds to load, and a night goes on without.
        store=Store(f"sqlite:///{ROOT / 'README.md' / 'mlflow.db'}", var / "mlflow"),
    )


def one_night(app: App, incoming: Path, *, night=TODAY, now=NOW) -> list[Told]:
    with alone(app.night_folder, "night"):
        return list(nightly(workplace(app, incoming), night, now=now, track=untracked))


def exit_code(folder: Path, model: Path, incoming: Path, moment: Moment | None = None) -> int:
    """Run the night of the bureau in `folder`, killed at that moment; negative: by a signal."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.jobs.killed", "sentence_transformers", "torch"])
    process = context.Process(target=_run, args=(folder, model, incoming, moment))
    process.start()
    process.join()
    return process.exitcode


def _run(folder: Path, model: Path, incoming: Path, moment: Moment | None) -> None:
    candidates.PART = prepared.PART = SMALL_PART
    seen: Counter[str] = Counter()

    def watch(event: str, arguments: tuple) -> None:
        if event == "os.rename":
            name = Path(os.fsdecode(arguments[1])).name
            seen[name] += 1
            if (name, seen[name]) == moment:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(watch)
    one_night(App(settings_in(folder, model), clock=lambda: NOW), incoming)
