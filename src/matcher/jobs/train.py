"""Trains a challenger on the register's past and promotes it only where it is provably better."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

import numpy as np
from sqlalchemy import Engine

from matcher.artifacts.folder import Manifest, new_generation
from matcher.artifacts.ranker import KIND, load_champion
from matcher.errors import ArtefactError, NotReadyError
from matcher.evaluation.calibration import HIRED
from matcher.evaluation.history import Side, days_to_end
from matcher.evaluation.promotion import Trial, Verdict, judge_trial
from matcher.features.pairs import FEATURE_NAMES
from matcher.features.vectors import Centring
from matcher.jobs.evaluate import LINEAR, Evaluation, SideResult, measure
from matcher.jobs.examples import training_set
from matcher.jobs.index import Track
from matcher.jobs.lookback import look_back, referrals_between
from matcher.ranking.examples import Examples, Floats, Referrals
from matcher.ranking.linear import LinearRanker
from matcher.ranking.propensity import Propensity, estimate
from matcher.ranking.ranker import Ranker
from matcher.ranking.trained import TrainedRanker
from matcher.ranking.training import fit, weights_of
from matcher.service.clock import day_of
from matcher.service.indexing import Indexer

CHALLENGER, CHAMPION = "challenger", "champion"


@dataclass(frozen=True, slots=True, kw_only=True)
class Training:
    """A challenger, what it learnt from, how it did against the champion, and the verdict.

    `refused` says why a promoted ranker could not be the champion here, where one could not.
    """

    manifest: Manifest
    ranker: TrainedRanker
    champion: str
    refused: str
    examples: Examples
    propensity: Propensity
    evaluation: Evaluation
    verdict: Verdict


def train(
    engine: Engine,
    indexer: Indexer,
    folder: Path,
    *,
    people: int,
    now: datetime,
    track: Track,
    centring: Centring | None = None,
) -> Training:
    """Train on up to `people` persons and hold the result against what serves; publishes nothing.

    `folder` holds the rankers, `centring` is that of the index that serves. Raises NotReadyError
    where there is too little to learn from.
    """
    today = day_of(now)
    back = look_back(engine, indexer, people=people, today=today, track=track, centring=centring)
    with track("lists to learn from") as progress:
        learnt = training_set(back, progress)
    propensity = estimate(learnt.examples, learnt.own, learnt.shares)
    generation = new_generation(now)
    weights = weights_of(learnt.examples, propensity)
    eve = back.records.window.first
    last = eve - 1 - days_to_end(back.records.courses, as_of=eve)
    referrals = referrals_between(back, back.records.first, last, as_of=eve)
    challenger = fit(learnt.examples, weights, referrals, propensity=propensity, version=generation)
    register = back.records.register
    champion, refused = _champion(folder, indexer, register)
    rankers: dict[str, Ranker] = {LINEAR: LinearRanker(), CHALLENGER: challenger}
    if champion.trained:
        rankers[CHAMPION] = champion
    evaluation = measure(engine, indexer, back, rankers=rankers, ours=CHALLENGER, track=track)
    rival = CHAMPION if champion.trained else LINEAR
    verdict = judge_trial(_trial(evaluation, rival))
    return Training(
        manifest=Manifest(
            kind=KIND,
            register=register,
            generation=generation,
            created_at=now.isoformat(timespec="seconds"),
            encoder=indexer.encoder.name,
            encoder_fingerprint=indexer.encoder.fingerprint,
            dimension=indexer.encoder.dimension,
            feature_names=FEATURE_NAMES,
            change_seq=back.records.change_seq,
            counts=_counts(learnt.examples, referrals),
            code_version=version("matcher"),
        ),
        ranker=challenger,
        champion=champion.version,
        refused=refused,
        examples=learnt.examples,
        propensity=propensity,
        evaluation=evaluation,
        verdict=verdict,
    )


def _champion(folder: Path, indexer: Indexer, register: str) -> tuple[Ranker, str]:
    """The ranker that serves, else the linear baseline and why."""
    try:
        ranker = load_champion(
            folder, encoder_fingerprint=indexer.encoder.fingerprint, register=register
        )
    except ArtefactError as error:
        return LinearRanker(), str(error)
    return ranker, ""


def _trial(evaluation: Evaluation, rival: str) -> Trial:
    side = next(side for side in evaluation.sides if side.side == Side.SEEKERS)
    if side.comparison is None or HIRED not in evaluation.calibration:
        raise NotReadyError(
            "Nothing came of any list of the newest period: no ranker can be told from another.",
            remedy="Train again when outcomes of the newest lists are recorded.",
        )
    ours, theirs = side.judged[CHALLENGER], side.judged[rival]
    (others,) = (side for side in evaluation.sides if side.side == Side.VACANCIES)
    calibration = evaluation.calibration[HIRED]
    return Trial(
        challenger_ndcg=ours.ndcg,
        champion_ndcg=theirs.ndcg,
        challenger_listing=_ndcg(others, CHALLENGER),
        champion_listing=_ndcg(others, rival),
        challenger_hit=ours.hit,
        champion_hit=theirs.hit,
        probabilities=calibration.predicted,
        outcomes=calibration.happened,
        groups=side.protected,
    )


def _counts(examples: Examples, referrals: Referrals) -> dict[str, int]:
    return {
        "lists": len(examples),
        "pairs": len(examples.rows),
        "referrals": len(referrals),
        "hires": int(np.count_nonzero(referrals.hired)),
        "interviews": int(np.count_nonzero(referrals.interviewed)),
    }


def _ndcg(side: SideResult, method: str) -> Floats:
    return side.judged[method].ndcg if method in side.judged else np.empty(0)
