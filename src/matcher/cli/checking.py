"""What `matcher check` looks at: everything a running service needs, and how to mend it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from matcher.artifacts.index import load_index
from matcher.bootstrap import App
from matcher.db import tables
from matcher.db.engine import reading
from matcher.db.store import register_id
from matcher.errors import MatcherError, NotFoundError


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: fine, or missing with a remedy."""

    what: str
    remedy: str = ""

    @property
    def fine(self) -> bool:
        """Whether nothing need be done."""
        return not self.remedy


def findings(app: App) -> Iterator[Finding]:
    """Look at one thing after the other; a later one may fail because an earlier one did."""
    looks: tuple[Callable[[App], str], ...] = (
        _reference,
        _database,
        _register,
        _encoder,
        _index,
        _ranker,
        _identity_key,
        _keys,
    )
    for look in looks:
        try:
            yield Finding(look(app))
        except MatcherError as error:
            yield Finding(error.message, error.remedy or "See docs/operations.md.")
        except SQLAlchemyError as error:
            yield Finding(
                f"The database does not answer ({type(error).__name__}).",
                "Check MATCHER_DATABASE_URL and that the server runs.",
            )


def _reference(app: App) -> str:
    return f"reference tables: {len(app.reference.districts)} districts"


def _database(app: App) -> str:
    return f"database: {app.engine.dialect.name}, schema up to date"


def _register(app: App) -> str:
    counted = {"seekers": tables.job_seekers, "vacancies": tables.vacancies}
    with reading(app.engine) as connection:
        counts = {
            name: connection.execute(select(func.count()).select_from(table)).scalar_one()
            for name, table in counted.items()
        }
    if not counts["vacancies"]:
        raise NotFoundError(
            "The register holds no vacancy.", remedy="Run `matcher import` with the bureau's files."
        )
    return "register: " + ", ".join(f"{count:,} {name}" for name, count in counts.items())


def _encoder(app: App) -> str:
    encoder = app.indexer.encoder
    return f"encoder: {encoder.name}, {encoder.dimension} dimensions, {encoder.arithmetic}"


def _index(app: App) -> str:
    fingerprint = app.indexer.encoder.fingerprint
    with reading(app.engine) as connection:
        register = register_id(connection)
    index = load_index(app.index_folder, encoder_fingerprint=fingerprint, register=register)
    return f"index: {index.manifest.generation}"


def _ranker(app: App) -> str:
    app.champion.load_newest()
    if app.champion.refused is not None:
        raise app.champion.refused
    ranker = app.champion.ranker
    note = "" if ranker.trained else " (the baseline: `matcher train` has promoted none yet)"
    return f"ranker: {ranker.version}{note}"


def _identity_key(app: App) -> str:
    if app.identity_key is None:
        raise NotFoundError(
            "There is no key for identity digests: files with identity numbers are refused.",
            remedy="Run `matcher key identity`, or set MATCHER_ID_KEY.",
        )
    return f"identity key: version {app.settings.id_key_version}"


def _keys(app: App) -> str:
    valid = [key for key in app.keys.all() if key.revoked_at is None]
    if not valid:
        raise NotFoundError(
            "There is no API key: nobody can call the service.",
            remedy="Run `matcher key create --role counsellor --name desk-1`.",
        )
    return f"API keys: {len(valid)} valid"
