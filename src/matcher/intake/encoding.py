"""Tells how a text file is encoded, or at which byte and line it stops being readable."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from matcher.errors import InvalidInputError

UTF8: Final = "utf-8-sig"
"""UTF-8 with or without a byte order mark."""

BIG5: Final = "cp950"
_BLOCK = 1 << 20
_REMEDY = "Save the file again as UTF-8 (in a spreadsheet: CSV UTF-8)."


def detect(path: Path) -> str:
    """Name the encoding of `path`, UTF8 or BIG5.

    Both are tried strictly over the whole file. Big5 is believed only where most of what is not
    ASCII is unreadable as UTF-8, so that one broken byte does not turn a file into other words.
    Raises InvalidInputError for an empty, binary, mixed or broken file.
    """
    with path.open("rb") as file:
        head = file.read(_BLOCK)
    if not head.strip(codecs.BOM_UTF8 + b" \t\r\n"):
        raise InvalidInputError(
            f"{path.name} is empty.", remedy="Export it again, or leave it out.", code="file_empty"
        )
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise InvalidInputError(
            f"{path.name} is encoded in UTF-16.", remedy=_REMEDY, code="file_encoding"
        )
    if b"\x00" in head:
        raise InvalidInputError(
            f"{path.name} is not a text file (byte {head.index(0) + 1} is a zero byte).",
            remedy="Export it again as CSV, XLSX, ODS, JSON or XML, with that ending in its name.",
            code="file_kind",
        )
    utf8 = _first_error(path, UTF8)
    if utf8 is None:
        return UTF8
    big5 = _first_error(path, BIG5)
    if big5 is None and _mostly_unreadable(path):
        return BIG5
    trouble = f"as Big5 {_where(path, big5)}" if big5 is not None else "and it is not Big5"
    raise InvalidInputError(
        f"{path.name} cannot be read: as UTF-8 it breaks at {_where(path, utf8)}, {trouble}.",
        remedy=f"Mend the text there. {_REMEDY}",
        code="file_encoding",
    )


def _first_error(path: Path, encoding: str) -> int | None:
    decoder = codecs.getincrementaldecoder(encoding)()
    consumed = 0
    for block, last in _blocks(path):
        waiting = len(decoder.getstate()[0])
        try:
            decoder.decode(block, final=last)
        except UnicodeDecodeError as error:
            return consumed - waiting + error.start
        consumed += len(block)
    return None


def _mostly_unreadable(path: Path) -> bool:
    decoder = codecs.getincrementaldecoder(UTF8)(errors="replace")
    good = bad = 0
    for block, last in _blocks(path):
        read = decoder.decode(block, final=last)
        replaced = read.count("\ufffd")
        bad += replaced
        good += sum(character > "\x7f" for character in read) - replaced
    return bad > good


def _blocks(path: Path) -> Iterator[tuple[bytes, bool]]:
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            yield block, False
    yield b"", True


def _where(path: Path, offset: int) -> str:
    lines = 1
    with path.open("rb") as file:
        left = offset
        while block := file.read(min(_BLOCK, left)):
            lines += block.count(b"\n")
            left -= len(block)
    return f"byte {offset + 1} (line {lines})"
