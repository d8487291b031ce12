"""What a page says was not done, why, and how to mend it: always in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from fastapi.exceptions import RequestValidationError

from api.problems import kind_of
from api.words import WORDS, say
from matcher.calendar_roc import roc_text
from matcher.entities import Language
from matcher.errors import MatcherError, UnlawfulError

LABELS: Mapping[str, str] = {
    "person": "register_id",
    "vacancy": "vacancy_id",
    "text": "field.text",
    "words": "field.text",
    "reason": "look_reason",
    "outcome": "result",
    "happened_on": "day",
    "key": "key",
    "name": "account_name",
    "password": "password",
    "fair": "fair",
    "file": "vacancy.file_label",
    "number": "number",
    "vacancy_id": "vacancy_id",
    "fair_id": "fair",
}
"""Fields that people fill in, and addresses that they type: the key of the word for each."""


def kind_to_tell(kind: str) -> str:
    """The kind of error that pages have words for; what nobody at a page can mend is `internal`."""
    return kind if f"error.{kind}" in WORDS else "internal"


def explained(error: Exception | None, language: Language) -> str:
    """What is wrong and how to mend it; empty where nothing is."""
    match error:
        case None:
            return ""
        case UnlawfulError():
            return str(error)
        case MatcherError() if error.code:
            return say("refused." + error.code, language, **_shown(error.places))
        case RequestValidationError():
            return _of_fields(error.errors(), language)
        case _:
            return say("mend." + kind_to_tell(kind_of(error)[1]), language)


def _shown(places: Mapping[str, object]) -> Mapping[str, object]:
    """Days as pages show them."""
    return {
        name: roc_text(value) if isinstance(value, date) else value
        for name, value in places.items()
    }


def _of_fields(found: Sequence[Any], language: Language) -> str:
    """The fields by their labels; one that people do not fill in is not named."""
    names = dict.fromkeys(str(one["loc"][-1]) for one in found)
    labels = [say(LABELS[name], language) for name in names if name in LABELS]
    mend = say("mend.invalid-input", language)
    return f"{mend} ({', '.join(labels)})" if labels else mend
