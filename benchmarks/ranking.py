"""How long ranking 200 candidates takes on one core, by size of the model and way of asking it.

Made-up pairs with as many unknown values as real ones have: the time depends on the trees and on
the paths through them, not on what they mean. ONNX Runtime is only measured where it is installed.
"""

from __future__ import annotations

import importlib.util
import time
from collections.abc import Callable
from importlib.metadata import version
from typing import Any

import lightgbm as lgb
import numpy as np
from numpy.typing import NDArray
from rich.box import MARKDOWN
from rich.console import Console
from rich.table import Table

from matcher.features.pairs import FEATURE_NAMES
from matcher.ranking.calibration import Curve
from matcher.ranking.forest import Forest
from matcher.ranking.habits import Habits
from matcher.ranking.linear import LinearRanker
from matcher.ranking.trained import TrainedRanker
from matcher.ranking.training import (
    HIRE_PARAMETERS,
    HIRE_TREES,
    LEAVES,
    PARAMETERS,
    RATE,
    TREES,
)

CANDIDATES, EXPLAINED = 200, 30
LISTS, CALLS, ROUNDS = 100, 200, 5
SIZES = ((TREES, LEAVES), (60, 7), (100, 15), (150, 15))
UNKNOWN = {
    "title_similarity": 0.08,
    "occupation_closeness": 0.03,
    "distance_km": 0.06,
    "pay_margin": 0.29,
    "shift_fit": 0.26,
    "licences_required_held": 0.19,
    "education_margin": 0.71,
    "experience_margin": 0.87,
    "languages_required_held": 0.29,
    "employer_hire_rate": 0.18,
}
"""Shares of values that cannot be told, rounded from a simulated register of 6,000 people."""

Rows = NDArray[np.float32]
Way = Callable[[Rows], Any]

ONNX = all(importlib.util.find_spec(name) for name in ("onnxruntime", "onnxmltools", "skl2onnx"))


def made_up_rows(pairs: int, rng: np.random.Generator) -> Rows:
    """Features of pairs, (pairs, features)."""
    rows = rng.normal(size=(pairs, len(FEATURE_NAMES))).astype(np.float32)
    for name, share in UNKNOWN.items():
        rows[rng.random(pairs) < share, FEATURE_NAMES.index(name)] = np.nan
    return rows


def ranker(trees: int, leaves: int, rng: np.random.Generator) -> TrainedRanker:
    """A model of a size, of 2,000 lists with 25 pairs."""
    rows = made_up_rows(50_000, rng)
    merits = np.nan_to_num(rows).sum(axis=1) + 2 * rng.normal(size=len(rows))
    gains = np.array([0, 1, 3])[np.digitize(merits, np.quantile(merits, [0.95, 0.98]))]
    data = lgb.Dataset(rows, gains, group=np.full(2_000, 25), feature_name=list(FEATURE_NAMES))
    parameters = {**PARAMETERS, "num_leaves": leaves, "learning_rate": RATE}
    model = lgb.train(parameters, data, trees).model_to_string()
    hired = lgb.Dataset(rows, gains == gains.max(), feature_name=list(FEATURE_NAMES))
    hires = lgb.train(dict(HIRE_PARAMETERS), hired, HIRE_TREES).model_to_string()
    curve = Curve(1.0, 0.0)
    order, chances = Forest.of(model), Forest.of(hires)
    return TrainedRanker("made-up", LinearRanker(), order, curve, curve, chances, Habits(0.5, 2.0))


def onnx_session(booster: lgb.Booster) -> tuple[Way, int]:
    """Scores by the converted model on one thread, and the bytes of that model."""
    import onnxruntime
    from onnxmltools import convert_lightgbm
    from skl2onnx.common.data_types import FloatTensorType

    shape = [("rows", FloatTensorType([None, len(FEATURE_NAMES)]))]
    content = convert_lightgbm(booster, initial_types=shape).SerializeToString()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])

    def scores(rows: Rows) -> Any:
        return session.run(None, {"rows": rows})[0][:, 0]

    rows = made_up_rows(CANDIDATES, np.random.default_rng(1))
    trees = np.asarray(booster.predict(rows, raw_score=True, num_threads=1))
    difference = float(np.abs(scores(rows) - trees).max())
    if difference > 1e-4:
        raise SystemExit(f"The converted model is off by {difference:.2g}.")
    return scores, len(content)


def milliseconds(way: Way, lists: list[Rows], calls: int) -> tuple[float, float]:
    """Median and 95th percentile of a call; lists take turns, lest the branches be learnt."""
    way(lists[0])
    taken = np.empty(calls)
    for number in range(calls):
        rows = lists[number % len(lists)]
        start = time.perf_counter()
        way(rows)
        taken[number] = time.perf_counter() - start
    median, high = np.percentile(taken, [50, 95]) * 1_000
    return float(median), float(high)


def ways_of(made: TrainedRanker) -> list[tuple[str, Way, int, int]]:
    """Name, call, bytes of the model and candidates of every way to ask a ranker."""
    booster, size = lgb.Booster(model_str=made.trees.text), len(made.trees.text)

    def predict(rows: Rows, **asked: Any) -> Any:
        return booster.predict(rows, **{"raw_score": True, "num_threads": 1, **asked})

    ways = [
        ("Forest.sums", made.trees.sums, size, CANDIDATES),
        ("LightGBM, one core", predict, size, CANDIDATES),
        ("LightGBM, all cores", lambda rows: predict(rows, num_threads=0), size, CANDIDATES),
    ]
    if ONNX:
        ways.append(("ONNX Runtime", *onnx_session(booster), CANDIDATES))
    scores = np.zeros(CANDIDATES)
    return [
        *ways,
        ("TrainedRanker.scores", made.scores, size, CANDIDATES),
        ("TrainedRanker.chances", lambda rows: made.chances(rows, scores), size, CANDIDATES),
        ("Forest.contributions", made.trees.contributions, size, EXPLAINED),
        ("LightGBM", lambda rows: predict(rows, pred_contrib=True), size, EXPLAINED),
    ]


def main() -> None:
    """Print the table: of each way the best of ROUNDS rounds, in which all take turns."""
    rng = np.random.default_rng(0)
    lists = [made_up_rows(CANDIDATES, rng) for _ in range(LISTS)]
    ways = [
        (f"{trees} x {leaves}", *way)
        for trees, leaves in SIZES
        for way in ways_of(ranker(trees, leaves, rng))
    ]
    best = [(np.inf, np.inf)] * len(ways)
    for _ in range(ROUNDS):
        for number, (_, _, way, _, pairs) in enumerate(ways):
            asked = [rows[:pairs] for rows in lists]
            best[number] = min(best[number], milliseconds(way, asked, CALLS))
    table = Table("trees x leaves", "way", "pairs", "p50 ms", "p95 ms", "model kB", box=MARKDOWN)
    for (name, how, _, size, pairs), (median, high) in zip(ways, best, strict=True):
        figures = f"{median:.2f}", f"{high:.2f}", f"{size / 1_000:.0f}"
        table.add_row(name, how, str(pairs), *figures)
    packages = ("lightgbm", "numpy", *(("onnxruntime", "onnxmltools") if ONNX else ()))
    console = Console(width=100)
    console.print(table)
    console.print(", ".join(f"{name} {version(name)}" for name in packages), highlight=False)


if __name__ == "__main__":
    main()
