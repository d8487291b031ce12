"""Rows of the feed's XML: elements below a root, each a row of field elements."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TextIO
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

from matcher.errors import InvalidInputError
from matcher.intake.model import Row, Rows

_ANNOTATED = re.compile(r"<(/?[A-Za-z][A-Za-z0-9_.-]*)\s*[（(][^<>）)]*[）)]\s*(?=/?>)")
_ROW_DEPTH = 2


class _PlainNames:
    """Reads a file without the bracketed annotations behind names, which XML names cannot hold."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._held = ""

    def read(self, size: int = 1 << 16, /) -> str:
        block = self._file.read(size)
        text = self._held + block
        # An unfinished tag waits for the next block.
        cut = text.rfind("<") if block and text.rfind("<") > text.rfind(">") else len(text)
        self._held = text[cut:]
        plain = _ANNOTATED.sub(r"<\1", text[:cut])
        return plain if plain or not block else self.read(size)


def xml_rows(path: Path, encoding: str) -> Rows:
    """Rows of an XML file; raises InvalidInputError if broken or with a DOCTYPE or entities."""
    open_elements: list[Element] = []
    number = 0
    try:
        with path.open(encoding=encoding) as file:
            for event, element in iterparse(_PlainNames(file), ("start", "end"), forbid_dtd=True):
                if event == "start":
                    open_elements.append(element)
                    continue
                open_elements.pop()
                if len(open_elements) != _ROW_DEPTH - 1:
                    continue
                number += 1
                yield Row(number, {field.tag: "".join(field.itertext()) for field in element})
                open_elements[-1].remove(element)
    except DefusedXmlException:
        raise InvalidInputError(
            f"{path.name} declares a document type or entities, which may hide an attack.",
            remedy="Export it again without them, or ask where the file comes from.",
            code="file_doctype",
        ) from None
    except ParseError as error:
        raise InvalidInputError(
            f"{path.name} is not well-formed XML: it breaks at line {error.position[0]}.",
            remedy="Fetch or export the file again.",
            code="file_breaks",
            line=error.position[0],
        ) from None
