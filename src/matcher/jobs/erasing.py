"""Ends what an erasure began: no index, list, reject or cached vector holds the person any more."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine

from matcher.artifacts.folder import change_of, current_if_any, drop_before
from matcher.db.engine import reading, writing
from matcher.db.erasing import finish, finished, forget_ids, newest_erasure, unfinished
from matcher.encoder.cache import forget_everywhere
from matcher.intake import rejects
from matcher.jobs import prepared
from matcher.jobs.index import Track, build_index
from matcher.service.indexing import Indexer


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """The folders in which something of a person may lie."""

    index: Path
    nights: Path
    rejects: Path
    models: Path


def finish_erasures(
    engine: Engine, indexer: Indexer, places: Places, *, now: datetime, track: Track
) -> int:
    """Erase from files whoever was erased from the register; returns how many people.

    Each step may be done twice, and the id is blanked only when all are done: after a crash the
    next call ends it. Call it with the folder of nights locked. Raises NotReadyError where the
    register is read so busily that its log cannot be emptied.
    """
    with reading(engine) as connection:
        begun, newest = unfinished(connection), newest_erasure(connection)
    if newest:
        _renew_index(engine, indexer, places.index, newest, now=now, track=track)
    people = [erasure.seeker_id for erasure in begun if erasure.seeker_id is not None]
    if people:
        for folder in sorted(places.nights.glob("*/candidates")):
            # By place, not by id; the night makes them anew of another index.
            shutil.rmtree(folder)
        for name in ("slates", "shortlists"):
            for folder in sorted(places.nights.glob(f"*/{name}")):
                prepared.leave_out(people, folder)
        rejects.leave_out(people, places.rejects)
        forget_everywhere(people, models_dir=places.models)
        with writing(engine, now=now) as connection:
            forget_ids(connection, people)
    if begun:
        finish(engine)
        with writing(engine, now=now) as connection:
            finished(connection, now)
    return len(begun)


def _renew_index(
    engine: Engine, indexer: Indexer, folder: Path, change_seq: int, *, now: datetime, track: Track
) -> None:
    """Leave no generation that was made before the last erasure, whoever published it when."""
    current = current_if_any(folder)
    if current and change_of(folder / current) < change_seq:
        build_index(engine, indexer, folder, now=now, track=track)
    drop_before(folder, change_seq)
