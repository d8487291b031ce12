"""The letters that a page needs, cut from a font, so that it is read where none is installed."""

from __future__ import annotations

from collections.abc import Iterable
from io import BytesIO

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from matplotlib.font_manager import FontProperties, findfont

FREE = ("Noto Sans", "Source Han Sans")
"""Begin the names of fonts under the SIL Open Font License: a part may be handed on in a page."""


def part_of(font: str, letters: Iterable[str]) -> bytes | None:
    """What of `font`, installed here, writes `letters`, as WOFF; None: not free to be handed on."""
    if not font.startswith(FREE):
        return None
    path = findfont(FontProperties(family=[font]))
    part = BytesIO()
    with TTFont(path, fontNumber=path.face_index, lazy=True, recalcTimestamp=False) as whole:
        subsetter = Subsetter(Options(layout_features=[], hinting=False, desubroutinize=True))
        subsetter.populate(unicodes={ord(letter) for letter in letters})
        subsetter.subset(whole)
        whole.flavor = "woff"
        whole.save(part)
    return part.getvalue()
