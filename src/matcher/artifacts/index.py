"""Index generations: columns, vectors and language means, as NumPy, FAISS and safetensors."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from safetensors.numpy import load_file, save_file

from matcher.artifacts.folder import Manifest, current, load, publish
from matcher.entities import Language
from matcher.errors import ArtefactError
from matcher.features.centres import Centres
from matcher.features.columns import (
    SEEKER_TYPES,
    VACANCY_TYPES,
    Columns,
    Past,
    SeekerColumns,
    VacancyColumns,
)
from matcher.features.pairs import FEATURE_NAMES
from matcher.features.vectors import Centring, Vectors
from matcher.retrieval.index import VectorIndex
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

    def past_of(self, vacancies: Iterable[str]) -> Past:
        """What the index knew, as published, of referrals to these vacancies and all employers.

        Also of a vacancy that was closed or full since then, and is open again.
        """
        base = self.vacancies.base
        found = base.columns.take(base.every_row_of(np.array([*map(str.encode, vacancies)], "S32")))
        sent = zip((key.decode() for key in found.ids), found.sent.tolist(), strict=True)
        return Past(self.hire_rates, dict(sent))


def publish_index(
    folder: Path,
    manifest: Manifest,
    centring: Centring,
    *,
    hire_rates: Mapping[str, float],
    vacancies: tuple[VacancyColumns, Vectors],
    seekers: tuple[SeekerColumns, Vectors],
) -> None:
    """Publish columns and centred vectors of both sides, each in any order."""

    def write(draft: Path) -> None:
        save_centring(centring, draft / CENTRES)
        (draft / HIRE_RATES).write_text(json.dumps(dict(hire_rates)), encoding="utf-8")
        _save_segment(Segment.of(*vacancies), draft / "vacancies")
        _save_segment(Segment.of(*seekers), draft / "seekers")

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
    # Most of it is sorting, outside of Python's lock.
    with ThreadPoolExecutor(2) as sides:
        vacancies = sides.submit(_pool, path / "vacancies", VacancyColumns)
        seekers = sides.submit(_pool, path / "seekers", SeekerColumns)
    return IndexGeneration(
        manifest,
        load_centring(path / CENTRES),
        json.loads((path / HIRE_RATES).read_text(encoding="utf-8")),
        vacancies.result(),
        seekers.result(),
    )


def save_columns(columns: Columns, path: Path) -> None:
    """Write columns as NumPy arrays, which a start reads without loading another library."""
    np.savez(path, allow_pickle=False, **columns.arrays())


def load_columns(path: Path, kind: type[C]) -> C:
    """Read columns of `kind` as `save_columns` wrote them; raises ArtefactError otherwise."""
    try:
        with np.load(path, allow_pickle=False) as arrays:
            found = {name: arrays[name] for name in _TYPES[kind]}
    except (OSError, ValueError, KeyError, BadZipFile) as error:
        raise ArtefactError(
            f"{path.name} holds no columns of an index.", remedy="Run `matcher index` again."
        ) from error
    return kind(**{name: found[name].astype(_TYPES[kind][name], copy=False) for name in found})


def _save_segment(segment: Segment[C], stem: Path) -> None:
    save_columns(segment.columns, stem.with_suffix(".npz"))
    segment.index.save(stem)
    np.save(stem.with_suffix(".titles.npy"), segment.titles, allow_pickle=False)


def _pool(stem: Path, kind: type[C]) -> Pool[C]:
    columns = load_columns(stem.with_suffix(".npz"), kind)
    index = VectorIndex.load(stem)
    titles = np.load(stem.with_suffix(".titles.npy"), mmap_mode="r", allow_pickle=False)
    return Pool.of(Segment.laid_out(columns, index, titles))


def save_centring(centring: Centring, path: Path) -> None:
    """Write the means as safetensors."""
    arrays = {
        f"{part}/{role}/{language}": mean
        for part, centres in (("texts", centring.texts), ("titles", centring.titles))
        for role, found in (("queries", centres.queries), ("passages", centres.passages))
        for language, mean in found.items()
    }
    save_file(arrays, path)


def load_centring(path: Path) -> Centring:
    """Read the means that `save_centring` wrote; raises ArtefactError where one is missing."""
    arrays = load_file(path)

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
