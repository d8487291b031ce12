"""Plans for tests, made as the night makes them."""

from __future__ import annotations

from pathlib import Path

from matcher.artifacts.index import IndexGeneration
from matcher.bootstrap import App
from matcher.features.columns import day_number
from matcher.jobs.candidates import prepare_candidates
from matcher.jobs.plan import Planned, make_plan
from matcher.service.clock import day_of


def planned(app: App, index: IndexGeneration, folder: Path, *, floor: float = 0.85) -> Planned:
    """Publish a plan of everybody in the index; the running service is not told."""
    ranker, now = app.champion.ranker, app.clock()
    prepare_candidates(
        index,
        folder / "of-the-plan",
        ranker=ranker,
        reference=app.reference,
        today=day_number(day_of(now)),
        sent={},
        progress=lambda _done, _total: None,
    )
    return make_plan(
        app.engine,
        index,
        folder / "of-the-plan",
        app.plan_folder,
        ranker=ranker,
        reference=app.reference,
        floor=floor,
        now=now,
        progress=lambda _step, _gap: None,
    )
