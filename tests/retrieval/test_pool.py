"""A pool with a day's changes finds what a pool built anew would find."""

from __future__ import annotations

import math
import threading
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.entities import JobSeeker
from matcher.features.columns import SeekerColumns, seeker_columns
from matcher.features.vectors import Vectors
from matcher.retrieval.pool import GROWTH, Pool, Segment
from tests.strategies import LEXICON, REFERENCE, TODAY

DIMENSION = 4
QUERY = Vectors(np.ones((1, DIMENSION), np.float32), np.array([[1, 0, 0, 0]], np.float16))


def everybody(segment: Segment[SeekerColumns]):
    return np.flatnonzero(segment.alive).astype(np.int32)


def rows_of(people: dict[str, int]):
    """Columns and vectors of people given as id -> what their vector is made from."""
    ids = sorted(people)
    columns = seeker_columns(
        [JobSeeker(id=i, registered_on=TODAY) for i in ids], REFERENCE, LEXICON
    )
    vectors = np.array(
        [np.random.default_rng(people[i]).integers(-8, 9, DIMENSION) / 8 for i in ids], np.float32
    ).reshape(len(ids), DIMENSION)
    # Titles are other vectors than texts, so that one mistaken for the other shows.
    return columns, Vectors(vectors, vectors[:, ::-1].astype(np.float16))


def pool_of(people: dict[str, int]) -> Pool[SeekerColumns]:
    columns, vectors = rows_of(people)
    return Pool.of(Segment.of(columns, vectors))


def found(pool: Pool[SeekerColumns], k: int) -> list[tuple[bytes, float, float]]:
    result = pool.search(QUERY, everybody, k)
    titles = np.nan_to_num(result.title_similarity, nan=9.0).tolist()
    return list(zip(result.columns.ids.tolist(), result.similarity.tolist(), titles, strict=True))


ids = st.sampled_from([f"S{n}" for n in range(12)])
people = st.dictionaries(ids, st.integers(0, 9))
steps = st.lists(st.tuples(st.sets(ids), people), max_size=5)


@settings(deadline=None)
@given(people, steps, st.integers(1, 12))
def test_updates_equal_a_new_build(start, changes, k):
    pool, register = pool_of(start), dict(start)
    for gone, fresh in changes:
        register = {i: v for i, v in register.items() if i not in gone} | fresh
        pool = pool.updated(gone, *rows_of(fresh))
    assert len(pool) == len(register)
    assert found(pool, k) == found(pool_of(register), k)


@pytest.mark.parametrize("seed", range(5))
def test_a_day_of_changes_equals_a_new_build_at_every_hour(seed):
    rng = np.random.default_rng(seed)
    register = {f"S{n}": n for n in range(60)}
    pool = pool_of(register)
    for hour in range(24):
        for count in (1, 1, 1, 20):
            changed = {f"S{n}": int(rng.integers(99)) for n in rng.choice(200, count)}
            gone = {f"S{n}" for n in rng.choice(200, 2)}
            register = {i: v for i, v in register.items() if i not in gone} | changed
            pool = pool.updated(gone, *rows_of(changed))
        assert len(pool) == len(register), hour
        assert found(pool, 9) == found(pool_of(register), 9), hour
    assert all(pool.one(key) is not None for key in register)


def test_a_change_moves_few_rows_however_many_came_before():
    pool, moved, changes = pool_of({"A": 1}), 0, 3_000
    for number in range(changes):
        before = {id(segment.columns) for segment in pool.segments}
        pool = pool.updated([], *rows_of({f"S{number}": number}))
        moved += sum(len(s) for s in pool.segments if id(s.columns) not in before)
    sizes = [len(segment) for segment in pool.segments[1:]]
    assert sum(sizes) == changes
    assert all(large >= GROWTH * small for large, small in pairwise(sizes))
    levels = 1 + math.log(changes, GROWTH)
    assert len(sizes) <= levels
    assert moved / changes <= GROWTH * levels / 2


def test_a_search_under_way_keeps_the_pool_it_began_with():
    before = pool_of({"S1": 1, "S2": 2})
    seen = found(before, 5)
    before.updated(["S1"], *rows_of({"S3": 3}))
    assert found(before, 5) == seen


def test_what_is_eligible_is_counted_also_beyond_the_list():
    result = pool_of({f"S{n:02}": n for n in range(30)}).search(QUERY, everybody, 3)
    assert (len(result.columns), result.eligible) == (3, 30)


def test_one_who_is_not_eligible_is_not_found():
    def only_s2(segment: Segment[SeekerColumns]):
        return np.flatnonzero(segment.columns.ids == b"S2").astype(np.int32)

    result = pool_of({"S1": 1, "S2": 2}).search(QUERY, only_s2, 5)
    assert result.columns.ids.tolist() == [b"S2"]


def test_one_record_is_found_by_its_id_as_it_was_last_written():
    pool = pool_of({"S1": 1, "S2": 2}).updated(["S2"], *rows_of({"S1": 7, "S3": 3}))
    columns, vectors = pool.one("S1")
    assert columns.ids.tolist() == [b"S1"]
    np.testing.assert_array_equal(vectors.texts, rows_of({"S1": 7})[1].texts)
    assert pool.one("S2") is None
    assert pool.one("S4") is None


def test_searches_go_on_undisturbed_while_records_come_and_go():
    pools = [pool_of({f"S{n}": n for n in range(10)})]
    stop = threading.Event()

    def search() -> int:
        count = 0
        while not stop.is_set() or not count:
            pool = pools[-1]
            result = pool.search(QUERY, everybody, 12)
            assert sorted(result.columns.ids.tolist()) == ids_in(pool)
            assert not np.isnan(result.similarity).any()
            count += 1
        return count

    with ThreadPoolExecutor(4) as readers:
        running = [readers.submit(search) for _ in range(4)]
        for step in range(300):
            fresh = rows_of({f"S{step % 12}": step % 10})
            pools.append(pools[-1].updated([f"S{(step + 5) % 12}"], *fresh))
        stop.set()
        assert all(job.result() for job in running)


def ids_in(pool: Pool[SeekerColumns]) -> list[bytes]:
    return sorted(
        key for segment in pool.segments for key in segment.columns.ids[segment.alive].tolist()
    )
