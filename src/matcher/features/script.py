"""Tells the language a text is written in, where nobody said it: by its letters, then its words."""

from __future__ import annotations

import re

from matcher.entities import Language

HAN = re.compile("[\u3400-\u9fff]")
THAI = re.compile("[\u0e00-\u0e7f]")
VIETNAMESE = re.compile("[ăâđêôơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ]", re.IGNORECASE)
LATIN = re.compile("[a-z]", re.IGNORECASE)
INDONESIAN = re.compile(
    r"\b(?:saya|dan|yang|di|ke|dari|untuk|dengan|bisa|kerja|bekerja|mencari|tahun|ingin|atau|"
    r"pengalaman|sebagai|tidak|pabrik|gaji)\b",
    re.IGNORECASE,
)
ENGLISH = re.compile(
    r"\b(?:i|and|the|of|to|in|for|with|can|work|job|looking|year|years|want|or|experience|as|a|"
    r"my|am|have)\b",
    re.IGNORECASE,
)
HAN_WEIGHT = 3
"""A Chinese character says about as much as three letters."""


def language_of(text: str, otherwise: Language) -> Language:
    """The language most of the text is in; `otherwise` where it holds no letters that tell."""
    han, latin = HAN_WEIGHT * len(HAN.findall(text)), len(LATIN.findall(text))
    thai = len(THAI.findall(text))
    if max(han, latin, thai) == 0:
        return otherwise
    if thai >= max(han, latin):
        return Language.TH
    if han >= latin:
        return Language.ZH
    if VIETNAMESE.search(text):
        return Language.VI
    indonesian, english = len(INDONESIAN.findall(text)), len(ENGLISH.findall(text))
    if indonesian == english:
        return otherwise if otherwise in (Language.ID, Language.EN) else Language.EN
    return Language.ID if indonesian > english else Language.EN
