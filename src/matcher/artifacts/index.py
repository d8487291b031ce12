"""Index generations: columns, vectors and language means, as Parquet, FAISS and safetensors."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file

from matcher.artifacts.folder import Manifest, current, load, publish
from matcher.entities import Language
from matcher.errors import ArtefactError
from matcher.features.centres import Centres
from matcher.features.columns import (
    SEEKER_TYPES,
    VACANCY_TYPES,
    Columns,
    SeekerColumns,
    VacancyColumns,
)
from matcher.features.pairs import FEATURE_NAMES
from matcher.features.vectors import Centring, Vectors
from matcher.retrieval.index import FaissIndex
from matcher.retrieval.pool import C, Pool, Segment

KIND = "index"
CENTRES = "centres.safetensors"
HIRE_RATES = "hire_rates.json"
_TYPES = {SeekerColumns: SEEKER_TYPES, VacancyColumns: VACANCY_TYPES}


@dataclass(frozen=True, slots=True)
class IndexGeneration:
    """A published index, mapped into memory; its vectors are centred by `centring`.

    `hire_rates` are those of the employers as of its making, for vacancies that come later.
    """

    manifest: Manifest
    centring: Centring
    hire_rates: Mapping[str, float]
    vacancies: Pool[VacancyColumns]
    seekers: Pool[SeekerColumns]


def publish_index(
    folder: Path,
    manifest: Manifest,
    centring: Centring,
    *,
    hire_rates: Mapping[str, float],
    vacancies: tuple[VacancyColumns, Vectors],
    seekers: tuple[SeekerColumns, Vectors],
) -> None:
    """Publish columns and centred vectors of both sides, each sorted by id."""

    def write(draft: Path) -> None:
        save_file(_arrays(centring), draft / CENTRES)
        (draft / HIRE_RATES).write_text(json.dumps(dict(hire_rates)), encoding="utf-8")
        for name, (columns, vectors) in (("vacancies", vacancies), ("seekers", seekers)):
            save_columns(columns, draft / f"{name}.parquet")
            FaissIndex.of(vectors.texts).save(draft / f"{name}.faiss")
            np.save(draft / f"{name}.titles.npy", vectors.titles, allow_pickle=False)

    publish(folder, manifest, write)


def load_index(folder: Path, *, encoder_fingerprint: str, register: str) -> IndexGeneration:
    """The current index; raises ArtefactError when there is none or it does not fit."""
    path = folder / current(folder, kind=KIND)
    expected = {
        "register": register,
        "encoder_fingerprint": encoder_fingerprint,
        "feature_names": FEATURE_NAMES,
    }
    manifest = load(path, kind=KIND, expected=expected)
    return IndexGeneration(
        manifest,
        _centring(load_file(path / CENTRES)),
        json.loads((path / HIRE_RATES).read_text(encoding="utf-8")),
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
    index = FaissIndex.load(stem.with_suffix(".faiss"))
    titles = np.load(stem.with_suffix(".titles.npy"), mmap_mode="r", allow_pickle=False)
    return Pool.of(Segment.mapped(columns, index, titles))


def _arrays(centring: Centring) -> dict[str, NDArray[np.float32]]:
    return {
        f"{part}/{role}/{language}": mean
        for part, centres in (("texts", centring.texts), ("titles", centring.titles))
        for role, found in (("queries", centres.queries), ("passages", centres.passages))
        for language, mean in found.items()
    }


def _centring(arrays: dict[str, NDArray[np.float32]]) -> Centring:
    def of(part: str) -> Centres:
        return Centres(
            *(
                {language: arrays[f"{part}/{role}/{language}"] for language in Language}
                for role in ("queries", "passages")
            )
        )

    try:
        return Centring(texts=of("texts"), titles=of("titles"))
    except KeyError as error:
        raise ArtefactError(
            f"The index lacks the mean {error}.", remedy="Run `matcher index` to build it anew."
        ) from error
