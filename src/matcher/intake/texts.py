"""Rows of CSV, JSON and JSON lines, one at a time."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path

import orjson

from matcher.errors import InvalidInputError
from matcher.intake.model import Problem, Row, Rows
from matcher.intake.table import Cells, tabular

MAX_CSV_FIELD = 64 * 1024 * 1024
"""Characters after which a CSV field can only be an unclosed quotation."""

_NOT_AN_OBJECT = Problem(
    "", "", "an item is a JSON object", 'Write the item as {"column": "value", …}.'
)


def csv_rows(path: Path, encoding: str) -> Rows:
    """Rows of a CSV file; the separator is the one of comma, semicolon and tab most used above."""
    yield from tabular(_csv_cells(path, encoding), name=path.name, ragged=False)


def json_rows(path: Path, encoding: str) -> Rows:
    """Items of a list of JSON objects."""
    try:
        items = orjson.loads(path.read_text(encoding))
    except orjson.JSONDecodeError as error:
        raise InvalidInputError(
            f"{path.name} is not JSON: it breaks at line {error.lineno}.",
            remedy="Export it again as a list of objects.",
            code="file_breaks",
            line=error.lineno,
        ) from None
    if not isinstance(items, list):
        raise InvalidInputError(
            f"{path.name} holds no list.",
            remedy="Export it as a list of objects: [{…}, {…}].",
            code="file_no_list",
        )
    for number, item in enumerate(items, start=1):
        yield _item(number, item)


def json_line_rows(path: Path, encoding: str) -> Rows:
    """Objects of a file with one JSON object a line."""
    with path.open(encoding=encoding) as file:
        for number, line in enumerate(file, start=1):
            if not line.strip():
                continue
            try:
                yield _item(number, orjson.loads(line))
            except orjson.JSONDecodeError:
                yield Row(number, {}, _NOT_AN_OBJECT)


def _csv_cells(path: Path, encoding: str) -> Iterator[Cells]:
    csv.field_size_limit(MAX_CSV_FIELD)
    with path.open(encoding=encoding, newline="") as file:
        head = file.readline(1 << 20)
        file.seek(0)
        reader = csv.reader(file, delimiter=max(",;\t", key=head.count), strict=True)
        try:
            yield from enumerate(reader, start=1)
        except csv.Error:
            raise InvalidInputError(
                f"{path.name} breaks near line {reader.line_num}: a quotation mark is not closed, "
                "or stands alone within a field.",
                remedy='Write a quotation mark within a quoted field twice (""), or export again.',
                code="file_quotes",
                line=reader.line_num,
            ) from None


def _item(number: int, item: object) -> Row:
    if not isinstance(item, Mapping):
        return Row(number, {}, _NOT_AN_OBJECT)
    cells = {str(name).strip(): _text(value) for name, value in item.items()}
    nested = next((name for name, value in cells.items() if value is None), None)
    if nested is not None:
        rule = "a value is text, a number, true, false, null or a list of texts"
        return Row(number, {}, Problem(nested, "", rule, "Write it as data/formats.md says."))
    return Row(number, {name: value for name, value in cells.items() if value is not None})


def _text(value: object) -> str | None:
    """Write a JSON value as the cell of a table would be; None where it has no such form."""
    match value:
        case None:
            return ""
        case str():
            return value
        case bool() | int() | float():
            return str(value).lower()
        case []:
            return "none"
        case list() if all(isinstance(item, str) for item in value):
            return "|".join(value)
        case _:
            return None
