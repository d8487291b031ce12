"""The words of the pages, in five languages, from one table: words.csv."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path

from matcher.entities import Language

TABLE = Path(__file__).parent / "words.csv"

NAMES: Mapping[Language, str] = {
    Language.ZH: "中文",
    Language.EN: "English",
    Language.VI: "Tiếng Việt",
    Language.ID: "Bahasa Indonesia",
    Language.TH: "ไทย",
}
"""Each language as its speakers write it."""

TAGS: Mapping[Language, str] = {language: language.value for language in Language} | {
    Language.ZH: "zh-Hant-TW"
}
"""What HTML calls them."""


def load(path: Path = TABLE) -> Mapping[str, Mapping[str, str]]:
    """Every row by its key: a text for each language, places to fill in braces."""
    with path.open(encoding="utf-8", newline="") as file:
        return {row.pop("key"): row for row in csv.DictReader(file)}


WORDS = load()


def say(key: str, language: Language, **values: object) -> str:
    """The text of that key; raises KeyError for an unknown key or a place without a value."""
    return WORDS[key][language].format_map(values)


_PUNCTUATION = {"colon": ("：", ": "), "comma": ("、", ", "), "semicolon": ("；", "; ")}
"""Between texts: in Chinese, and in the other languages."""


def punctuation(name: str, language: Language) -> str:
    """What stands between a label and a text (colon) or the items of a list (comma, semicolon)."""
    chinese, other = _PUNCTUATION[name]
    return chinese if language is Language.ZH else other


JOBS = tuple(key.removeprefix("job.") for key in WORDS if key.startswith("job."))
"""Occupations that the short résumé offers to touch, by the codes of the classification."""
