"""Stated chances held against what followed. Pure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from matcher.evaluation.intervals import Interval, statistic_interval
from matcher.evaluation.metrics import Floats, Reliability, reliability
from matcher.ranking.examples import Referrals
from matcher.ranking.ranker import Ranker

SEED, RESAMPLES = 0, 200
HIRED, INTERVIEWED = "hired", "interviewed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """Probabilities of one outcome held against what followed the referrals of the window."""

    predicted: Floats
    happened: Floats

    @property
    def table(self) -> Reliability:
        """Predicted and observed shares by tenths of the referrals."""
        return reliability(self.predicted, self.happened)

    @property
    def error(self) -> Interval:
        """Expected calibration error, with a bootstrap interval over referrals."""
        return statistic_interval(
            lambda rows: reliability(self.predicted[rows], self.happened[rows]).expected_error,
            len(self.predicted),
            rng=np.random.default_rng(SEED),
            resamples=RESAMPLES,
        )


def calibrations(ranker: Ranker, referred: Referrals) -> dict[str, Calibration]:
    """Chances of the pairs referred in the window against what followed; empty without chances."""
    chances = ranker.chances(referred.rows, ranker.scores(referred.rows))
    if chances is None or not len(referred):
        return {}
    return {
        HIRED: Calibration(predicted=chances.hired, happened=referred.hired.astype(np.float64)),
        INTERVIEWED: Calibration(
            predicted=chances.interviewed, happened=referred.interviewed.astype(np.float64)
        ),
    }
