"""The figures of one list, written to be read: the fast code is held to these."""

from __future__ import annotations

import math
from collections.abc import Sequence

from matcher.evaluation.metrics import SMALL_GROUP

NAN = float("nan")


def order(scores: Sequence[float]) -> list[int]:
    """Rows from best to worst as a person would read them off; unlisted rows do not appear."""
    listed = [row for row, score in enumerate(scores) if score != -math.inf]
    return sorted(listed, key=lambda row: (-scores[row], row))


def recall(gains: Sequence[float], scores: Sequence[float], k: int) -> float:
    relevant = {row for row, gain in enumerate(gains) if gain > 0}
    return len(relevant & set(order(scores)[:k])) / len(relevant) if relevant else NAN


def hit(gains: Sequence[float], scores: Sequence[float], k: int) -> float:
    if not any(gain > 0 for gain in gains):
        return NAN
    return 1.0 if any(gains[row] > 0 for row in order(scores)[:k]) else 0.0


def reciprocal_rank(gains: Sequence[float], scores: Sequence[float]) -> float:
    if not any(gain > 0 for gain in gains):
        return NAN
    for position, row in enumerate(order(scores), start=1):
        if gains[row] > 0:
            return 1 / position
    return 0.0


def dcg(gains: Sequence[float]) -> float:
    """Gains of a list from the top down."""
    return sum((2**gain - 1) / math.log2(place + 1) for place, gain in enumerate(gains, start=1))


def ndcg(gains: Sequence[float], scores: Sequence[float], k: int) -> float:
    best = dcg(sorted(gains, reverse=True)[:k])
    return dcg([gains[row] for row in order(scores)[:k]]) / best if best > 0 else NAN


def coverage(lists: Sequence[Sequence[int]], catalogue: int) -> float:
    return len({item for shown in lists for item in shown}) / catalogue


def exposure(lists: Sequence[Sequence[int]], catalogue: int) -> list[float]:
    total = [0.0] * catalogue
    for shown in lists:
        for place, item in enumerate(shown, start=1):
            total[item] += 1 / math.log2(place + 1)
    return total


def gini(amounts: Sequence[float]) -> float:
    """Half the mean difference between any two, as a share of the mean."""
    if sum(amounts) == 0:
        return NAN
    differences = sum(abs(a - b) for a in amounts for b in amounts)
    return differences / (2 * len(amounts) * sum(amounts))


def calibration_error(bins: Sequence[Sequence[tuple[float, int]]]) -> float:
    """Over bins of (probability, outcome)."""
    size = sum(len(members) for members in bins)
    error = 0.0
    for members in bins:
        predicted = sum(probability for probability, _ in members) / len(members)
        observed = sum(outcome for _, outcome in members) / len(members)
        error += len(members) / size * abs(predicted - observed)
    return error


def impact_ratio(rates: Sequence[tuple[float, int]]) -> float:
    """Over (rate, persons) of each group."""
    large = [rate for rate, persons in rates if persons >= SMALL_GROUP]
    return min(large) / max(large) if len(large) > 1 and max(large) > 0 else NAN


def bm25(query: Sequence[str], documents: Sequence[Sequence[str]]) -> list[float]:
    mean_length = sum(map(len, documents)) / len(documents)
    scores = []
    for document in documents:
        score = 0.0
        for token in query:
            holders = sum(token in other for other in documents)
            rarity = math.log(1 + (len(documents) - holders + 0.5) / (holders + 0.5))
            times = document.count(token)
            norm = 1.5 * (1 - 0.75 + 0.75 * len(document) / mean_length)
            score += rarity * times / (times + norm)
        scores.append(score)
    return scores
