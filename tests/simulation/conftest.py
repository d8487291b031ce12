from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pytest

from matcher.reference import Reference
from matcher.simulation import Totals, simulate

START = date(2025, 7, 1)
SEEKERS = 600
REFERENCE = Reference.load(Path(__file__).parents[2] / "data" / "reference")


class Year:
    """One simulated year, as its files read."""

    def __init__(self, folder: Path, totals: Totals) -> None:
        self.folder, self.totals = folder, totals
        self._rows: dict[str, list[dict[str, str]]] = {}

    def __getitem__(self, kind: str) -> list[dict[str, str]]:
        if kind not in self._rows:
            with (self.folder / f"{kind}.csv").open(encoding="utf-8", newline="") as file:
                self._rows[kind] = list(csv.DictReader(file))
        return self._rows[kind]

    def by_id(self, kind: str) -> dict[str, dict[str, str]]:
        return {row["id"]: row for row in self[kind]}


@pytest.fixture(scope="session")
def year(tmp_path_factory: pytest.TempPathFactory) -> Year:
    folder = tmp_path_factory.mktemp("year")
    totals = simulate(seekers=SEEKERS, seed=5, start=START, out=folder, reference=REFERENCE)
    return Year(folder, totals)
