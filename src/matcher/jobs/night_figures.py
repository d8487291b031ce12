"""Puts the figures of a night together: the bureau's rates, the match rates, tonight's lists."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Engine

from matcher.artifacts.folder import created, current_if_any
from matcher.artifacts.index import IndexGeneration
from matcher.db.engine import reading
from matcher.db.events import holds_simulated_records
from matcher.db.history import registered_on
from matcher.entities import Language
from matcher.evaluation.bands import DEFINITIONS, Figure, alerts
from matcher.evaluation.drift import mean_shift, stability_index
from matcher.features.columns import EPOCH, SeekerColumns, VacancyColumns, day_number
from matcher.jobs.match_rates import (
    RECENT,
    SETTLED,
    calibration_figures,
    day_view,
    days_of,
    list_figures,
    read_past,
    share,
    vacancy_figures,
)
from matcher.jobs.prepared import is_open, parts_in
from matcher.rates.periods import Period
from matcher.reference import Reference
from matcher.retrieval.batch import nearest_vacancies
from matcher.retrieval.criteria import check, criteria_in, eligible_vacancies
from matcher.retrieval.pool import Segment
from matcher.service.clock import day_of
from matcher.service.figures import Figures, last_twelve_months
from matcher.service.rate_views import origin_view, period_view, rate_view

POOR = 5
"""A list of fewer eligible vacancies is poor."""
ASKED_WHY = 1_000
"""Seekers with an empty or poor list who are looked into: the first by id."""
PROBED, NEAREST, SEED = 256, 100, 0
"""Seekers whose search is held against an exact one, and how many vacancies of each."""
COLUMNS = {
    SeekerColumns: ("occupations", "home", "education", "shifts", "employment", "pay_floor"),
    VacancyColumns: ("occupations", "place", "education", "shifts", "employment", "pay_top"),
}


@dataclass(frozen=True, slots=True)
class Tonight:
    """Tonight's index and slates, and the day they are for."""

    index: IndexGeneration
    slates: Path
    reference: Reference
    today: int


def night_figures(
    engine: Engine,
    index: IndexGeneration,
    slates: Path,
    *,
    reference: Reference,
    rankers: Path,
    today: date,
) -> dict[str, Any]:
    """Everything that is counted for the morning of `today`, ready for JSON.

    The past is counted until the end of the day before. What is drifted from are the records of
    the index that came before its ranker was trained, at least 30 days ago.
    """
    yesterday = today - timedelta(days=1)
    tonight = Tonight(index, slates, reference, day_number(today))
    vacancies = index.vacancies.base.columns
    settled = is_open(vacancies, tonight.today) & (vacancies.posted_on <= tonight.today - SETTLED)
    with reading(engine) as connection:
        simulated = holds_simulated_records(connection)
        past = read_past(connection, yesterday)
        days = days_of(past)
        found = [
            *list_figures(past, days),
            *calibration_figures(past),
            *vacancy_figures(connection, past, _words(vacancies.ids[settled])),
        ]
        came = registered_on(connection)
    trained = created(rankers).get(current_if_any(rankers))
    learnt = day_number(today) if trained is None else day_number(day_of(trained))
    before = min(learnt, tonight.today - RECENT)
    found += [*_slate_figures(tonight), _recall(tonight), *_drift(tonight, came, before)]
    period = last_twelve_months(yesterday)
    return {
        "day": today.isoformat(),
        "match_period": period_view(
            Period(first=EPOCH + timedelta(days=days[0].day), last=yesterday)
        ),
        "drift_reference": "records of tonight's index that came before "
        f"{(EPOCH + timedelta(days=before)).isoformat()}, against those of the last {RECENT} days",
        **origin_view(simulated, Language.ZH),
        "rates": [rate_view(rate) for rate in Figures(engine).rates(period)],
        "figures": [figure_view(figure) for figure in found],
        "days": [day_view(day) for day in days],
        "alerts": [figure_view(alert.figure) | {"text": alert.text} for alert in alerts(found)],
    }


def figure_view(figure: Figure) -> dict[str, Any]:
    """A figure with its formula and band, ready for JSON."""
    definition = DEFINITIONS[figure.key]
    return {
        "key": figure.key,
        "part": figure.part,
        "value": None if figure.value is None else round(figure.value, 4),
        "count": figure.count,
        "formula": definition.formula,
        "low": definition.low,
        "high": definition.high,
    }


