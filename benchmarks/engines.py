"""Libraries that search the same vectors, each told which rows are eligible.

What they build is kept in `var/bench/peers`.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import faiss
import hnswlib
import numpy as np
from bureau import FOLDER as BENCH
from numpy.typing import NDArray

from matcher.retrieval.index import VectorIndex
from matcher.retrieval.scoring import Floats, Rows

FOLDER = BENCH / "peers"
K = 100
LINKS, BUILD_EFFORT = 32, 128
"""Links a row, and candidates looked at for each when it is linked, of every graph."""
LISTS = 1_024
EFFORTS = (100, 150, 200, 300, 400, 600, 800, 1_200, 1_600, 2_400, 3_200, 6_400, 12_800, 25_600)
"""Candidates that a search in a graph keeps, from few to many."""
PROBES = (8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768, LISTS)


@dataclass(frozen=True, slots=True)
class Table:
    """n vectors (n, d), and of each row a random number below 1,000, its trade and its place."""

    index: VectorIndex
    number: NDArray[np.int16]
    trade: NDArray[np.int16]
    place: NDArray[np.int16]


@dataclass(frozen=True, slots=True)
class Filter:
    """Eligible rows, ascending, and what they have in common; no condition where all are."""

    rows: Rows
    numbers: tuple[int, int] | None = None
    """The first number, and the one behind the last."""
    trades: tuple[int, ...] = ()
    places: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Engine:
    """One way to search. `told` turns a filter into what `search` takes, ahead of time.

    `search` takes a query (d,), what was told and one of `efforts`; it gives K rows, best first.
    """

    name: str
    told: Callable[[Filter], Any]
    search: Callable[[Floats, Any, int], Sequence[int]]
    efforts: tuple[int, ...] = (0,)
    knob: str = "exact"


def libraries(table: Table) -> list[Engine]:
    """The project's own, FAISS and hnswlib; an index that is not there yet is built."""
    return [*_ours(table), *_faiss(table.index.vectors), _hnswlib(table.index.vectors)]


def _ours(table: Table) -> list[Engine]:
    def by_columns(query: Floats, told: Filter, _: int) -> Sequence[int]:
        return table.index.search(query, _rows(table, told), K)[0]

    def by_rows(query: Floats, told: Filter, _: int) -> Sequence[int]:
        return table.index.search(query, told.rows, K)[0]

    everything = np.arange(len(table.index), dtype=np.int32)
    for rows in (everything, everything[:K]):
        table.index.search(table.index.vectors[0], rows, K)  # compiles

    return [
        Engine("VectorIndex", lambda asked: asked, by_rows, knob=""),
        Engine("VectorIndex, rows found by columns", lambda asked: asked, by_columns, knob=""),
    ]


def _rows(table: Table, asked: Filter) -> Rows:
    if asked.numbers:
        first, end = asked.numbers
        return np.flatnonzero((table.number >= first) & (table.number < end)).astype(np.int32)
    if asked.trades:
        trades, places = np.zeros((2, 1_000), np.bool_)
        trades[list(asked.trades)], places[list(asked.places)] = True, True
        return np.flatnonzero(trades[table.trade] & places[table.place]).astype(np.int32)
    return asked.rows


def _faiss(vectors: Floats) -> list[Engine]:
    dimension = vectors.shape[1]

    def lists(path: Path) -> None:
        made = faiss.index_factory(dimension, f"IVF{LISTS},SQ8", faiss.METRIC_INNER_PRODUCT)
        made.train(vectors)
        made.add(vectors)
        faiss.write_index(made, str(path))

    def graph(path: Path) -> None:
        made = faiss.IndexHNSWFlat(dimension, LINKS, faiss.METRIC_INNER_PRODUCT)
        made.hnsw.efConstruction = BUILD_EFFORT
        made.add(vectors)
        faiss.write_index(made, str(path))

    def selector(asked: Filter) -> tuple[Any, Any]:
        mask = np.zeros(len(vectors), np.bool_)
        mask[asked.rows] = True
        bits = np.packbits(mask, bitorder="little")
        # The selector does not keep the bits alive.
        return (None if mask.all() else faiss.IDSelectorBitmap(bits)), bits

    flat = faiss.IndexFlatIP(dimension)
    flat.add(vectors)
    rough = faiss.read_index(str(once("faiss.ivf", lists)))
    refined = faiss.IndexRefineFlat(rough, faiss.swig_ptr(vectors))
    linked = faiss.read_index(str(once("faiss.hnsw", graph)))

    def by_scan(query: Floats, told: Any, _: int) -> Sequence[int]:
        return flat.search(query[None], K, params=faiss.SearchParameters(sel=told[0]))[1][0]

    def by_lists(query: Floats, told: Any, probes: int) -> Sequence[int]:
        inner = faiss.SearchParametersIVF(sel=told[0], nprobe=probes)
        how = faiss.IndexRefineSearchParameters(k_factor=2, base_index_params=inner)
        return refined.search(query[None], K, params=how)[1][0]

    def by_graph(query: Floats, told: Any, effort: int) -> Sequence[int]:
        how = faiss.SearchParametersHNSW(sel=told[0], efSearch=effort)
        return linked.search(query[None], K, params=how)[1][0]

    return [
        Engine("FAISS FlatIP + bitmap", selector, by_scan),
        Engine("FAISS IVF1024,SQ8 + bitmap, 200 refined", selector, by_lists, PROBES, "nprobe"),
        Engine("FAISS HNSW32 + bitmap", selector, by_graph, EFFORTS, "ef"),
    ]


def _hnswlib(vectors: Floats) -> Engine:
    def build(path: Path) -> None:
        made = hnswlib.Index("ip", vectors.shape[1])
        made.init_index(len(vectors), ef_construction=BUILD_EFFORT, M=LINKS)
        made.add_items(vectors, np.arange(len(vectors)))
        made.save_index(str(path))

    index = hnswlib.Index("ip", vectors.shape[1])
    index.load_index(str(once("hnswlib", build)))

    def allowed(asked: Filter) -> Callable[[int], bool] | None:
        mask = np.zeros(len(vectors), np.bool_)
        mask[asked.rows] = True
        return None if mask.all() else mask.tolist().__getitem__

    def search(query: Floats, told: Any, effort: int) -> Sequence[int]:
        index.set_ef(effort)
        return index.knn_query(query, K, num_threads=1, filter=told)[0][0]

    return Engine("hnswlib, filter called back", allowed, search, EFFORTS, "ef")


def once(name: str, build: Callable[[Path], None]) -> Path:
    """Path of what `build` makes on the first call; nothing stays of a build that broke off."""
    path, part = FOLDER / name, FOLDER / f"{name}.part"
    if not path.exists():
        shutil.rmtree(part, ignore_errors=True)
        build(part)
        part.rename(path)
    return path
