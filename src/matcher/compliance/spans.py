"""Where a place in plain text stands in the text as it was written."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

_SPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Spelled:
    """Plain text with the span of each of its characters in the original."""

    plain: str
    spans: tuple[tuple[int, int], ...]

    def original(self, start: int, end: int) -> tuple[int, int]:
        """The span in the original of `plain[start:end]`, which is not empty."""
        return self.spans[start][0], self.spans[end - 1][1]


def spelled(text: str, variants: Mapping[int, str]) -> Spelled:
    """The form of `text` that `lexicon.plain` gives, with where each character came from.

    A letter is normalised together with the marks that combine with it.
    """
    characters: list[str] = []
    spans: list[tuple[int, int]] = []
    start = 0
    while start < len(text):
        end = start + 1
        while end < len(text) and unicodedata.combining(text[end]):
            end += 1
        piece = unicodedata.normalize("NFKC", text[start:end]).lower().translate(variants)
        characters += piece
        spans += [(start, end)] * len(piece)
        start = end
    joined = "".join(characters)
    kept: list[str] = []
    kept_spans: list[tuple[int, int]] = []
    at = 0
    for run in _SPACE.finditer(joined):
        kept += characters[at : run.start()]
        kept_spans += spans[at : run.start()]
        if run.start() > 0 and run.end() < len(joined):
            kept.append("\n" if "\n" in run.group() else " ")
            kept_spans.append((spans[run.start()][0], spans[run.end() - 1][1]))
        at = run.end()
    kept += characters[at:]
    kept_spans += spans[at:]
    return Spelled("".join(kept), tuple(kept_spans))
