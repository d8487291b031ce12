"""Inner-product search over eligible rows only: exact, and at the cost of a quarter of the bytes.

Every vector is kept twice: as it is, in FAISS's flat format, and rounded to 8 bits. A search scores
the rounded rows and then, in full, only those whose rounding may hide a better place. Where very
many rows are eligible, clusters in which one of the best is not to be hoped for are left out.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple, Self

import faiss
import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from matcher.errors import ArtefactError
from matcher.retrieval.scoring import (
    Codes,
    Floats,
    Rounded,
    Rows,
    best_of_clusters,
    best_of_rows,
)

EXACT = 6_000
"""Eligible rows up to which a search scores all, and so is exact."""
HOPE = np.float32(0.34)
"""Of more: how far above its mean a cluster's best score is hoped for, in radii of the cluster."""
A_CLUSTER = 150
"""Rows a cluster, on average."""
SAMPLE, ROUNDS = 50_000, 8
"""Rows that clusters are learnt from, and rounds of k-means."""


class Hopes(NamedTuple):
    """What the best scores in c clusters are hoped to be: see `best_of_clusters`."""

    codes: Codes
    likeness: Floats
    radii: Floats


@dataclass(frozen=True, slots=True)
class VectorIndex:
    """n unit vectors (n, d), searchable; never changed once made.

    `rounded` are their 8-bit copies, those of a cluster side by side. `clusters` (n,) are rows of
    `centroids`, and `likeness` is the mean score of a cluster's rows with its centroid; all 0 where
    there are few vectors.
    """

    vectors: Floats
    rounded: Rounded
    clusters: NDArray[np.uint16]
    centroids: Floats
    likeness: Floats
    owner: object = None
    """What the memory of mapped vectors belongs to."""
    worst: np.float32 = field(init=False)
    """The longest error of a row in `rounded`, in scales of the row."""
    members: Rows = field(init=False)
    """The row of each place in `rounded`."""
    places: Rows = field(init=False)
    """The place of each row in `rounded`."""
    bounds: NDArray[np.int64] = field(init=False)
    """Members of cluster c stand from `bounds[c]` to `bounds[c + 1]`."""
    hopes: Hopes = field(init=False)

    def __post_init__(self) -> None:
        members = _by_cluster(self.clusters)
        numbers = np.arange(len(self.centroids) + 1)
        bounds = np.searchsorted(self.clusters[members], numbers)
        places = np.empty(len(members), np.int32)
        places[members] = np.arange(len(members), dtype=np.int32)
        codes, scales, _ = _rounded(self.centroids)
        radii = HOPE * np.sqrt(1 - self.likeness**2)
        worst = (self.rounded.errors / self.rounded.scales).max(initial=0)
        object.__setattr__(self, "worst", np.float32(worst))
        object.__setattr__(self, "members", members)
        object.__setattr__(self, "bounds", bounds)
        object.__setattr__(self, "places", places)
        object.__setattr__(self, "hopes", Hopes(codes, self.likeness * scales, radii))

    @classmethod
    def of(cls, vectors: Floats) -> Self:
        """Index of the rows of (n, d) `vectors`."""
        centroids = _centroids(vectors)
        clusters, scores = _nearest(vectors, centroids)
        counts = np.maximum(np.bincount(clusters, minlength=len(centroids)), 1)
        sums = np.bincount(clusters, scores, minlength=len(centroids))
        likeness = np.minimum(sums / counts, 1).astype(np.float32)
        return cls._of(vectors, _rounded(vectors), clusters, centroids, likeness)

    @classmethod
    def _of(
        cls,
        vectors: Floats,
        rounded: Rounded,
        clusters: NDArray[np.uint16],
        centroids: Floats,
        likeness: Floats,
    ) -> Self:
        aside = rounded.take(_by_cluster(clusters))
        return cls(vectors, aside, clusters, centroids, likeness)

    def __len__(self) -> int:
        return len(self.vectors)

    def rounded_at(self, rows: NDArray[Any]) -> Rounded:
        """The 8-bit copies of the chosen rows (positions or a mask), in that order."""
        return self.rounded.take(self.places[rows])

    def take(self, rows: NDArray[Any]) -> VectorIndex:
        """The chosen rows (positions or a mask), in that order."""
        vectors, clusters = self.vectors[rows], self.clusters[rows]
        rounded = self.rounded_at(rows)
        return VectorIndex._of(vectors, rounded, clusters, self.centroids, self.likeness)

    def extended(self, vectors: Floats) -> VectorIndex:
        """These rows and behind them new ones, in the clusters there are."""
        clusters, _ = _nearest(vectors, self.centroids)
        return VectorIndex._of(
            np.concatenate([self.vectors, vectors]),
            self.rounded.take(self.places).extended(_rounded(vectors)),
            np.concatenate([self.clusters, clusters]),
            self.centroids,
            self.likeness,
        )

    def search(self, query: Floats, rows: Rows, k: int) -> tuple[Rows, Floats]:
        """Those of (m,) `rows` most similar to a unit vector (d,), best first, and their scores.

        As many as stand among the `k` best and all that tie with the last of them. Exact up to
        EXACT rows; of more, clusters are scored as long as they give hope of one of the best.
        """
        if len(rows) <= max(EXACT, k) or len(self.centroids) == 1:
            return self.exactly(query, rows, k)
        if k < 1:
            return rows[:0], np.empty(0, np.float32)
        return best_of_clusters(
            np.ascontiguousarray(query, np.float32),
            self.vectors,
            self.rounded.codes,
            self.rounded.scales,
            self.worst,
            self.members,
            self.bounds,
            *self.hopes,
            rows,
            k,
        )

    def exactly(self, query: Floats, rows: Rows, k: int) -> tuple[Rows, Floats]:
        """The same, exact however many rows there are."""
        if not len(rows) or k < 1:
            return rows[:0], np.empty(0, np.float32)
        return best_of_rows(
            np.ascontiguousarray(query, np.float32),
            self.vectors,
            self.rounded.codes,
            self.rounded.scales,
            self.worst,
            self.members,
            self.places,
            rows,
            k,
        )

    def save(self, stem: Path) -> None:
        """Write `<stem>.faiss`, which FAISS reads, `<stem>.codes.npy` and `<stem>.safetensors`."""
        flat = faiss.IndexFlatIP(self.vectors.shape[1])
        flat.add(np.ascontiguousarray(self.vectors))
        faiss.write_index(flat, str(stem.with_suffix(".faiss")))
        np.save(stem.with_suffix(".codes.npy"), self.rounded.codes, allow_pickle=False)
        small = {name: getattr(self, name) for name in _SMALL}
        small |= {"scales": self.rounded.scales, "errors": self.rounded.errors}
        save_file(small, stem.with_suffix(".safetensors"))

    @classmethod
    def load(cls, stem: Path) -> Self:
        """Map what `save` wrote into memory; raises ArtefactError where it is not that."""
        try:
            flat = faiss.read_index(str(stem.with_suffix(".faiss")), faiss.IO_FLAG_MMAP_IFC)
            # Written to by nobody, but compiled once for arrays of the service's own making.
            mapped = np.load(stem.with_suffix(".codes.npy"), mmap_mode="c", allow_pickle=False)
            small = load_file(stem.with_suffix(".safetensors"))
            rounded = Rounded(np.asarray(mapped), small.pop("scales"), small.pop("errors"))
            vectors, clusters = _shown(flat), small["clusters"]
            given = {name: small[name] for name in _SMALL}
        except (RuntimeError, OSError, ValueError, KeyError, SafetensorError) as error:
            raise ArtefactError(
                f"{stem.name} is not a readable index of vectors.",
                remedy="Run `matcher index` again.",
            ) from error
        if len({len(array) for array in (vectors, clusters, *rounded)}) > 1:
            raise ArtefactError(
                f"The files of {stem.name} are of different indexes.",
                remedy="Run `matcher index` again.",
            )
        return cls(vectors, rounded, **given, owner=flat)


