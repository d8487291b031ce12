"""Inner-product search over eligible rows only: exact, and at the cost of a quarter of the bytes.

Every vector is kept twice: as it is, in FAISS's flat format, and rounded to 8 bits. A search scores
the rounded rows and then, in full, only those whose rounding may hide a better place. Where very
many rows are eligible, the clusters nearest to the query are searched and the others left out.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import faiss
import numpy as np
from numba import njit
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from matcher.errors import ArtefactError

Rows = NDArray[np.int32]
Floats = NDArray[np.float32]

EXACT = 6_000
"""Eligible rows up to which a search scores all, and so is exact."""
SCORED, SEARCHED = 3_000, 1 / 25
"""Of more, eligible rows and share of the clusters that are scored at least."""
A_CLUSTER = 150
"""Rows a cluster, on average."""
SAMPLE, ROUNDS = 50_000, 8
"""Rows that clusters are learnt from, and rounds of k-means."""
NOISE = np.float32(1e-5)
"""More than two sums of the products of unit vectors differ by, whatever the order of adding."""


@dataclass(frozen=True, slots=True)
class VectorIndex:
    """n unit vectors (n, d), searchable; never changed once made.

    `codes` (n, d) times `scales` (n,) are the vectors but for `errors` (n,), the length of what
    rounding took away. `clusters` (n,) are rows of `centroids`; all 0 where there are few vectors.
    """

    vectors: Floats
    codes: NDArray[np.int8]
    scales: Floats
    errors: Floats
    clusters: NDArray[np.uint16]
    centroids: Floats
    owner: object = None
    """What the memory of mapped vectors belongs to."""
    members: Rows = field(init=False)
    """Rows by cluster: those of cluster c are `members[bounds[c] : bounds[c + 1]]`."""
    bounds: NDArray[np.int64] = field(init=False)

    def __post_init__(self) -> None:
        by_cluster = np.argsort(self.clusters, kind="stable").astype(np.int32)
        numbers = np.arange(len(self.centroids) + 1)
        object.__setattr__(self, "members", by_cluster)
        object.__setattr__(self, "bounds", np.searchsorted(self.clusters[by_cluster], numbers))

    @classmethod
    def of(cls, vectors: Floats) -> Self:
        """Index of the rows of (n, d) `vectors`."""
        return cls._of(vectors, _centroids(vectors))

    @classmethod
    def _of(cls, vectors: Floats, centroids: Floats) -> Self:
        codes, scales, errors = _rounded(vectors)
        return cls(vectors, codes, scales, errors, _nearest(vectors, centroids), centroids)

    def __len__(self) -> int:
        return len(self.vectors)

    def take(self, rows: NDArray[Any]) -> VectorIndex:
        """The chosen rows (positions or a mask), in that order."""
        return VectorIndex(
            self.vectors[rows],
            self.codes[rows],
            self.scales[rows],
            self.errors[rows],
            self.clusters[rows],
            self.centroids,
        )

    def extended(self, vectors: Floats) -> VectorIndex:
        """These rows and behind them new ones, in the clusters there are."""
        more = VectorIndex._of(vectors, self.centroids)
        return VectorIndex(
            np.concatenate([self.vectors, more.vectors]),
            np.concatenate([self.codes, more.codes]),
            np.concatenate([self.scales, more.scales]),
            np.concatenate([self.errors, more.errors]),
            np.concatenate([self.clusters, more.clusters]),
            self.centroids,
        )

    def search(self, query: Floats, rows: Rows, k: int) -> tuple[Rows, Floats]:
        """Those of (m,) `rows` most similar to a unit vector (d,), best first, and their scores.

        As many as stand among the `k` best and all that tie with the last of them. Exact up to
        EXACT rows; of more, the clusters nearest to the query are scored.
        """
        if not len(rows) or k < 1:
            return rows[:0], np.empty(0, np.float32)
        query = np.ascontiguousarray(query, np.float32)
        if len(rows) > max(EXACT, k) and len(self.centroids) > 1:
            nearest = np.argsort(-(self.centroids @ query), kind="stable")
            least = int(SEARCHED * len(nearest))
            rows = _in_clusters(
                rows, nearest, self.members, self.bounds, max(SCORED, k), least, len(self)
            )
        return self.exactly(query, rows, k)

    def exactly(self, query: Floats, rows: Rows, k: int) -> tuple[Rows, Floats]:
        """The same, exact however many rows there are."""
        if len(rows) > k:
            rows = self._within_reach(query, rows, k)
        scores = dots(self.vectors, rows, query)
        if len(rows) > k:
            best = scores >= np.partition(scores, -k)[-k]
            rows, scores = rows[best], scores[best]
        order = np.argsort(-scores, kind="stable")
        return rows[order], scores[order]

    def _within_reach(self, query: Floats, rows: Rows, k: int) -> Rows:
        """Those of more than k rows that may be among the k best, whatever rounding took away.

        A score differs from that of the rounded vector by |q| |x - x'| at most (Cauchy, Schwarz).
        """
        lowest, highest = np.empty((2, len(rows)), np.float32)
        _bounds(self.codes, self.scales, self.errors, rows, query, lowest, highest)
        reached: Rows = rows[highest >= np.partition(lowest, -k)[-k]]
        return reached

    def save(self, stem: Path) -> None:
        """Write `<stem>.faiss`, which FAISS reads, `<stem>.codes.npy` and `<stem>.safetensors`."""
        flat = faiss.IndexFlatIP(self.vectors.shape[1])
        flat.add(np.ascontiguousarray(self.vectors))
        faiss.write_index(flat, str(stem.with_suffix(".faiss")))
        np.save(stem.with_suffix(".codes.npy"), self.codes, allow_pickle=False)
        small = {name: getattr(self, name) for name in _SMALL}
        save_file(small, stem.with_suffix(".safetensors"))

    @classmethod
    def load(cls, stem: Path) -> Self:
        """Map what `save` wrote into memory; raises ArtefactError where it is not that."""
        try:
            flat = faiss.read_index(str(stem.with_suffix(".faiss")), faiss.IO_FLAG_MMAP_IFC)
            # Written to by nobody, but compiled once for arrays of the service's own making.
            codes = np.load(stem.with_suffix(".codes.npy"), mmap_mode="c", allow_pickle=False)
            small = load_file(stem.with_suffix(".safetensors"))
            found = cls(_shown(flat), codes, **{name: small[name] for name in _SMALL}, owner=flat)
        except (RuntimeError, OSError, ValueError, KeyError, SafetensorError) as error:
            raise ArtefactError(
                f"{stem.name} is not a readable index of vectors.",
                remedy="Run `matcher index` again.",
            ) from error
        by_row = (found.vectors, found.codes, found.scales, found.errors, found.clusters)
        if len({len(array) for array in by_row}) > 1:
            raise ArtefactError(
                f"The files of {stem.name} are of different indexes.",
                remedy="Run `matcher index` again.",
            )
        return found


_SMALL = ("scales", "errors", "clusters", "centroids")


@njit(cache=True, nogil=True, fastmath={"contract", "reassoc"})
def _products(queries: Floats, asking: Rows, vectors: Floats, rows: Rows, products: Floats) -> None:
    for n in range(len(rows)):
        one, other = asking[n], rows[n]
        total = np.float32(0)
        for i in range(queries.shape[1]):
            total += queries[one, i] * vectors[other, i]
        products[n] = total


@njit(cache=True, nogil=True, fastmath={"contract", "reassoc"})
def _bounds(
    codes: NDArray[np.int8],
    scales: Floats,
    errors: Floats,
    rows: Rows,
    query: Floats,
    lowest: Floats,
    highest: Floats,
) -> None:
    length = np.float32(0)
    for i in range(len(query)):
        length += query[i] * query[i]
    length = np.sqrt(length)
    rest = len(rows) % 4
    for n in range(0, len(rows) - rest, 4):
        # Four rows at a time: the next ones are on their way from memory while these are added up.
        a, b, c, d = rows[n], rows[n + 1], rows[n + 2], rows[n + 3]
        of_a, of_b, of_c, of_d = np.float32(0), np.float32(0), np.float32(0), np.float32(0)
        for i in range(len(query)):
            of_a += query[i] * np.float32(codes[a, i])
            of_b += query[i] * np.float32(codes[b, i])
            of_c += query[i] * np.float32(codes[c, i])
            of_d += query[i] * np.float32(codes[d, i])
        highest[n], highest[n + 1], highest[n + 2], highest[n + 3] = of_a, of_b, of_c, of_d
    for n in range(len(rows) - rest, len(rows)):
        total = np.float32(0)
        for i in range(len(query)):
            total += query[i] * np.float32(codes[rows[n], i])
        highest[n] = total
    for n in range(len(rows)):
        score, slack = scales[rows[n]] * highest[n], length * errors[rows[n]] + NOISE
        lowest[n], highest[n] = score - slack, score + slack


@njit(cache=True, nogil=True)
def _in_clusters(
    rows: Rows,
    nearest: NDArray[np.int64],
    members: Rows,
    bounds: NDArray[np.int64],
    least_rows: int,
    least_clusters: int,
    size: int,
) -> Rows:
    """Those of `rows` in the nearest clusters: in so many, and in more until there are so many."""
    eligible = np.zeros(size, np.bool_)
    for n in range(len(rows)):
        eligible[rows[n]] = True
    found = np.empty(len(rows) + 1, np.int32)
    count = 0
    for n in range(len(nearest)):
        if count >= least_rows and n >= least_clusters:
            break
        for place in range(bounds[nearest[n]], bounds[nearest[n] + 1]):
            found[count] = members[place]
            count += eligible[members[place]]
    return found[:count]


def products_of(queries: Floats, asking: Rows, vectors: Floats, rows: Rows) -> Floats:
    """Inner products (n,) of pairs: rows `asking` (n,) of `queries` and `rows` (n,) of `vectors`.

    BLAS adds up in an order that depends on the neighbours of a row. This does not, so that equal
    pairs have equal products wherever they stand, in a list, in the night's and in the past's.
    """
    products = np.empty(len(rows), np.float32)
    _products(queries, asking, vectors, rows, products)
    return products


def dots(vectors: Floats, rows: Rows, query: Floats) -> Floats:
    """Inner products (m,) of (m,) `rows` of `vectors` with (d,) `query`."""
    return products_of(query[None], np.zeros(len(rows), np.int32), vectors, rows)


def _rounded(vectors: Floats) -> tuple[NDArray[np.int8], Floats, Floats]:
    """Codes (n, d), scales (n,) and errors (n,) of (n, d) vectors."""
    largest = np.abs(vectors).max(axis=1, initial=0)
    scales = np.where(largest > 0, largest / 127, 1).astype(np.float32)
    codes = np.empty(vectors.shape, np.int8)
    errors = np.empty(len(vectors), np.float32)
    for start in range(0, len(vectors), 10_000):
        part = slice(start, start + 10_000)
        codes[part] = np.rint(vectors[part] / scales[part, None])
        errors[part] = np.linalg.norm(vectors[part] - codes[part] * scales[part, None], axis=1)
    return codes, scales, errors


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


def _nearest(vectors: Floats, centroids: Floats) -> NDArray[np.uint16]:
    """The most similar of the centroids to each of (n, d) vectors."""
    if len(centroids) == 1:
        return np.zeros(len(vectors), np.uint16)
    found = np.empty(len(vectors), np.uint16)
    for start in range(0, len(vectors), 10_000):
        part = slice(start, start + 10_000)
        found[part] = np.argmax(vectors[part] @ centroids.T, axis=1)
    return found


def _shown(flat: Any) -> Floats:
    """The vectors of a flat FAISS index, without a copy: valid as long as the index is."""
    size = flat.ntotal * flat.d
    shown: Any = faiss.rev_swig_ptr(flat.get_xb(), size) if size else []
    return np.asarray(shown, dtype=np.float32).reshape(flat.ntotal, flat.d)
