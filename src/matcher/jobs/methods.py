"""The ways to order lists that are compared with each other."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from matcher.entities import JobSeeker, Vacancy
from matcher.errors import InvalidInputError
from matcher.evaluation.baselines import (
    BM25,
    EmbeddingOnly,
    NewestFirst,
    Popularity,
    RandomOrder,
    Scorer,
)
from matcher.evaluation.chronicle import counts_before
from matcher.evaluation.history import HiddenUtility, Questions, RankerScore, Side
from matcher.features.columns import day_number
from matcher.features.text import encoder_text
from matcher.jobs.lookback import Lookback, Pair
from matcher.jobs.records import SEED, Records
from matcher.ranking.ranker import Ranker
from matcher.service.indexing import Indexer

ORACLE = "oracle"


@dataclass(frozen=True, slots=True)
class Oracle:
    """Hidden utilities of a simulated register by (seeker row, vacancy row)."""

    utilities: Mapping[Pair, float]

    def of(self, questions: Questions) -> HiddenUtility:
        """The same by question and candidate."""
        at = 0 if questions.side == Side.SEEKERS else 1
        known: dict[int, dict[int, float]] = defaultdict(dict)
        for pair, utility in self.utilities.items():
            known[pair[at]][pair[1 - at]] = utility
        asking = enumerate(questions.asking.tolist())
        return HiddenUtility({question: known[asker] for question, asker in asking})


def methods_for(
    back: Lookback,
    questions: Questions,
    indexer: Indexer,
    *,
    rankers: Mapping[str, Ranker],
    oracle: Oracle | None = None,
) -> dict[str, Scorer]:
    """All that is compared, by name: baselines, `rankers`, and the oracle where there is one."""
    records, chronicle = back.records, back.chronicle
    sides: dict[Side, tuple[Sequence[JobSeeker] | Sequence[Vacancy], NDArray[np.float32]]] = {
        Side.SEEKERS: (records.seekers, chronicle.seeker_vectors.texts),
        Side.VACANCIES: (records.vacancies, chronicle.vacancy_vectors.texts),
    }
    everybody, vectors = sides[questions.side]
    asking = [everybody[row] for row in questions.asking.tolist()]
    (catalogue, asked_vectors) = sides[questions.side.other]
    seeker, vacancy, when = records.referred.T
    row = vacancy if questions.side == Side.SEEKERS else seeker
    told = row >= 0
    methods: dict[str, Scorer] = {
        "random": RandomOrder(
            query_ids=np.array([record.id.encode() for record in asking], "S32"),
            catalogue_size=questions.catalogue,
            seed=SEED,
        ),
        "newest first": NewestFirst(np.array([_since(record) for record in catalogue])),
        "popularity": Popularity(
            counts=counts_before(
                chronicle.first,
                len(chronicle.filled),
                when[told],
                row[told],
                amounts=np.ones(int(told.sum()), np.int64),
                catalogue=questions.catalogue,
            ),
            day_of_query=questions.days - chronicle.first,
        ),
        "BM25": BM25.of(_texts(asking, indexer), _texts(catalogue, indexer)),
        "embedding only": EmbeddingOnly(queries=vectors[questions.asking], catalogue=asked_vectors),
    }
    for name, ranker in rankers.items():
        methods[name] = RankerScore(questions=questions, ranker=ranker)
    if oracle is not None:
        methods[ORACLE] = oracle.of(questions)
    return methods


def read_oracle(path: Path, records: Records) -> Oracle:
    """The hidden utilities in `path`; raises InvalidInputError where they do not belong here."""
    remedy = "Give hidden/oracle.csv of the simulated register that was imported."
    if not records.simulated:
        raise InvalidInputError("Only a simulated register has an oracle.", remedy=remedy)
    seekers = {seeker.id: row for row, seeker in enumerate(records.seekers)}
    vacancies = {vacancy.id: row for row, vacancy in enumerate(records.vacancies)}
    known: dict[Pair, float] = {}
    try:
        with path.open(encoding="utf-8", newline="") as file:
            for line in csv.DictReader(file):
                seeker, vacancy = seekers.get(line["seeker_id"]), vacancies.get(line["vacancy_id"])
                if seeker is not None and vacancy is not None:
                    known[seeker, vacancy] = float(line["utility"])
    except (OSError, KeyError, ValueError, TypeError) as error:
        raise InvalidInputError(
            f"{path.name} cannot be read as seeker_id, vacancy_id, utility.", remedy=remedy
        ) from error
    return Oracle(known)


def _since(record: JobSeeker | Vacancy) -> int:
    return day_number(record.registered_on if isinstance(record, JobSeeker) else record.posted_on)


def _texts(records: Sequence[JobSeeker] | Sequence[Vacancy], indexer: Indexer) -> list[str]:
    return [encoder_text(record, indexer.reference, indexer.lexicon) for record in records]
