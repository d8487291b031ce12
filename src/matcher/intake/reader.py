"""Reads one file in chunks: every row becomes a record or a reject, none is lost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from datetime import date
from itertools import islice

import pandera.pandas as pa

from matcher.identity import LIKE_A_NUMBER, IdentityKey
from matcher.intake import feed, feed_words, schema
from matcher.intake.build import pay_flags, record
from matcher.intake.layouts import LAYOUTS
from matcher.intake.model import FEED, WITHHELD, Chunk, Kind, Problem, Record, Reject, Row, Source
from matcher.intake.sources import rows
from matcher.intake.values import MAX_CHARACTERS
from matcher.reference import Reference

_SHOWN = 200
"""Characters of an offending value that a reject repeats."""

_Values = Mapping[str, object]
_Seen = dict[object, int]
"""Row in which each key was taken."""


def read(
    source: Source,
    *,
    reference: Reference,
    key: IdentityKey | None,
    today: date,
    chunk_rows: int = 10_000,
) -> Iterator[Chunk]:
    """Read `source` in chunks of up to `chunk_rows` rows of the file.

    A feed gives employers before the vacancies that name them, each employer once. Raises
    InvalidInputError where the file itself breaks off, and ConfigurationError where it holds
    identity numbers and `key` is None.
    """
    with closing(rows(source)) as found:
        if source.kind == FEED:
            yield from _feed_chunks(source.path.name, found, reference, chunk_rows)
            return
        parse = schema.parsers(reference, key=key, today=today)
        rules = schema.schema(source.kind, parse)
        seen: dict[str, _Seen] = {"id": {}, "id_number": {}}
        for batch in _batches(found, chunk_rows):
            yield _chunk(source.path.name, batch, source.kind, rules, seen)


def _chunk(
    file: str, batch: list[Row], kind: Kind, rules: pa.DataFrameSchema, seen: dict[str, _Seen]
) -> Chunk:
    layout = LAYOUTS[kind]
    known = frozenset(layout.columns)
    batch = [_without_unknown(row, known) for row in batch]
    good, rejects = _checked(file, batch, rules, layout.private)
    records: list[Record] = []
    for row, values in good:
        made = record(kind, row.number, values)
        keys: dict[str, object] = {"id": tuple(values[name] for name in layout.key)}
        if made.identity:
            keys["id_number"] = made.identity
        repeated = _repeated(row.number, keys, seen)
        if repeated is None:
            records.append(made)
        else:
            field = layout.key[-1] if repeated.field == "id" else repeated.field
            value = row.cells[field]
            problem = replace(repeated, field=field, value=value)
            rejects.append(_reject(file, row, problem, layout.private, known))
    return Chunk(
        kind=kind,
        records=records,
        rejects=sorted(rejects, key=lambda reject: reject.row),
        flags=pay_flags(records),
    )


def _feed_chunks(
    file: str, found: Iterator[Row], reference: Reference, chunk_rows: int
) -> Iterator[Chunk]:
    rules = feed.schema()
    known = frozenset(rules.columns)
    place_of = feed_words.place_finder(reference)
    employers: set[str] = set()
    told: set[str] = set()
    seen: dict[str, _Seen] = {"id": {}}
    for batch in _batches(map(feed.renamed, found), chunk_rows):
        new = sorted({name for row in batch for name in row.cells} - known - told)
        told.update(new)
        notes = [f"The field {name[:40]!r} is not known and was left out." for name in new]
        good, rejects = _checked(file, batch, rules, frozenset())
        hiring: list[Record] = []
        vacancies: list[Record] = []
        unread: Counter[tuple[str, str]] = Counter()
        openings_not_stated = 0
        for row, values in good:
            read_row = feed.interpret(values, place_of)
            vacancy, employer = read_row.vacancy, read_row.employer
            repeated = _repeated(row.number, {"id": vacancy.id}, seen)
            if repeated is not None:
                problem = replace(repeated, field="URL_QUERY", value=row.cells["URL_QUERY"])
                rejects.append(_reject(file, row, problem, frozenset(), known))
                continue
            if employer.id not in employers:
                employers.add(employer.id)
                hiring.append(Record(row.number, employer))
            vacancies.append(Record(row.number, vacancy))
            unread.update(read_row.unread)
            openings_not_stated += not read_row.openings_stated
        notes += [
            f"{name} {word!r} is not a word this program knows: left as unknown in {times} rows."
            for (name, word), times in sorted(unread.items())
        ]
        if hiring:
            yield Chunk(kind=Kind.EMPLOYERS, records=hiring)
        yield Chunk(
            kind=Kind.VACANCIES,
            records=vacancies,
            rejects=sorted(rejects, key=lambda reject: reject.row),
            notes=tuple(notes),
            flags=pay_flags(vacancies) + Counter({feed.OPENINGS_NOT_STATED: openings_not_stated}),
        )


def _batches(found: Iterable[Row], size: int) -> Iterator[list[Row]]:
    waiting = map(_within_limits, found)
    while batch := list(islice(waiting, size)):
        yield batch


def _within_limits(row: Row) -> Row:
    if max(map(len, row.cells.values()), default=0) <= MAX_CHARACTERS:
        return row
    long = next(name for name, cell in row.cells.items() if len(cell) > MAX_CHARACTERS)
    problem = Problem(
        field=long,
        value=row.cells[long],
        rule=f"a field has at most {MAX_CHARACTERS:,} characters (here {len(row.cells[long]):,})",
        remedy="Shorten the text.",
    )
    cells = {name: cell[:MAX_CHARACTERS] for name, cell in row.cells.items()}
    return Row(row.number, cells, row.problem or replace(problem, value=cells[long][:_SHOWN]))


def _without_unknown(row: Row, known: frozenset[str]) -> Row:
    unknown = row.cells.keys() - known
    if not unknown or row.problem:
        return row
    remedy = "Leave it out, or name it as data/formats.md does."
    problem = Problem(min(unknown)[:40], WITHHELD, "every column is a known one", remedy)
    return replace(row, problem=problem)


def _checked(
    file: str, batch: list[Row], rules: pa.DataFrameSchema, private: frozenset[str]
) -> tuple[list[tuple[Row, _Values]], list[Reject]]:
    """Part a batch into rows with their values, and rejects."""
    known = frozenset(rules.columns)
    rejects = [_reject(file, row, row.problem, private, known) for row in batch if row.problem]
    sound = [row for row in batch if row.problem is None]
    frame, violations = schema.validated(sound, rules)
    for found in violations:
        row = sound[found.position]
        problem = Problem(found.column, row.cells.get(found.column, ""), found.rule, found.remedy)
        rejects.append(_reject(file, row, problem, private, known))
    broken = {found.position for found in violations}
    names = list(frame.columns)
    columns = (frame[name].tolist() for name in names)
    good: list[tuple[Row, _Values]] = [
        (row, dict(zip(names, values, strict=True)))
        for position, (row, values) in enumerate(
            zip(sound, zip(*columns, strict=True), strict=True)
        )
        if position not in broken
    ]
    return good, rejects


def _reject(
    file: str, row: Row, problem: Problem, private: frozenset[str], known: frozenset[str]
) -> Reject:
    # In a row that is out of step with the header, private text may stand under any name.
    shown = known - private if problem.field or not private else frozenset[str]()
    hidden = problem.value and problem.field in private
    return Reject(
        file=file,
        row=row.number,
        field=problem.field,
        value=WITHHELD if hidden else _without_number(problem.value[:_SHOWN]),
        rule=problem.rule,
        remedy=problem.remedy,
        record={n: _without_number(cell) for n, cell in row.cells.items() if n in shown},
    )


def _without_number(cell: str) -> str:
    return WITHHELD if LIKE_A_NUMBER.search(cell) else cell


def _repeated(row: int, keys: Mapping[str, object], seen: dict[str, _Seen]) -> Problem | None:
    """Take `keys` for `row`, unless an earlier row has one of them."""
    for name, key in keys.items():
        if key in seen[name]:
            rule = f"{name} appears twice in this file (first in row {seen[name][key]})"
            return Problem(name, "", rule, "Keep one of the rows, or give this one its own.")
    for name, key in keys.items():
        seen[name][key] = row
    return None
