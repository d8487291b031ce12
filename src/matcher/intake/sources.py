"""Finds out what each file is, and puts files into an order in which references are known."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Final

from matcher.errors import InvalidInputError
from matcher.intake import feed
from matcher.intake.encoding import detect
from matcher.intake.layouts import LAYOUTS
from matcher.intake.markup import xml_rows
from matcher.intake.model import FEED, Format, Kind, Rows, Source, SourceKind
from matcher.intake.ods import ods_rows
from matcher.intake.texts import csv_rows, json_line_rows, json_rows
from matcher.intake.xlsx import xlsx_rows

MAX_FILE: Final = 2 * 1024**3
"""Largest file that is read, bytes."""

_SUFFIXES: Final = {
    ".csv": Format.CSV,
    ".tsv": Format.CSV,
    ".xlsx": Format.XLSX,
    ".ods": Format.ODS,
    ".json": Format.JSON,
    ".jsonl": Format.JSON_LINES,
    ".ndjson": Format.JSON_LINES,
    ".xml": Format.XML,
}
_WORKBOOKS: Final = {Format.XLSX: xlsx_rows, Format.ODS: ods_rows}
_TEXTS: Final[dict[Format, Callable[[Path, str], Rows]]] = {
    Format.CSV: csv_rows,
    Format.JSON: json_rows,
    Format.JSON_LINES: json_line_rows,
    Format.XML: xml_rows,
}
_WITH_HEADER: Final = {Format.CSV, Format.XLSX, Format.ODS}
_ITEMS_LOOKED_AT: Final = 1_000
_SEE: Final = "Name the columns as data/formats.md does."
_ORDER: Final[dict[SourceKind, int]] = {
    **{kind: 2 * place for place, kind in enumerate(Kind)},
    FEED: 2 * list(Kind).index(Kind.VACANCIES) + 1,
}


def plan(paths: Sequence[Path]) -> list[Source]:
    """Say what each file is, in the order to read them; folders stand for the tables in them.

    Raises InvalidInputError naming the first file that cannot be read or that is of no known kind.
    """
    sources, unreadable = survey(paths)
    for error in unreadable.values():
        raise error
    return sources


def survey(paths: Sequence[Path]) -> tuple[list[Source], dict[Path, InvalidInputError]]:
    """As `plan`, with the files that cannot be read beside those that can, each with its error."""
    files: dict[Path, Path] = {}
    sources: list[Source] = []
    unreadable: dict[Path, InvalidInputError] = {}
    for path in paths:
        try:
            found = _tables(path) if path.is_dir() else [path]
        except InvalidInputError as error:
            unreadable[path] = error
            continue
        files |= {file.resolve(): file for file in found}
    for path in files.values():
        try:
            sources.append(_source(path))
        except InvalidInputError as error:
            unreadable[path] = error
    return sorted(sources, key=lambda source: _ORDER[source.kind]), unreadable


def rows(source: Source) -> Rows:
    """The rows of a file without its header."""
    yield from _rows(source.path, source.format, source.encoding)


def rows_of_any(path: Path) -> Rows:
    """The rows of a table that is no part of the register, whatever its columns."""
    yield from _rows(path, *_readable(path))


def _rows(path: Path, format_: Format, encoding: str) -> Rows:
    with closing(_open(path, format_, encoding)) as found:
        yield from islice(found, 1 if format_ in _WITH_HEADER else 0, None)


def tables_in(folder: Path) -> list[Path]:
    """The files of a folder that look like tables, by name; none where there is no folder."""
    return [
        path
        for path in (sorted(folder.iterdir()) if folder.is_dir() else ())
        if path.suffix.lower() in (*_SUFFIXES, ".xls") and not path.name.startswith((".", "~$"))
    ]


def _tables(folder: Path) -> list[Path]:
    found = tables_in(folder)
    if not found:
        raise InvalidInputError(
            f"The folder {folder.name} holds no table.",
            remedy="Name a folder with CSV, XLSX, ODS, JSON or XML files.",
        )
    return found


def _source(path: Path) -> Source:
    format_, encoding = _readable(path)
    with closing(_open(path, format_, encoding)) as found:
        looked_at = 1 if format_ in _WITH_HEADER else _ITEMS_LOOKED_AT
        columns = {name for row in islice(found, looked_at) for name in row.cells}
    return Source(path, _kind(path, columns), format_, encoding)


def _readable(path: Path) -> tuple[Format, str]:
    """Format and encoding of a table; raises InvalidInputError where it cannot be read."""
    if not path.is_file():
        raise InvalidInputError(
            f"{path.name} is not there, or is no ordinary file.",
            remedy="Check the path.",
            code="file_unreadable",
        )
    format_ = _SUFFIXES.get(path.suffix.lower())
    if format_ is None:
        raise InvalidInputError(
            f"{path.name} is not a table this program reads.",
            remedy="Save it as CSV, XLSX, ODS, JSON, JSON lines or, for the feed, XML.",
            code="file_kind",
        )
    try:
        size = path.stat().st_size
        encoding = "" if format_ in _WORKBOOKS and size else detect(path)
    except OSError as error:
        raise InvalidInputError(
            f"{path.name} cannot be read: {error.strerror}.",
            remedy="Check the path and the permissions.",
            code="file_unreadable",
        ) from None
    if size > MAX_FILE:
        raise InvalidInputError(
            f"{path.name} is larger than {MAX_FILE:,} bytes.",
            remedy="Split it into several files.",
            code="file_too_large",
        )
    if format_ is Format.JSON and _starts_with_object(path, encoding):
        format_ = Format.JSON_LINES
    return format_, encoding


def _open(path: Path, format_: Format, encoding: str) -> Rows:
    if format_ in _WORKBOOKS:
        return _WORKBOOKS[format_](path)
    return _TEXTS[format_](path, encoding)


def _starts_with_object(path: Path, encoding: str) -> bool:
    with path.open(encoding=encoding) as file:
        return file.read(1_000).lstrip().startswith("{")


def _kind(path: Path, columns: Iterable[str]) -> SourceKind:
    names = set(columns)
    if feed.is_feed(names):
        return FEED
    fitting = [
        kind for kind, layout in LAYOUTS.items() if layout.needed <= names <= set(layout.columns)
    ]
    if fitting:
        return fitting[0]
    nearest = max(LAYOUTS, key=lambda kind: _likeness(kind, names))
    layout = LAYOUTS[nearest]
    if len(names & set(layout.columns)) < 2:
        # What stands there may be a person's data and not a header: it is not repeated.
        raise InvalidInputError(
            f"{path.name} has no column that tells what it holds; is the first row the header?",
            remedy=_SEE,
            code="file_header",
        )
    missing = ", ".join(sorted(layout.needed - names))
    unknown = ", ".join(sorted(name[:40] for name in names - set(layout.columns)))
    raise InvalidInputError(
        f"{path.name} comes nearest to {nearest}, but"
        + (f" it lacks {missing}" if missing else "")
        + (" and" if missing and unknown else "")
        + (f" has the unknown {unknown}" if unknown else "")
        + ".",
        remedy=_SEE,
        code="file_columns",
        missing=missing or "–",
        unknown=unknown or "–",
    )


def _likeness(kind: Kind, names: set[str]) -> tuple[int, int]:
    layout = LAYOUTS[kind]
    return len(names & layout.needed) - len(layout.needed - names), -len(
        names - set(layout.columns)
    )
