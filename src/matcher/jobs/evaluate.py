"""Measures how good lists would have been, on the newest part of the register that has outcomes."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from importlib.metadata import version
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Engine

from matcher.db.engine import reading
from matcher.db.history import protected_attributes
from matcher.entities import JobSeeker, Vacancy
from matcher.errors import InvalidInputError
from matcher.evaluation.baselines import (
    BM25,
    EmbeddingOnly,
    NewestFirst,
    Popularity,
    RandomOrder,
    Scorer,
    score_pools,
)
from matcher.evaluation.comparison import Comparison, Judged, compare, joined, judge
from matcher.evaluation.groups import plain_groups, protected_groups
from matcher.evaluation.history import HiddenUtility, LinearScore, Past, counts_before
from matcher.evaluation.metrics import Floats, Rows
from matcher.features.columns import EPOCH
from matcher.features.text import encoder_text
from matcher.jobs.index import Track
from matcher.jobs.records import SEED, Records, read_records
from matcher.ranking.linear import LinearRanker
from matcher.service.indexing import Indexer

BLOCK = 100
"""Queries whose candidates are in memory at once."""
LINEAR, ORACLE = "linear score", "oracle"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """What was measured, and how it came out; no `comparison` where nobody was hired or met.

    `candidates` is the mean size of a pool; of the `relevant` pairs, `listable` were candidates.
    """

    first: date
    last: date
    last_recorded: date
    asked: int
    queries: int
    candidates: float
    relevant: int
    listable: int
    censored: int
    simulated: bool
    versions: Mapping[str, str]
    comparison: Comparison | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookback:
    """The window of a register as arrays: query i is `records.seekers[i]`, vectors (q, d), (c, d).

    Row j of the catalogue is `records.vacancies[j]`.
    """

    records: Records
    past: Past
    queries: NDArray[np.float32]
    catalogue: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class _Shifted:
    """A scorer whose first queries are left out."""

    scorer: Scorer
    by: int

    def scores(self, query: int, candidates: Rows) -> Floats:
        return self.scorer.scores(query + self.by, candidates)


def look_back(engine: Engine, indexer: Indexer, *, queries: int, track: Track) -> Lookback:
    """Read the window and encode what is new of it, for up to `queries` people.

    Raises NotReadyError where no slate is old enough.
    """
    with reading(engine) as connection:
        records = read_records(connection, queries)
    with track("vacancies") as progress:
        vacancies, catalogue = indexer.vacancies(
            [(vacancy, vacancy.openings) for vacancy in records.vacancies], progress
        )
    with track("seekers") as progress:
        seekers, vectors = indexer.seekers(records.seekers, progress)
    past = Past(
        window=records.window,
        seekers=seekers,
        days=records.days,
        vacancies=vacancies,
        filled=_counts(records.filled, records),
        grades=records.grades,
        distances=indexer.reference.distances_km,
    )
    return Lookback(records=records, past=past, queries=vectors, catalogue=catalogue)


def evaluate(
    engine: Engine,
    indexer: Indexer,
    *,
    ranker: LinearRanker,
    queries: int,
    track: Track,
    oracle: Path | None = None,
) -> Evaluation:
    """Compare the linear score with the baselines on up to `queries` people of the past.

    `oracle` is the file of hidden utilities of a simulated register. Raises NotReadyError where no
    slate is old enough, InvalidInputError for an oracle that does not belong to the register.
    """
    back = look_back(engine, indexer, queries=queries, track=track)
    past, records = back.past, back.records
    scorers: dict[str, Scorer] = {
        "random": RandomOrder(
            query_ids=past.seekers.ids, catalogue_size=len(past.vacancies), seed=SEED
        ),
        "newest first": NewestFirst(past.vacancies.posted_on),
        "popularity": Popularity(
            counts=_counts(records.referred, records),
            day_of_query=past.days - past.window.first,
        ),
        "BM25": BM25.of(*(_texts(side, indexer) for side in (records.seekers, records.vacancies))),
        "embedding only": EmbeddingOnly(queries=back.queries, catalogue=back.catalogue),
        LINEAR: LinearScore(
            past=past, ranker=ranker, queries=back.queries, catalogue=back.catalogue
        ),
    }
    if oracle is not None:
        scorers[ORACLE] = _read_oracle(oracle, records)
    judged, candidates, listable = _judge(past, scorers, track)
    # Read only now, when every list is made: no score can depend on them.
    with reading(engine) as connection:
        protected = protected_attributes(connection)
    return Evaluation(
        first=EPOCH + timedelta(days=past.window.first),
        last=EPOCH + timedelta(days=past.window.last),
        last_recorded=records.last_recorded,
        asked=records.asked,
        queries=len(past),
        candidates=candidates.sum() / len(past),
        relevant=records.relevant,
        listable=listable,
        censored=records.censored,
        simulated=records.simulated,
        versions={
            "matcher": version("matcher"),
            "ranker": ranker.version,
            "encoder": indexer.encoder.name,
        },
        comparison=compare(
            judged,
            ours=LINEAR,
            oracle=None if oracle is None else ORACLE,
            listable=candidates > 0,
            groups=plain_groups(records.seekers),
            protected=protected_groups(
                [protected.get(seeker.id) for seeker in records.seekers], records.days
            ),
        )
        if listable
        else None,
    )


def _read_oracle(path: Path, records: Records) -> HiddenUtility:
    remedy = "Give hidden/oracle.csv of the simulated register that was imported."
    if not records.simulated:
        raise InvalidInputError("Only a simulated register has an oracle.", remedy=remedy)
    rows = {vacancy.id: row for row, vacancy in enumerate(records.vacancies)}
    query_of = {seeker.id: query for query, seeker in enumerate(records.seekers)}
    known: dict[int, dict[int, float]] = defaultdict(dict)
    try:
        with path.open(encoding="utf-8", newline="") as file:
            for line in csv.DictReader(file):
                query, row = query_of.get(line["seeker_id"]), rows.get(line["vacancy_id"])
                if query is not None and row is not None:
                    known[query][row] = float(line["utility"])
    except (OSError, KeyError, ValueError, TypeError) as error:
        raise InvalidInputError(
            f"{path.name} cannot be read as seeker_id, vacancy_id, utility.", remedy=remedy
        ) from error
    return HiddenUtility(known)


def _counts(events: Rows, records: Records) -> NDArray[np.int32]:
    items, days, amounts = events.T
    return counts_before(
        records.window, days, items, amounts=amounts, catalogue=len(records.vacancies)
    )


def _texts(records: Sequence[JobSeeker] | Sequence[Vacancy], indexer: Indexer) -> list[str]:
    return [encoder_text(record, indexer.reference, indexer.lexicon) for record in records]


def _judge(
    past: Past, scorers: Mapping[str, Scorer], track: Track
) -> tuple[dict[str, Judged], Rows, int]:
    """Lists of each method, how often each vacancy was a candidate, and relevant candidates."""
    parts: dict[str, list[Judged]] = {name: [] for name in scorers}
    candidates = np.zeros(len(past.vacancies), np.int64)
    relevant = 0
    with track("queries") as progress:
        for first in range(0, len(past), BLOCK):
            block = range(first, min(first + BLOCK, len(past)))
            pools = past.pools(block)
            candidates += np.bincount(pools.items, minlength=len(candidates))
            relevant += int(np.count_nonzero(pools.relevant))
            for name, scorer in scorers.items():
                parts[name].append(judge(pools, score_pools(_Shifted(scorer, first), pools)))
            progress(block.stop, len(past))
    return {name: joined(blocks) for name, blocks in parts.items()}, candidates, relevant
