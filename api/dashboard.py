"""The dashboard: the bureau's rates in time, place and trade, and how the matching does."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Literal

from fastapi import APIRouter, Request, Response

from api.access import Service
from api.page_route import PageRoute, Spoken
from api.rendering import page
from matcher.artifacts.generations import Generation, generations
from matcher.bootstrap import App
from matcher.jobs.nights import (
    Banded,
    NightFigures,
    TrainingTold,
    last_figures,
    last_night,
    trainings,
)
from matcher.ranking.wording import word_criterion
from matcher.reporting.dashboard import ON_THE_MAP, counts_of
from matcher.reporting.district_map import read_spots
from matcher.reporting.document import Table
from matcher.reporting.sharing import sharing
from matcher.service.clock import TAIPEI
from matcher.service.view_words import SIMULATED

dashboard = APIRouter(route_class=PageRoute, include_in_schema=False)

BY_MODEL = ("hit@1", "hit@10", "calibration_error", "score_psi")
OF_LISTS = ("lists_shown", "referred_rate", "hired_rate", "days_to_fill", "empty_share",
            "poor_share", "retrieval_recall")  # fmt: skip
OF_VACANCIES = ("unseen_share", "unlisted_share")
OF_DRIFT = ("text_shift", "criteria_psi")


@dataclass(frozen=True, slots=True, kw_only=True)
class Crowding:
    """How lists spread over vacancies: by the night's figures, and by the plan of `planned`."""

    figures: tuple[Banded, ...]
    planned: date | None
    tables: tuple[Table, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """The figures of the newest night, in the groups that the page shows."""

    of: NightFigures
    alerts: tuple[Banded, ...]
    lists: tuple[Banded, ...]
    models: dict[str, dict[str, Banded]]
    why: tuple[Banded, ...]
    drift: tuple[Banded, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Versions:
    """What orders and encodes now, what is kept, and what the nights trained."""

    ranker: str
    refused: bool
    encoder: str
    fingerprint: str
    rankers: list[Generation]
    indexes: list[Generation]
    trainings: list[TrainingTold]


@dashboard.get("/dashboard")
def look(
    app: Service,
    request: Request,
    language: Spoken,
    shown: Literal["employment_rate", "fill_rate", "openings_per_seeker"] = "employment_rate",
) -> Response:
    """Everything, counted off the request where the service has run for a moment."""
    counted = app.overview.newest()
    publication, quality = counted.publication, _quality(app)
    return page(
        "dashboard/dashboard.html",
        request,
        language=language,
        notice=SIMULATED[language] if publication.simulated else "",
        counted_at=counted.at.astimezone(TAIPEI),
        counts=counts_of(
            publication,
            reference=app.reference,
            spots=read_spots(app.settings.data_dir / "reference"),
            on_the_map=shown,
        ),
        on_the_map=ON_THE_MAP,
        shown=shown,
        quality=quality,
        crowding=_crowding(app, quality),
        criterion=partial(word_criterion, language=language),
        versions=_versions(app),
        night=last_night(app.night_folder),
        by_model=BY_MODEL,
        places=app.reference.places,
        simulated=SIMULATED[language],
        taipei=TAIPEI,
    )


def _quality(app: App) -> Quality | None:
    found = last_figures(app.night_folder)
    if found is None:
        return None
    models: dict[str, dict[str, Banded]] = {}
    for key in BY_MODEL:
        for one in found.of(key):
            models.setdefault(one.figure.part, {})[key] = one
    return Quality(
        of=found,
        alerts=tuple(one for one in found.figures if one.alert),
        lists=_those(found, OF_LISTS),
        models=models,
        why=found.of("kept_out_by"),
        drift=_those(found, OF_DRIFT),
    )


def _crowding(app: App, quality: Quality | None) -> Crowding:
    market = app.prices.market
    return Crowding(
        figures=_those(quality.of, OF_VACANCIES) if quality else (),
        planned=date.fromisoformat(market["day"]) if market else None,
        tables=sharing(market, app.reference).tables if market else (),
    )


def _those(found: NightFigures, keys: tuple[str, ...]) -> tuple[Banded, ...]:
    return tuple(one for key in keys for one in found.of(key))


def _versions(app: App) -> Versions:
    encoder = app.indexer.encoder
    return Versions(
        ranker=app.champion.ranker.version,
        refused=app.champion.refused is not None,
        encoder=encoder.name,
        fingerprint=encoder.fingerprint,
        rankers=generations(app.ranker_folder),
        indexes=generations(app.index_folder),
        trainings=trainings(app.night_folder),
    )
