"""Takes files into the register: one file is one transaction, and a rejected row is kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from sqlalchemy import Connection, Engine

from matcher.compliance.lint import Linter
from matcher.db.codec import to_row
from matcher.db.engine import writing
from matcher.db.erasing import erased
from matcher.db.event_log import look_over, unknown_to_the_log
from matcher.db.store import (
    CHANGED,
    Upsert,
    holders,
    missing_references,
    set_identity,
    unlike_last_file,
    upsert,
)
from matcher.entities import JobSeeker, Vacancy, Void
from matcher.errors import MatcherError
from matcher.identity import IdentityDigest, IdentityKey
from matcher.intake.layouts import LAYOUTS
from matcher.intake.model import WITHHELD, Chunk, Kind, Record, Reject, Source
from matcher.intake.reader import read
from matcher.intake.rejects import write_rejects
from matcher.intake.sources import survey
from matcher.jobs.index import Track
from matcher.jobs.linting import Tally
from matcher.reference import Reference
from matcher.service.indexing import Progress


@dataclass(frozen=True, slots=True, kw_only=True)
class FileReport:
    """What became of one file: `rejected` counts rows; `error` says why nothing of it was taken."""

    path: Path
    kind: str = ""
    stored: Upsert = Upsert()
    kinds: Counter[str] = field(default_factory=Counter)
    rejected: int = 0
    rejects_file: Path | None = None
    flags: Counter[str] = field(default_factory=Counter)
    notes: tuple[str, ...] = ()
    lint: Tally = field(default_factory=Tally)
    error: MatcherError | None = None

    @property
    def accepted(self) -> int:
        """Records taken in, changed or not."""
        return self.stored.added + self.stored.changed + self.stored.same

    @property
    def failed(self) -> bool:
        """Whether somebody must look: an unreadable file, or one in which nothing was right."""
        return self.error is not None or (self.rejected > 0 and self.accepted == 0)


def import_files(
    engine: Engine,
    paths: Sequence[Path],
    *,
    reference: Reference,
    key: IdentityKey | None,
    rejects_dir: Path,
    today: date,
    track: Track,
    linter: Linter | None = None,
) -> Iterator[FileReport]:
    """Take in all files of `paths` in an order in which references resolve, one report each.

    A file that cannot be read leaves nothing behind and stops no other. Running it again after an
    interruption goes on: what is already there is not touched. What `linter` finds is counted and
    rejects nothing.
    """
    sources, unreadable = survey(paths)
    for source in sources:
        try:
            with track(source.path.name) as progress:
                report = _import_file(
                    engine,
                    source,
                    read(source, reference=reference, key=key, today=today),
                    rejects_dir=rejects_dir / today.isoformat(),
                    progress=progress,
                    linter=linter,
                    today=today,
                )
        except MatcherError as error:
            report = FileReport(path=source.path, kind=source.kind, error=error)
        yield report
    with writing(engine) as connection:
        look_over(connection)
    for path, reason in unreadable.items():
        yield FileReport(path=path, error=reason)


def _import_file(
    engine: Engine,
    source: Source,
    chunks: Iterator[Chunk],
    *,
    rejects_dir: Path,
    progress: Progress,
    linter: Linter | None,
    today: date,
) -> FileReport:
    tally = Tally()
    stored, flags, kinds = Upsert(), Counter[str](), Counter[str]()
    rejects: list[Reject] = []
    notes: dict[str, None] = {}
    done = 0
    with writing(engine) as connection:
        for chunk in chunks:
            accepted, refused = _admissible(connection, source, chunk)
            stored += _store(connection, accepted)
            kinds[chunk.kind] += len(accepted)
            for record in accepted:
                if linter and isinstance(record.entity, Vacancy):
                    tally.add(linter.findings(record.entity, today))
            rejects += _discreet(connection, [*chunk.rejects, *refused])
            flags += chunk.flags
            notes |= dict.fromkeys(chunk.notes)
            done += len(chunk.records) + chunk.rejected_rows
            progress(done, done)
        # Before the commit, so that no row is ever gone without its reason.
        kept = write_rejects(rejects, rejects_dir, source.path.name) if rejects else None
    return FileReport(
        path=source.path,
        kind=source.kind,
        stored=stored,
        kinds=kinds,
        rejected=len({reject.row for reject in rejects}),
        rejects_file=kept,
        flags=flags,
        notes=tuple(notes),
        lint=tally,
    )


def _admissible(
    connection: Connection, source: Source, chunk: Chunk
) -> tuple[list[Record], list[Reject]]:
    """Records that contradict nothing in the register, and rejects for the others."""
    refused = {
        position: _reject(
            source,
            chunk.records[position],
            field=name,
            value=value,
            rule="names a record that is not in the register",
            remedy="Import that record first, or correct the id.",
        )
        for position, (name, value) in missing_references(
            connection, [record.entity for record in chunk.records]
        ).items()
    }
    voids = {at: r.entity for at, r in enumerate(chunk.records) if isinstance(r.entity, Void)}
    for position in unknown_to_the_log(connection, voids):
        refused[position] = _reject(
            source,
            chunk.records[position],
            field="record_id",
            value=voids[position].record_id,
            rule="names a record that no figure counts",
            remedy="Correct the kind or the id.",
        )
    people = {
        at: r.entity.id for at, r in enumerate(chunk.records) if isinstance(r.entity, JobSeeker)
    }
    gone = erased(connection, people.values())
    for position, key in people.items():
        if key in gone:
            refused[position] = _reject(
                source,
                chunk.records[position],
                field="id",
                value=key,
                rule="whoever had this id was erased",
                remedy="Take the row out of the file.",
            )
    numbered = {r.identity.digest: i for i, r in enumerate(chunk.records) if r.identity}
    known = holders(connection, list(numbered))
    for position, record in enumerate(chunk.records):
        if record.identity is None or not isinstance(record.entity, JobSeeker):
            continue
        mine = known.get(record.identity.digest, record.entity.id) == record.entity.id
        if not mine or numbered[record.identity.digest] != position:
            refused[position] = _reject(
                source,
                record,
                field="id_number",
                value=WITHHELD,
                rule="this identity number belongs to another registered person",
                remedy="See whether the person is registered twice, and keep one record.",
            )
    accepted = [r for i, r in enumerate(chunk.records) if i not in refused]
    return accepted, list(refused.values())


def _discreet(connection: Connection, rejects: Sequence[Reject]) -> list[Reject]:
    """The rejects, with nothing of those who were erased, whichever table speaks of them."""
    named = [{r.value, r.record.get("id", ""), r.record.get("seeker_id", "")} for r in rejects]
    gone = erased(connection, set().union(*named))
    return [
        replace(reject, value=WITHHELD, record={}) if ids & gone else reject
        for reject, ids in zip(rejects, named, strict=True)
    ]


def _store(connection: Connection, records: Sequence[Record]) -> Upsert:
    if not records:
        return Upsert()
    entities = [record.entity for record in records]
    news = unlike_last_file(connection, entities) if type(entities[0]) in CHANGED else entities
    stored = upsert(connection, news) + Upsert(same=len(entities) - len(news))
    digests: dict[str, IdentityDigest] = {
        record.entity.id: record.identity
        for record in records
        if record.identity and isinstance(record.entity, JobSeeker)
    }
    set_identity(connection, digests)
    return stored


def _reject(
    source: Source, record: Record, *, field: str, value: str, rule: str, remedy: str
) -> Reject:
    private = LAYOUTS[source.kind].private if isinstance(source.kind, Kind) else frozenset()
    row = {
        name: str(content)
        for name, content in to_row(record.entity).items()
        if content not in (None, "", []) and name not in private
    }
    return Reject(
        file=source.path.name,
        row=record.row,
        field=field,
        value=value,
        rule=rule,
        remedy=remedy,
        record=row,
    )
