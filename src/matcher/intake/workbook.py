"""What XLSX and ODS share: safe access to the parts of a zipped workbook, and numbers as typed."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Generator, Iterator
from contextlib import closing
from pathlib import Path
from typing import IO, Literal
from xml.etree.ElementTree import Element, ParseError, iterparse

from defusedxml import ElementTree as Guarded
from defusedxml.common import DefusedXmlException

from matcher.errors import InvalidInputError
from matcher.intake.table import Cells

MAX_UNPACKED = 2 * 1024**3
"""Bytes that all parts of a workbook may unpack to."""

MAX_COLUMNS = 1_024
"""Columns whose place is kept; cells further right are only more than the header has."""

Sheets = Generator[Iterator[Cells], None, None]
"""Sheets of an open workbook; closing it closes the file."""

_EXACT = 10**15
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    DefusedXmlException,
    ParseError,
    LookupError,
    ValueError,
    EOFError,
    NotImplementedError,
    RuntimeError,
)


def readable(cells: Iterator[Cells], path: Path) -> Iterator[Cells]:
    """Pass `cells` of the workbook `path` on.

    Raises InvalidInputError where it is damaged, encrypted or unpacks to more than MAX_UNPACKED.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(part.file_size for part in archive.infolist())
        if size > MAX_UNPACKED:
            raise InvalidInputError(
                f"{path.name} unpacks to {size:,} bytes.",
                remedy=f"Split it into files that unpack to at most {MAX_UNPACKED:,} bytes.",
                code="file_too_large",
            )
        yield from cells
    except _BROKEN as error:
        raise InvalidInputError(
            f"{path.name} is not a readable workbook ({type(error).__name__}).",
            remedy="Open it in a spreadsheet program and save it again without a password.",
            code="file_workbook",
        ) from None


def one_sheet(sheets: Sheets, path: Path) -> Iterator[Cells]:
    """The cells of the only sheet with data; raises InvalidInputError if there are more."""
    filled = False
    with closing(sheets):
        for sheet in sheets:
            earlier = filled
            for number, cells in sheet:
                if not any(cells):
                    continue
                if earlier:
                    raise InvalidInputError(
                        f"{path.name} has data in more than one sheet.",
                        remedy="Save each sheet as a file of its own.",
                        code="file_sheets",
                    )
                filled = True
                yield number, cells


def elements(
    archive: zipfile.ZipFile, part: str, events: tuple[Literal["start", "end"], ...] = ("end",)
) -> Generator[tuple[str, Element], None, None]:
    """Parse a part of a workbook as a stream of events; refuses a DOCTYPE, so entities too.

    A DOCTYPE can only stand before the root element: the guarded parser, which is slow, reads so
    far, and the fast one reads the part.
    """
    with archive.open(part) as stream:
        next(iter(Guarded.iterparse(_Head(stream), ("start",), forbid_dtd=True)))
    with archive.open(part) as stream:
        yield from iterparse(stream, events)  # noqa: S314 - guarded above


def number(value: float) -> str:
    """Write a number as a clerk would have typed it.

    A spreadsheet keeps 15 digits: a longer id has lost some, is written with an exponent, and so
    does not pass as an id.
    """
    return str(int(value)) if value == value // 1 and abs(value) < _EXACT else repr(value)


class _Head:
    """Gives a stream in small pieces, so that a parser stops soon after what it looks for."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream

    def read(self, _size: int = 0, /) -> bytes:
        return self._stream.read(512)
