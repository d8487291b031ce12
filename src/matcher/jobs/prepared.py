"""Prepares everybody's list for the morning: a slate for each seeker, a shortlist a vacancy.

Each list is made as the service makes it when asked, from the same index: so it is the same list.
A part of them is one file, written whole, so that any process may make any part, and none is made
twice.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from matcher.allocation.price_list import PriceList
from matcher.artifacts.index import IndexGeneration
from matcher.durable import write_whole
from matcher.features.columns import SeekerColumns, VacancyColumns
from matcher.jobs.candidates import Candidates, candidates_in
from matcher.pipeline import MatchList, in_order, match_seekers
from matcher.ranking.ranker import Chances, Ranker
from matcher.reference import Reference
from matcher.retrieval.pool import Segment
from matcher.service.indexing import Progress

KEPT = 20
"""Lines of a list that are kept."""
PART = 4_096
"""Lists in one file."""
AT_ONCE = 64
"""Lists that a thread makes before it takes the next ones."""

Line = tuple[int, int | None, str | None, float | None, float | None, float | None]
"""Of a list: eligible, rank, id, score and chances."""
Rows = NDArray[np.int64]
OneList = Callable[[int], MatchList]


def prepare_slates(
    index: IndexGeneration,
    candidates: Path,
    folder: Path,
    *,
    prices: PriceList | None,
    progress: Progress,
) -> None:
    """Write the slate of every active seeker, in the order of ids, from the `candidates` prepared.

    Lines have the columns seeker, eligible (how many vacancies in all), rank, vacancy, score, hired
    and interviewed. Somebody for whom there is nothing has one line without a rank. A file of
    candidates makes one of slates; those that are there are left.
    """
    people, offers = index.seekers.base, index.vacancies.base
    ids, vacancies = people.columns.ids[people.by_id], offers.columns.take(offers.by_id)
    done = 0
    for number, part in enumerate(candidates_in(candidates)):
        size = len(part.eligible)
        path = folder / f"part-{number:05}.parquet"
        if not path.exists():
            lines = [
                _slate(
                    vacancies,
                    part.vacancies[begin:end],
                    part.scores[begin:end],
                    _chances(part, begin, end),
                    eligible,
                    prices=prices,
                )
                for (begin, end), eligible in zip(
                    pairwise(part.starts.tolist()), part.eligible.tolist(), strict=True
                )
            ]
            who = ids[done : done + size].tolist()
            write_whole(path, _parquet(who, lines, ("seeker", "vacancy")))
        done += size
        progress(done, len(ids))


def _slate(
    vacancies: VacancyColumns,
    rows: NDArray[np.int32],
    scores: NDArray[np.float64],
    chances: Chances | None,
    eligible: int,
    *,
    prices: PriceList | None,
) -> list[Line]:
    ids, openings = vacancies.ids[rows], vacancies.openings_left[rows]
    order = in_order(ids, scores, chances, openings, prices)
    return [
        (
            eligible,
            rank,
            ids[at].decode(),
            round(float(scores[at]), 4),
            None if chances is None else round(float(chances.hired[at]), 4),
            None if chances is None else round(float(chances.interviewed[at]), 4),
        )
        for rank, at in enumerate(order[:KEPT].tolist(), start=1)
    ] or [(eligible, None, None, None, None, None)]


def _chances(part: Candidates, begin: int, end: int) -> Chances | None:
    hired = part.hired[begin:end]
    if np.isnan(hired).any():
        return None
    return Chances(hired=hired, interviewed=part.interviewed[begin:end])


def prepare_shortlists(
    index: IndexGeneration,
    folder: Path,
    *,
    ranker: Ranker,
    reference: Reference,
    today: int,
    sent: Mapping[str, Sequence[str]],
    progress: Progress,
) -> None:
    """Write the shortlist of every vacancy open `today`, PART to a file, in lines as of slates.

    `sent` are the seekers that were referred to each, by id: they are left out. Files that are
    there are left; `today` in days since 1970.
    """
    offers = index.vacancies.base

    def shortlist(row: int) -> MatchList:
        before = sent.get(offers.columns.ids[row].decode())
        return match_seekers(
            *_one(offers, row),
            index.seekers.without(before) if before else index.seekers,
            ranker=ranker,
            reference=reference,
            today=today,
            k=KEPT,
        )

    rows = offers.by_id[is_open(offers.columns, today)[offers.by_id]]
    _prepare(offers, rows, shortlist, folder, ("vacancy", "seeker"), progress)


def is_open(vacancies: VacancyColumns, today: int) -> NDArray[np.bool_]:
    """Which of n vacancies may be shown `today`, (n,)."""
    found: NDArray[np.bool_] = (
        (vacancies.posted_on <= today)
        & (vacancies.closes_on >= today)
        & (vacancies.openings_left > 0)
    )
    return found


def parts_in(folder: Path) -> Iterator[pa.Table]:
    """The prepared lists of a folder, a part at a time, in the order of ids."""
    for path in sorted(folder.glob("part-*.parquet")):
        yield pq.read_table(path)


def leave_out(people: Collection[str], folder: Path) -> None:
    """Take people out of prepared lists: their slates go, in shortlists their lines hold nobody."""
    for draft in folder.glob(".part-*"):
        draft.unlink()
    for path in sorted(folder.glob("part-*.parquet")):
        table = pq.read_table(path)
        gone = pc.is_in(table["seeker"], value_set=pa.array(sorted(people), pa.string()))
        if not pc.any(gone).as_py():
            continue
        if table.column_names[0] == "seeker":
            table = table.filter(pc.invert(gone))
        else:
            for name in ("rank", "seeker", "score", "hired", "interviewed"):
                place = table.column_names.index(name)
                blanked = pc.if_else(gone, None, table[name])
                table = table.set_column(place, table.field(place), blanked)
        write_whole(path, _as_bytes(table))


def _one(segment: Segment[Any], row: int) -> tuple[Any, Any]:
    rows = np.array([row])
    return segment.columns.take(rows), segment.vectors_of(rows)


def _prepare(
    asking: Segment[SeekerColumns] | Segment[VacancyColumns],
    rows: Rows,
    make: OneList,
    folder: Path,
    names: tuple[str, str],
    progress: Progress,
) -> None:
    # More threads than cores would wait for each other; BLAS and OpenMP would start their own.
    with threadpool_limits(1), ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        for number, start in enumerate(range(0, len(rows), PART)):
            part = rows[start : start + PART]
            path = folder / f"part-{number:05}.parquet"
            if not path.exists():
                ids = asking.columns.ids[part].tolist()
                made = pool.map(
                    lambda chunk: _lines(make, chunk),
                    [part[at : at + AT_ONCE].tolist() for at in range(0, len(part), AT_ONCE)],
                )
                lines = [line for chunk in made for line in chunk]
                write_whole(path, _parquet(ids, lines, names))
            progress(start + len(part), len(rows))


def _lines(make: OneList, rows: Sequence[int]) -> list[list[Line]]:
    """The lines of some lists."""
    found: list[list[Line]] = []
    for row in rows:
        matches = make(row)
        found.append(
            [
                (matches.eligible, c.rank, c.id, c.score, c.hired, c.interviewed)
                for c in matches.candidates
            ]
            or [(matches.eligible, None, None, None, None, None)]
        )
    return found


def _parquet(ids: Sequence[bytes], lists: Sequence[list[Line]], names: tuple[str, str]) -> bytes:
    asker, listed = names
    who = [key.decode() for key, lines in zip(ids, lists, strict=True) for _ in lines]
    eligible, rank, other, score, hired, interviewed = zip(
        *(line for lines in lists for line in lines), strict=True
    )
    table = pa.table(
        {
            asker: pa.array(who, pa.string()),
            "eligible": pa.array(eligible, pa.int32()),
            "rank": pa.array(rank, pa.int16()),
            listed: pa.array(other, pa.string()),
            "score": pa.array(score, pa.float64()),
            "hired": pa.array(hired, pa.float64()),
            "interviewed": pa.array(interviewed, pa.float64()),
        }
    )
    return _as_bytes(table)


def _as_bytes(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression="zstd")
    return bytes(sink.getvalue())
