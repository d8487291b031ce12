"""Plans: what a night found each vacancy to cost, and what is known of the lists made by it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np

from matcher.allocation.lists import Terms
from matcher.allocation.price_list import PriceList
from matcher.artifacts.folder import Manifest, current, load, publish
from matcher.errors import ArtefactError, MatcherError

KIND = "plan"
PRICES, TERMS, MARKET = "prices.npz", "terms.json", "market.json"
COLUMNS = {"ids": "S32", "load": "f8", "chance": "f8", "shown": "i4"}


@dataclass(frozen=True, slots=True)
class PlanGeneration:
    """A published plan; `market` is what `matcher plan` tells of it, as JSON."""

    manifest: Manifest
    prices: PriceList
    market: dict[str, Any]


def publish_plan(
    folder: Path, manifest: Manifest, prices: PriceList, *, market: dict[str, Any]
) -> None:
    """Publish prices and make them current."""

    def write(draft: Path) -> None:
        columns = {name: getattr(prices, name) for name in COLUMNS}
        np.savez(draft / PRICES, allow_pickle=False, **columns)
        (draft / TERMS).write_text(json.dumps(asdict(prices.terms), indent=1), encoding="utf-8")
        told = json.dumps(market, indent=1, ensure_ascii=False, allow_nan=False)
        (draft / MARKET).write_text(told, encoding="utf-8")

    publish(folder, manifest, write)


def load_plan(folder: Path, *, register: str) -> PlanGeneration:
    """The current plan; raises ArtefactError when there is none or it does not fit."""
    path = folder / current(folder, kind=KIND)
    manifest = load(path, kind=KIND, expected={"register": register})
    try:
        terms = json.loads((path / TERMS).read_text(encoding="utf-8"))
        with np.load(path / PRICES, allow_pickle=False) as arrays:
            columns = {name: arrays[name].astype(kind) for name, kind in COLUMNS.items()}
        return PlanGeneration(
            manifest,
            PriceList(
                plan=manifest.generation,
                terms=Terms(**{**terms, "exposure": tuple(terms["exposure"])}),
                **columns,
            ),
            json.loads((path / MARKET).read_text(encoding="utf-8")),
        )
    except (OSError, ValueError, KeyError, TypeError, BadZipFile, MatcherError) as bad:
        raise ArtefactError(
            f"The plan {path.name} cannot be read.", remedy="Run `matcher plan`."
        ) from bad
