"""Measures how good lists would have been, on the newest part of the register that has outcomes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from importlib.metadata import version
from pathlib import Path

import numpy as np
from sqlalchemy import Engine

from matcher.db.engine import reading
from matcher.db.history import protected_attributes
from matcher.entities import ProtectedAttributes
from matcher.evaluation.baselines import (
    Scorer,
    score_pools,
)
from matcher.evaluation.calibration import Calibration, calibrations
from matcher.evaluation.comparison import (
    Comparison,
    Groups,
    Judged,
    by_asker,
    compare,
    joined,
    judge,
)
from matcher.evaluation.groups import plain_groups, protected_groups
from matcher.evaluation.history import Questions, Side
from matcher.evaluation.metrics import Floats, Rows
from matcher.features.columns import EPOCH
from matcher.features.vectors import Centring
from matcher.jobs.index import Track
from matcher.jobs.lookback import (
    Lookback,
    look_back,
    questions_of,
    referrals_between,
)
from matcher.jobs.methods import ORACLE, Oracle, methods_for, read_oracle
from matcher.jobs.records import Records
from matcher.ranking.linear import LinearRanker
from matcher.ranking.ranker import Ranker
from matcher.service.indexing import Indexer, Progress

BLOCK = 100
"""Questions whose candidates are in memory at once."""
LINEAR, TRAINED = "linear score", "trained"


@dataclass(frozen=True, slots=True, kw_only=True)
class SideResult:
    """How the methods came out for one side; no `comparison` where nothing came of any list.

    `candidates` is the mean size of a pool. Of `led` pairs that led to a hire or an interview,
    `relevant` were candidates. `judged`
    holds the figures of each asker by method, `protected` masks over the askers.
    """

    side: Side
    askers: int
    questions: int
    candidates: float
    led: int
    relevant: int
    judged: Mapping[str, Judged]
    protected: Mapping[str, Groups]
    comparison: Comparison | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """What was measured, and how it came out; `calibration` of a trained ranker, by outcome.

    `relevant` pairs led to a hire or an interview in the window, `censored` ended elsewhere.
    """

    first: date
    last: date
    last_recorded: date
    people: int
    drawn: int
    referred: int
    hired: int
    simulated: bool
    versions: Mapping[str, str]
    snapshot: Mapping[str, str | int]
    sides: tuple[SideResult, ...]
    calibration: Mapping[str, Calibration]


def evaluate(
    engine: Engine,
    indexer: Indexer,
    *,
    ranker: Ranker,
    people: int,
    today: date,
    track: Track,
    centring: Centring | None = None,
    oracle: Path | None = None,
) -> Evaluation:
    """Compare `ranker` with the baselines on up to `people` persons of the past.

    `centring` is that of the index which serves, if there is one. `oracle` is the file of hidden
    utilities of a simulated register. Raises NotReadyError where no list is old enough,
    InvalidInputError for an oracle that does not belong to the register.
    """
    back = look_back(engine, indexer, people=people, today=today, track=track, centring=centring)
    rankers: dict[str, Ranker] = {LINEAR: LinearRanker()}
    if ranker.trained:
        rankers[TRAINED] = ranker
    return measure(
        engine,
        indexer,
        back,
        rankers=rankers,
        ours=TRAINED if ranker.trained else LINEAR,
        track=track,
        oracle=None if oracle is None else read_oracle(oracle, back.records),
    )


def measure(
    engine: Engine,
    indexer: Indexer,
    back: Lookback,
    *,
    rankers: Mapping[str, Ranker],
    ours: str,
    track: Track,
    oracle: Oracle | None = None,
) -> Evaluation:
    """Compare `rankers` by name, of which `ours` is looked at most closely, with the baselines."""
    records = back.records
    judged = []
    for side in Side:
        questions = questions_of(back, side)
        methods = methods_for(back, questions, indexer, rankers=rankers, oracle=oracle)
        with track(f"lists for {side}") as progress:
            judged.append((questions, judge_all(questions, methods, progress)))
    # Read only now, when every list is made: no score can depend on them.
    with reading(engine) as connection:
        protected = protected_attributes(connection)
    referred = referrals_between(back, records.window.first, records.window.last)
    return Evaluation(
        first=EPOCH + timedelta(days=records.window.first),
        last=EPOCH + timedelta(days=records.window.last),
        last_recorded=records.last_recorded,
        people=records.people,
        drawn=len(records.seekers),
        referred=len(referred),
        hired=int(referred.hired.sum()),
        simulated=records.simulated,
        versions={
            "matcher": version("matcher"),
            "ranker": rankers[ours].version,
            "encoder": indexer.encoder.name,
        },
        snapshot={
            "register": records.register,
            "change_seq": records.change_seq,
            "encoder_fingerprint": indexer.encoder.fingerprint,
            "vacancies": len(records.vacancies),
        },
        sides=tuple(
            _side_result(records, questions, judgements, ours, protected)
            for questions, judgements in judged
        ),
        calibration=calibrations(rankers[ours], referred),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgements:
    """Figures of each asker by method, how often each row was a candidate, relevant candidates."""

    by_method: Mapping[str, Judged]
    candidates: Rows
    relevant: int


def judge_all(
    questions: Questions, methods: Mapping[str, Scorer], progress: Progress
) -> Judgements:
    """The lists that each method would have made for all questions."""
    parts: dict[str, list[Judged]] = {name: [] for name in methods}
    candidates = np.zeros(questions.catalogue, np.int64)
    relevant = 0
    for first in range(0, len(questions), BLOCK):
        block = range(first, min(first + BLOCK, len(questions)))
        pools = questions.pools(block)
        candidates += np.bincount(pools.items, minlength=len(candidates))
        relevant += int(np.count_nonzero(pools.relevant))
        for name, scorer in methods.items():
            parts[name].append(judge(pools, score_pools(_Shifted(scorer, first), pools)))
        progress(block.stop, len(questions))
    return Judgements(
        by_method={
            name: by_asker(joined(blocks), questions.asking)
            for name, blocks in parts.items()
            if blocks
        },
        candidates=candidates,
        relevant=relevant,
    )


def groups_of(
    records: Records, questions: Questions, protected: Mapping[str, ProtectedAttributes]
) -> tuple[Groups, dict[str, Groups]]:
    """Masks over the askers: by plain facts, and by protected ones, which vacancies have not."""
    first = questions.first
    askers, days = questions.asking[first].tolist(), questions.days[first]
    if questions.side == Side.VACANCIES:
        return plain_groups([records.vacancies[row] for row in askers]), {}
    people = [records.seekers[row] for row in askers]
    return plain_groups(people), protected_groups([protected.get(p.id) for p in people], days)


@dataclass(frozen=True, slots=True)
class _Shifted:
    """A scorer whose first questions are left out."""

    scorer: Scorer
    by: int

    def scores(self, query: int, candidates: Rows) -> Floats:
        return self.scorer.scores(query + self.by, candidates)


def _side_result(
    records: Records,
    questions: Questions,
    judged: Judgements,
    ours: str,
    protected: Mapping[str, ProtectedAttributes],
) -> SideResult:
    plain, sensitive = groups_of(records, questions, protected)
    comparison = None
    if judged.relevant:
        comparison = compare(
            judged.by_method,
            ours=ours,
            oracle=ORACLE if ORACLE in judged.by_method else None,
            listable=judged.candidates > 0,
            groups=plain,
            protected=sensitive,
        )
    return SideResult(
        side=questions.side,
        askers=len(questions.first),
        questions=len(questions),
        candidates=judged.candidates.sum() / max(len(questions), 1),
        led=sum(bool(g) for known in questions.gains.values() for g in known.values()),
        relevant=judged.relevant,
        judged=judged.by_method,
        protected=sensitive,
        comparison=comparison,
    )
