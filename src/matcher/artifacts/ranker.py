"""Ranker generations: trees as LightGBM text, curves as JSON, and a card that says what it is."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from matcher.artifacts.folder import Manifest, current_if_any, load, publish
from matcher.errors import ArtefactError, MatcherError
from matcher.features.pairs import FEATURE_NAMES
from matcher.ranking.calibration import Curve
from matcher.ranking.forest import Forest
from matcher.ranking.habits import Habits
from matcher.ranking.linear import LinearRanker
from matcher.ranking.ranker import Ranker
from matcher.ranking.trained import TrainedRanker

KIND = "ranker"
TREES, HIRES, CURVES, CARD = "trees.txt", "hires.txt", "curves.json", "card.md"


@dataclass(frozen=True, slots=True)
class RankerGeneration:
    """A published ranker with what is known of it."""

    manifest: Manifest
    ranker: TrainedRanker


def publish_ranker(folder: Path, manifest: Manifest, ranker: TrainedRanker, *, card: str) -> Path:
    """Add a ranker without promoting it; `card` is Markdown for people. Returns its folder."""

    def write(draft: Path) -> None:
        for name, trees in ((TREES, ranker.trees), (HIRES, ranker.hires)):
            (draft / name).write_text(trees.text, encoding="utf-8")
        curves = {
            "baseline": ranker.baseline.version,
            "hired": ranker.hired.as_json(),
            "interviewed": ranker.interviewed.as_json(),
            "habits": ranker.habits.as_json(),
        }
        (draft / CURVES).write_text(json.dumps(curves, indent=1) + "\n", encoding="utf-8")
        (draft / CARD).write_text(card, encoding="utf-8")

    return publish(folder, manifest, write, make_current=False)


def load_champion(folder: Path, *, encoder_fingerprint: str, register: str) -> Ranker:
    """The promoted ranker, or the linear baseline where there is none.

    Raises ArtefactError when the promoted one is damaged or does not fit.
    """
    name = current_if_any(folder)
    if not name:
        return LinearRanker()
    return load_ranker(
        folder / name, encoder_fingerprint=encoder_fingerprint, register=register
    ).ranker


def load_ranker(path: Path, *, encoder_fingerprint: str, register: str) -> RankerGeneration:
    """The ranker in `path`; raises ArtefactError when it is damaged or does not fit."""
    expected = {
        "register": register,
        "encoder_fingerprint": encoder_fingerprint,
        "feature_names": FEATURE_NAMES,
    }
    manifest = load(path, kind=KIND, expected=expected)
    try:
        curves = json.loads((path / CURVES).read_text(encoding="utf-8"))
        baseline = LinearRanker()
        if curves["baseline"] != baseline.version:
            raise ArtefactError(
                f"The ranker {path.name} corrects the baseline {curves['baseline']}; this program "
                f"has {baseline.version}.",
                remedy="Run `matcher train`.",
            )
        ranker = TrainedRanker(
            manifest.generation,
            baseline,
            Forest.of((path / TREES).read_text(encoding="utf-8")),
            hired=Curve.of_json(curves["hired"]),
            interviewed=Curve.of_json(curves["interviewed"]),
            hires=Forest.of((path / HIRES).read_text(encoding="utf-8")),
            habits=Habits.of_json(curves["habits"]),
        )
    except ArtefactError:
        raise
    except (OSError, ValueError, KeyError, TypeError, MatcherError) as bad:
        raise ArtefactError(
            f"The ranker {path.name} cannot be read.", remedy="Run `matcher train`."
        ) from bad
    return RankerGeneration(manifest, ranker)