def _slate_figures(tonight: Tonight) -> Iterator[Figure]:
    """Empty and poor lists, what keeps people out, and vacancies in nobody's list."""
    eligible: dict[str, int] = {}
    listed: set[str] = set()
    for part in parts_in(tonight.slates):
        eligible.update(zip(part["seeker"].to_pylist(), part["eligible"].to_pylist(), strict=True))
        listed.update(part["vacancy"].drop_null().unique().to_pylist())
    poor = [key for key, count in eligible.items() if count < POOR]
    empty = sum(eligible[key] == 0 for key in poor)
    yield share("empty_share", empty, len(eligible))
    yield share("poor_share", len(poor) - empty, len(eligible))
    why = Counter(_kept_out_by(tonight, key) for key in poor[:ASKED_WHY])
    for criterion, count in sorted(why.items()):
        yield share("kept_out_by", count, why.total(), of=criterion)
    vacancies = tonight.index.vacancies.base.columns
    open_ids = _words(vacancies.ids[is_open(vacancies, tonight.today)])
    yield share("unlisted_share", len(open_ids - listed), len(open_ids))


def _kept_out_by(tonight: Tonight, seeker_id: str) -> str:
    """The criterion that alone keeps most open vacancies from a person, ties by its place."""
    people, vacancies = tonight.index.seekers.base, tonight.index.vacancies.base.columns
    rows = people.rows_of(np.array([seeker_id.encode()], "S32"))
    failed = check(
        people.columns.take(rows),
        vacancies,
        distances=tonight.reference.distances_km,
        today=tonight.today,
    ).failed[is_open(vacancies, tonight.today)]
    alone = failed[np.bitwise_count(failed) == 1]
    if not len(alone):
        return "several"
    bits, counts = np.unique(alone, return_counts=True)
    return criteria_in(int(bits[np.argmax(counts)]))[0].value


def _recall(tonight: Tonight) -> Figure:
    """What the search of lists, which looks at the nearest clusters only, finds of what is best."""
    people, offers = tonight.index.seekers.base, tonight.index.vacancies.base
    count = min(PROBED, len(people.columns))
    drawn = np.random.default_rng(SEED).choice(people.by_id, count, replace=False)
    asking = Segment.of(people.columns.take(drawn), people.vectors_of(drawn))
    distances, today = tonight.reference.distances_km, tonight.today
    exact = nearest_vacancies(asking, offers, NEAREST, distances=distances, today=today)
    shares = []
    for row, best in enumerate(exact.rows):
        wanted = best[best >= 0]
        if len(wanted):
            rows = eligible_vacancies(
                asking.kinds[0][row : row + 1],
                offers.columns,
                offers.alive,
                kinds=offers.kinds,
                starts=offers.starts,
                distances=distances,
                today=today,
            )
            found, _ = offers.index.search(asking.index.vectors[row], rows, NEAREST)
            shares.append(float(np.isin(wanted, found).mean()))
    value = float(np.mean(shares)) if shares else None
    return Figure(key="retrieval_recall", value=value, count=len(shares))


def _drift(tonight: Tonight, registered: dict[str, date], before: int) -> Iterator[Figure]:
    """What came in the last days against what was there before."""
    seekers, vacancies = tonight.index.seekers.base, tonight.index.vacancies.base
    # Who registered while the index was made is nowhere in these figures.
    came = np.array(
        [
            day_number(registered[key]) if (key := one.decode()) in registered else before
            for one in seekers.columns.ids.tolist()
        ],
        np.int64,
    )
    for name, segment, days in (
        ("seekers", seekers, came),
        ("vacancies", vacancies, vacancies.columns.posted_on),
    ):
        recent = (days >= tonight.today - RECENT) & (days < tonight.today)
        yield from _side_drift(name, segment, days < before, recent)


def _side_drift(
    name: str, segment: Segment[Any], old: NDArray[np.bool_], recent: NDArray[np.bool_]
) -> Iterator[Figure]:
    count = int(np.count_nonzero(recent))
    vectors = segment.index.vectors
    yield Figure(
        key="text_shift", value=mean_shift(vectors[old], vectors[recent]), count=count, part=name
    )
    for column in COLUMNS[type(segment.columns)]:
        values = getattr(segment.columns, column)
        if column == "occupations":
            # The major group of the first code.
            values = values.astype("S1")
        value = stability_index(values[old], values[recent])
        yield Figure(key="criteria_psi", value=value, count=count, part=f"{name}/{column}")


def _words(ids: NDArray[np.bytes_]) -> set[str]:
    return {key.decode() for key in ids.tolist()}
