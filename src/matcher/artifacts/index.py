"""Index generations: the columns and vectors of both sides, as Parquet and FAISS files."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from matcher.artifacts.folder import Manifest, current, load, publish
from matcher.features.columns import (
    SEEKER_TYPES,
    VACANCY_TYPES,
    Columns,
    SeekerColumns,
    VacancyColumns,
)
from matcher.features.pairs import FEATURE_NAMES
from matcher.retrieval.index import FaissIndex
from matcher.retrieval.pool import C, Pool

KIND = "index"
_TYPES = {SeekerColumns: SEEKER_TYPES, VacancyColumns: VACANCY_TYPES}


@dataclass(frozen=True, slots=True)
class IndexGeneration:
    """A published index, mapped into memory."""

    manifest: Manifest
    vacancies: Pool[VacancyColumns]
    seekers: Pool[SeekerColumns]


def publish_index(
    folder: Path,
    manifest: Manifest,
    vacancies: tuple[VacancyColumns, NDArray[np.float32]],
    seekers: tuple[SeekerColumns, NDArray[np.float32]],
) -> None:
    """Publish columns (n) and vectors (n, d) of both sides, each sorted by id."""

    def write(draft: Path) -> None:
        for name, (columns, vectors) in (("vacancies", vacancies), ("seekers", seekers)):
            save_columns(columns, draft / f"{name}.parquet")
            FaissIndex.of(vectors).save(draft / f"{name}.faiss")

    publish(folder, manifest, write)


def load_index(folder: Path, *, encoder_fingerprint: str, register: str) -> IndexGeneration:
    """The current index; raises ArtefactError when there is none or it does not fit."""
    path = folder / current(folder)
    expected = {
        "register": register,
        "encoder_fingerprint": encoder_fingerprint,
        "feature_names": FEATURE_NAMES,
    }
    manifest = load(path, kind=KIND, expected=expected)
    return IndexGeneration(
        manifest,
        _pool(path / "vacancies", VacancyColumns),
        _pool(path / "seekers", SeekerColumns),
    )


def save_columns(columns: Columns, path: Path) -> None:
    """Write columns as Parquet."""
    pq.write_table(pa.table({k: pa.array(v) for k, v in columns.arrays().items()}), path)


def load_columns(path: Path, kind: type[C]) -> C:
    """Read columns of `kind` as `save_columns` wrote them."""
    table = pq.read_table(path)
    return kind(
        **{
            f.name: table[f.name].to_numpy().astype(_TYPES[kind][f.name], copy=False)
            for f in fields(kind)
        }
    )


def _pool(stem: Path, kind: type[C]) -> Pool[C]:
    columns = load_columns(stem.with_suffix(".parquet"), kind)
    return Pool.of(columns, FaissIndex.load(stem.with_suffix(".faiss")))
