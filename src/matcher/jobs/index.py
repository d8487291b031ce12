"""Builds the index of both sides from the register and publishes it as a new generation."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

from sqlalchemy import Engine

from matcher.artifacts.folder import Manifest, new_generation
from matcher.artifacts.index import KIND, publish_index
from matcher.db.engine import reading
from matcher.db.history import employer_hire_rates, people_sent
from matcher.db.store import active_seekers, indexable_vacancies, last_change, register_id
from matcher.features.columns import Past
from matcher.features.pairs import FEATURE_NAMES
from matcher.service.clock import day_of
from matcher.service.indexing import (
    Indexer,
    Progress,
    centred_seekers,
    centred_vacancies,
)

Track = Callable[[str], AbstractContextManager[Progress]]


def build_index(
    engine: Engine, indexer: Indexer, folder: Path, *, now: datetime, track: Track
) -> Manifest:
    """Publish an index of all active seekers and open vacancies as of `now`.

    Vectors are kept as they are made: after an interruption the next run goes on from there.
    """
    with reading(engine) as connection:
        seq, register = last_change(connection), register_id(connection)
        seekers = list(active_seekers(connection))
        vacancies = list(indexable_vacancies(connection, day_of(now)))
        today = day_of(now)
        past = Past(employer_hire_rates(connection, today), people_sent(connection, today))
    with track("vacancies") as progress:
        offered = indexer.encode_vacancies([vacancy for vacancy, _ in vacancies], progress)
    with track("seekers") as progress:
        asked = indexer.encode_seekers(seekers, progress)
    centring = indexer.centring(asked, offered)
    manifest = Manifest(
        kind=KIND,
        register=register,
        generation=new_generation(now),
        created_at=now.isoformat(timespec="seconds"),
        encoder=indexer.encoder.name,
        encoder_fingerprint=indexer.encoder.fingerprint,
        dimension=indexer.encoder.dimension,
        feature_names=FEATURE_NAMES,
        change_seq=seq,
        counts={"vacancies": len(vacancies), "seekers": len(seekers)},
        code_version=version("matcher"),
    )
    publish_index(
        folder,
        manifest,
        centring,
        hire_rates=past.hire_rates,
        vacancies=(indexer.offers(vacancies, past), centred_vacancies(offered, centring)),
        seekers=(indexer.columns(seekers), centred_seekers(asked, centring)),
    )
    return manifest
