"""The night's plan: what showing each vacancy costs all others, so that lists raise both rates."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Engine

from matcher.allocation.exposure import LENGTH, exposures
from matcher.allocation.lists import Terms
from matcher.allocation.price_list import PriceList, places_of
from matcher.allocation.prices import Graph, Plan, solve
from matcher.artifacts.folder import new_generation
from matcher.artifacts.index import IndexGeneration
from matcher.artifacts.plan import KIND, publish_plan
from matcher.db.engine import reading
from matcher.db.events import holds_simulated_records
from matcher.db.history import referral_courses, sent_between, slates_of_seekers
from matcher.entities import Channel
from matcher.errors import NotReadyError
from matcher.features.columns import day_number
from matcher.jobs.candidates import candidates_in
from matcher.jobs.crowding import crowding
from matcher.jobs.prepared import is_open
from matcher.pipeline import chances_of_pairs
from matcher.ranking.examples import REFERRED_WITHIN
from matcher.ranking.habits import appeal
from matcher.ranking.ranker import Ranker
from matcher.reference import Reference
from matcher.service.clock import day_of

CARE = 0.2
"""What a hire of somebody with no other chance counts beside a filled opening."""
PENDING_DAYS = 30
"""An older referral of which nobody heard is taken to have come to nothing."""
READ_DAYS = 90
"""Lists from which it is told how likely a line is acted on."""


@dataclass(frozen=True, slots=True)
class Planned:
    """A published plan and what it says."""

    generation: str
    plan: Plan
    market: dict[str, Any]


def make_plan(
    engine: Engine,
    index: IndexGeneration,
    candidates: Path,
    folder: Path,
    *,
    ranker: Ranker,
    reference: Reference,
    floor: float,
    now: datetime,
    progress: Callable[[int, float], None],
) -> Planned:
    """Solve for the prices of tonight's `candidates` and publish them in `folder`.

    `floor` is the share of what a list is worth by itself that everybody keeps. Raises
    NotReadyError where no ranker knows the chances of a hire.
    """
    if ranker.habits is None:
        raise _knows_no_chances()
    today = day_of(now)
    with reading(engine) as connection:
        sent = list(sent_between(connection, today - timedelta(PENDING_DAYS), today - timedelta(1)))
        exposure = exposures(*_read(connection, today))
        simulated = holds_simulated_records(connection)
    offers = index.vacancies.base
    vacancies = offers.columns.take(offers.by_id)
    can_fill = is_open(vacancies, day_number(today))
    openings = np.where(can_fill, vacancies.openings_left, 0).astype(np.int32)
    pending = _pending(index, sent, ranker=ranker, reference=reference, today=today)
    graph, hired = _graph(candidates, openings, pending, ranker.habits.discerning)
    terms = Terms(exposure=exposure, care=CARE, floor=floor, **asdict(ranker.habits))
    plan = solve(graph, terms, progress=progress)
    generation = new_generation(now)
    market = {
        "day": today.isoformat(),
        "simulated": simulated,
        "people": len(graph),
        "vacancies": int(np.count_nonzero(openings)),
        "openings": int(openings.sum()),
        "ranker": ranker.version,
        "terms": asdict(terms),
        **_told(plan),
        **crowding(index, graph, plan, reference=reference, today=day_number(today)),
    }
    manifest = replace(
        index.manifest,
        kind=KIND,
        generation=generation,
        created_at=now.isoformat(timespec="seconds"),
        counts={"people": len(graph), "candidates": len(graph.vacancies)},
        metrics={"value": plan.value, "bound": plan.bound, "gap": plan.gap},
        files={},
    )
    prices = PriceList(
        plan=generation,
        terms=terms,
        ids=vacancies.ids,
        load=plan.load,
        chance=_mean_chances(graph, hired),
        shown=plan.shown,
    )
    publish_plan(folder, manifest, prices, market=market)
    return Planned(generation, plan, market)


def _read(connection: Connection, today: date) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """How often each rank was shown to a registered person and acted on in the days after."""
    shown, acted = np.zeros(LENGTH, np.int64), np.zeros(LENGTH, np.int64)
    first = today - timedelta(days=READ_DAYS + REFERRED_WITHIN)
    sent: defaultdict[tuple[str, str], list[date]] = defaultdict(list)
    for course in referral_courses(connection):
        if course.made_on >= first:
            sent[course.seeker_id, course.vacancy_id].append(course.made_on)
    for slate in slates_of_seekers(connection, first):
        day = day_of(slate.shown_at)
        if day + timedelta(days=REFERRED_WITHIN) >= today or slate.channel is Channel.API:
            continue
        for rank, (vacancy, _) in enumerate(slate.items[:LENGTH]):
            shown[rank] += 1
            acted[rank] += any(
                0 <= (made - day).days <= REFERRED_WITHIN
                for made in sent.get((slate.seeker_id or "", vacancy), ())
            )
    return shown, acted


def _pending(
    index: IndexGeneration,
    sent: list[tuple[str, str]],
    *,
    ranker: Ranker,
    reference: Reference,
    today: date,
) -> NDArray[np.float64]:
    """Expected hires (v,) of people who were sent and are not decided on, in the order of ids."""
    people, offers = index.seekers.base, index.vacancies.base
    load = np.zeros(len(offers.columns))
    pairs = np.array(sent, "S32").reshape(-1, 2)
    one = places_of(people.columns.ids[people.by_id], pairs[:, 0])
    other = places_of(offers.columns.ids[offers.by_id], pairs[:, 1])
    known = (one >= 0) & (other >= 0)
    asking, asked = people.by_id[one[known]], offers.by_id[other[known]]
    jobs = offers.columns.take(asked)
    # Nobody is part of the crowd before themselves.
    jobs = replace(jobs, sent=np.maximum(jobs.sent - 1, 0))
    chances = chances_of_pairs(
        (people.columns.take(asking), people.vectors_of(asking)),
        (jobs, offers.vectors_of(asked)),
        ranker=ranker,
        reference=reference,
        today=day_number(today),
    )
    if chances is None:
        raise _knows_no_chances()
    np.add.at(load, other[known], chances.hired)
    return load


def _graph(
    candidates: Path,
    openings: NDArray[np.int32],
    pending: NDArray[np.float64],
    discerning: float,
) -> tuple[Graph, NDArray[np.float64]]:
    """Everybody's candidates, by the chance that a line that is read leads to a hire, and the
    chances (m,) of a hire if referred.
    """
    parts = list(candidates_in(candidates))
    sizes = [np.diff(part.starts) for part in parts]
    hired = np.concatenate([np.empty(0), *(part.hired for part in parts)])
    acted = [
        appeal(part.scores, discerning, part.starts[:-1][size > 0])
        for part, size in zip(parts, sizes, strict=True)
    ]
    graph = Graph(
        starts=np.cumsum(np.concatenate([[0], *sizes])).astype(np.int64),
        vacancies=np.concatenate([np.empty(0, np.int32), *(part.vacancies for part in parts)]),
        chances=hired * np.concatenate([np.empty(0), *acted]),
        openings=openings,
        pending=pending,
    )
    return graph, hired


def _knows_no_chances() -> NotReadyError:
    return NotReadyError(
        "No ranker knows the chance of a hire, so nothing can be planned.",
        remedy="Run `matcher train`; until one serves, every list is made for itself.",
    )


def _mean_chances(graph: Graph, hired: NDArray[np.float64]) -> NDArray[np.float64]:
    """The mean chance (v,) of a hire of those to whom a vacancy might be shown, if referred.

    Of none, that of all.
    """
    count = np.bincount(graph.vacancies, minlength=len(graph.openings))
    total = np.bincount(graph.vacancies, hired, minlength=len(graph.openings))
    usual = float(hired.mean()) if len(hired) else 0.0
    return np.where(count > 0, total / np.maximum(count, 1), usual)


def _told(plan: Plan) -> dict[str, Any]:
    """What the lists are worth together, and what single people give up for it."""
    kept, own = plan.worth[plan.worth[:, 1] > 0].T
    best, own_best = plan.best[plan.best[:, 1] > 0].T
    worse = kept < own * (1 - 1e-9)
    return {
        "steps": plan.steps,
        "expected_hires": plan.value,
        "unpriced": plan.unpriced,
        "bound": plan.bound,
        "gap": plan.gap,
        "worse_share": float(worse.mean()) if len(worse) else 0.0,
        "kept_mean": float((kept / own).mean()) if len(own) else 1.0,
        "kept_least": float((kept / own).min()) if len(own) else 1.0,
        "best_kept_least": float((best / own_best).min()) if len(own_best) else 1.0,
    }