_SMALL = ("clusters", "centroids", "likeness")


def _by_cluster(clusters: NDArray[np.uint16]) -> Rows:
    """Rows in the order of their clusters."""
    return np.argsort(clusters, kind="stable").astype(np.int32)


def _rounded(vectors: Floats) -> Rounded:
    """8-bit copies of (n, d) vectors."""
    largest = np.abs(vectors).max(axis=1, initial=0)
    scales = np.where(largest > 0, largest / 127, 1).astype(np.float32)
    codes: Codes = np.empty(vectors.shape, np.int8)
    errors = np.empty(len(vectors), np.float32)
    for start in range(0, len(vectors), 10_000):
        part = slice(start, start + 10_000)
        codes[part] = np.rint(vectors[part] / scales[part, None])
        errors[part] = np.linalg.norm(vectors[part] - codes[part] * scales[part, None], axis=1)
    return Rounded(codes, scales, errors)


def _centroids(vectors: Floats) -> Floats:
    """Centroids of spherical k-means, about one for A_CLUSTER rows; one where all are scored."""
    count, dimension = vectors.shape
    if count <= EXACT:
        return np.zeros((1, dimension), np.float32)
    sample = np.random.default_rng(0).choice(count, min(count, SAMPLE), replace=False)
    clusters = min(count // A_CLUSTER, len(sample) // 8, np.iinfo(np.uint16).max)
    learnt = faiss.Kmeans(dimension, clusters, niter=ROUNDS, spherical=True, seed=1)
    learnt.cp.min_points_per_centroid = 1
    learnt.train(np.ascontiguousarray(vectors[np.sort(sample)]))
    return np.asarray(learnt.centroids, np.float32)


def _nearest(vectors: Floats, centroids: Floats) -> tuple[NDArray[np.uint16], Floats]:
    """The most similar of the centroids to each of (n, d) vectors, and the scores with these."""
    clusters, scores = np.zeros(len(vectors), np.uint16), np.zeros(len(vectors), np.float32)
    for start in range(0, len(vectors) if len(centroids) > 1 else 0, 10_000):
        part = slice(start, start + 10_000)
        products = vectors[part] @ centroids.T
        clusters[part] = np.argmax(products, axis=1)
        scores[part] = products.max(axis=1)
    return clusters, scores


def _shown(flat: Any) -> Floats:
    """The vectors of a flat FAISS index, without a copy: valid as long as the index is."""
    size = flat.ntotal * flat.d
    shown: Any = faiss.rev_swig_ptr(flat.get_xb(), size) if size else []
    return np.asarray(shown, dtype=np.float32).reshape(flat.ntotal, flat.d)
