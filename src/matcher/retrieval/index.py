"""Exact inner-product search in FAISS over the eligible rows only."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from matcher.errors import ArtefactError

GATHER_BELOW = 0.01
"""Share of eligible rows under which gathering them beats scanning all."""
NOISE = 1e-6
"""Difference of two scores of unit vectors that rounding alone can make."""


class FaissIndex:
    """Unit vectors in a flat FAISS index; exact at every selectivity, ties broken by row."""

    def __init__(self, index: Any) -> None:
        self._index = index
        # A view, not a copy: it is valid as long as the index is.
        flat: Any = (
            faiss.rev_swig_ptr(index.get_xb(), index.ntotal * index.d) if index.ntotal else []
        )
        self._vectors = np.asarray(flat, dtype=np.float32).reshape(index.ntotal, index.d)

    @classmethod
    def of(cls, vectors: NDArray[np.float32]) -> FaissIndex:
        """Index of the rows of (n, d) `vectors`."""
        index = faiss.IndexFlatIP(vectors.shape[1])
        index.add(np.ascontiguousarray(vectors))
        return cls(index)

    @classmethod
    def load(cls, path: Path) -> FaissIndex:
        """Map the index in `path` into memory; raises ArtefactError when it is not one."""
        try:
            return cls(faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC))
        except RuntimeError as error:
            raise ArtefactError(
                f"{path.name} is not a readable FAISS index.", remedy="Run `matcher index` again."
            ) from error

    def save(self, path: Path) -> None:
        """Write the index to `path`."""
        faiss.write_index(self._index, str(path))

    def __len__(self) -> int:
        return int(self._index.ntotal)

    @property
    def vectors(self) -> NDArray[np.float32]:
        """The rows, (n, d); read only."""
        return self._vectors

    def search(
        self, query: NDArray[np.float32], allowed: NDArray[np.bool_], k: int
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Rows and scores of the `k` allowed rows most similar to (d,) `query`, best first.

        `allowed` is a mask over all rows. Fewer than `k` come back when fewer are allowed.
        """
        count = int(np.count_nonzero(allowed))
        k = min(k, count)
        if k == 0:
            return np.empty(0, np.int64), np.empty(0, np.float32)
        if count <= max(k, GATHER_BELOW * len(self)):
            return self._best(np.flatnonzero(allowed), query, k)
        selector = faiss.IDSelectorBitmap(np.packbits(allowed, bitorder="little"))
        parameters = faiss.SearchParameters(sel=selector)
        scores, rows = self._index.search(query[None], min(k + 1, count), params=parameters)
        if count > k and scores[0, k - 1] - scores[0, k] < NOISE:
            # Which of several equal rows stay at the edge is left to chance: look at them all.
            rows = np.flatnonzero(allowed)[None]
        return self._best(rows[0], query, k)

    def _best(
        self, rows: NDArray[np.int64], query: NDArray[np.float32], k: int
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        # BLAS adds up in an order that depends on the neighbours of a row; this does not, so that
        # equal vectors have equal scores wherever they stand.
        scores = np.einsum("nd,d->n", self._vectors[rows], query)
        order = np.lexsort((rows, -scores))[:k]
        return rows[order], scores[order]
