"""The fixed tables of `data/reference/`: places, occupations, licences, languages."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from matcher.errors import ConfigurationError

EARTH_RADIUS_KM = 6371.0088
CITY_COUNTY = "02"
"""Code of the bureau's own county: a workplace somewhere in the city, district not told."""


@dataclass(frozen=True, slots=True)
class Place:
    """A district (three digits) or a county (two digits); NaN centroid: not locatable."""

    code: str
    name: str
    name_en: str
    latitude: float
    longitude: float


@dataclass(frozen=True)
class Reference:
    """All tables. Codes are the keys; `names` map a language code to the shown name.

    `folder` is where they were read; tables that few ask for are read there by who asks.
    """

    folder: Path
    places: Mapping[str, Place]
    occupations: Mapping[str, str]
    licences: Mapping[str, Mapping[str, str]]
    languages: Mapping[str, Mapping[str, str]]

    @classmethod
    def load(cls, folder: Path) -> Reference:
        """Read the tables from `folder`; raises ConfigurationError naming a missing one."""
        places = {}
        for table in ("districts", "counties"):
            for row in table_rows(folder / f"{table}.csv"):
                latitude, longitude = (float(row[c] or "nan") for c in ("latitude", "longitude"))
                code = row["code"]
                places[code] = Place(code, row["name"], row["name_en"], latitude, longitude)
        return cls(
            folder=folder,
            places=places,
            occupations={r["code"]: r["name"] for r in table_rows(folder / "occupations.csv")},
            licences={r.pop("code"): r for r in table_rows(folder / "licences.csv")},
            languages={r.pop("code"): r for r in table_rows(folder / "languages.csv")},
        )

    @cached_property
    def place_codes(self) -> tuple[str, ...]:
        """Codes in the order of the rows of `distances_km`."""
        return tuple(self.places)

    @cached_property
    def place_rows(self) -> dict[str, int]:
        """Row of each place code in `distances_km`."""
        return {code: row for row, code in enumerate(self.places)}

    @cached_property
    def districts(self) -> tuple[str, ...]:
        """Codes of the city's own districts."""
        return tuple(code for code in self.places if len(code) == 3)

    @cached_property
    def distances_km(self) -> NDArray[np.float32]:
        """Great-circle distances between centroids, (places, places), km; NaN where unlocatable.

        Haversine formula, R. W. Sinnott, "Virtues of the Haversine", Sky and Telescope 68 (1984).
        """
        latitude = np.radians([p.latitude for p in self.places.values()])
        longitude = np.radians([p.longitude for p in self.places.values()])
        half_chord = (
            np.sin((latitude[:, None] - latitude) / 2) ** 2
            + np.cos(latitude[:, None])
            * np.cos(latitude)
            * np.sin((longitude[:, None] - longitude) / 2) ** 2
        )
        kilometres = 2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(half_chord))
        return np.asarray(kilometres, dtype=np.float32)


def table_rows(path: Path) -> list[dict[str, str]]:
    """Rows of a reference table; raises ConfigurationError where it is missing."""
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))
    except FileNotFoundError as error:
        raise ConfigurationError(
            f"The reference table {path.name} is missing.",
            remedy="Set MATCHER_DATA_DIR to the project's data folder.",
        ) from error
