"""Readers of single values: text in, a value out, or what rule it breaks and how to mend it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from enum import IntFlag
from functools import reduce
from operator import or_
from typing import TypeVar

from matcher.identity import holds_number

TAIPEI = timezone(timedelta(hours=8))
ROC_EPOCH = 1911
"""The year before 民國1年."""

MAX_CHARACTERS = 20_000
"""Longest field that is taken in."""
MAX_PAY = 10_000_000
"""Highest pay figure that is believed, in NT$."""
MAX_OPENINGS = 100_000
"""Most openings that one vacancy is believed to have."""

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_ID = re.compile(r"[A-Za-z0-9._-]{1,32}")
_URL = re.compile(r"https?://[^\s<>\"]{1,2000}")
_NUMBER = re.compile(r"([0-9]{1,12}|[0-9]{1,3}(?:,[0-9]{3}){1,4})(\.[0-9]{1,20})?")
_GREGORIAN = re.compile(r"([0-9]{4})(?:-([0-9]{1,2})-|/([0-9]{1,2})/)([0-9]{1,2})")
_ROC = re.compile(r"([0-9]{3})(?:-([0-9]{1,2})-|/([0-9]{1,2})/)([0-9]{1,2})")
_ROC_WORDS = re.compile(r"民國 ?([0-9]{1,3}) ?年 ?([0-9]{1,2}) ?月 ?([0-9]{1,2}) ?日")
_COMPACT = re.compile(r"([0-9]{3,4})([0-9]{2})([0-9]{2})")
_CLOCK = re.compile(r"([0-9]{2}):([0-9]{2})(?::([0-9]{2}))?")
_YES_NO = {
    **dict.fromkeys(("1", "true", "yes", "y", "是"), True),
    **dict.fromkeys(("0", "false", "no", "n", "否"), False),
}


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Stands in the place of a value that could not be read."""

    rule: str
    remedy: str


Parse = Callable[[str], object]
"""Reads text that is not empty and has no white space around it; gives a value or Unreadable."""

Flags = TypeVar("Flags", bound=IntFlag)


def text(raw: str) -> str | Unreadable:
    """Free text as it stands."""
    if _CONTROL.search(raw):
        return Unreadable("text holds no control characters", "Remove the invisible characters.")
    if holds_number(raw):
        return Unreadable("text holds no identity number", "Remove the number from the text.")
    return raw


def label(raw: str) -> str | Unreadable:
    """A short piece of text, such as the number of a booth."""
    if len(raw) > 32 or not raw.isprintable():
        return Unreadable("at most 32 characters in one line", "Shorten it.")
    return raw


def identifier(raw: str) -> str | Unreadable:
    """An id as the bureau issues it."""
    if not _ID.fullmatch(raw):
        return Unreadable(
            "an id has 1 to 32 of A-Z a-z 0-9 . _ -",
            "Write the id as it was issued, format it as text.",
        )
    if holds_number(raw):
        return Unreadable("an id is no identity number", "Give the record an id of its own.")
    return raw


def identifiers(raw: str) -> tuple[str, ...] | Unreadable:
    """Ids in order, separated by `|`; `none` for an empty list."""
    items = () if raw == "none" else tuple(item.strip() for item in raw.split("|"))
    if not all(map(_ID.fullmatch, items)):
        return Unreadable(
            "a list holds ids separated by |", "Write each id as it was issued, or `none`."
        )
    if len(set(items)) < len(items):
        return Unreadable("an id stands once in a list", "Remove the repetition.")
    return items


def url(raw: str) -> str | Unreadable:
    """An address of the web."""
    if _URL.fullmatch(raw):
        return raw
    return Unreadable(
        "an address begins with http:// or https://", "Write the whole address, or leave it empty."
    )


def day(raw: str) -> date | Unreadable:
    """A date, with a year of either calendar."""
    plain = unicodedata.normalize("NFKC", raw)
    if match := _GREGORIAN.fullmatch(plain):
        offset = 0
    elif match := _ROC.fullmatch(plain) or _ROC_WORDS.fullmatch(plain):
        offset = ROC_EPOCH
    elif match := _COMPACT.fullmatch(plain):
        offset = ROC_EPOCH if len(match[1]) == 3 else 0
    else:
        return Unreadable(
            "a date is year, month and day",
            "Write it as 2019-07-27, or with a three-digit ROC year as 108/07/27.",
        )
    year, month, day_of_month = (int(group) for group in match.groups() if group)
    try:
        found = date(year + offset if year else 0, month, day_of_month)
    except ValueError:
        return Unreadable("the day is in the calendar", "Correct the month or the day.")
    if not 1900 <= found.year <= 2100:
        return Unreadable("the year is between 1900 and 2100", "Correct the year.")
    return found


def moment(raw: str) -> datetime | Unreadable:
    """A date with or without a time of day, Taipei time."""
    head, _, tail = raw.rpartition(" ")
    clock = _CLOCK.fullmatch(tail)
    found = day(head.strip() if clock else raw)
    if isinstance(found, Unreadable):
        return found
    try:
        at = time(int(clock[1]), int(clock[2]), int(clock[3] or 0)) if clock else time()
    except ValueError:
        return Unreadable("the time is between 00:00 and 23:59:59", "Correct the time.")
    return datetime.combine(found, at, TAIPEI)


def whole(least: int, most: int) -> Parse:
    """Reader of whole numbers from `least` to `most`."""

    def read(raw: str) -> int | Unreadable:
        number = _number(raw)
        if number is None or number != int(number) or not least <= number <= most:
            return Unreadable(
                f"a whole number from {least} to {most}",
                "Write digits only, such as 35000, or leave it empty where nobody knows.",
            )
        return int(number)

    return read


def decimal(most: float) -> Parse:
    """Reader of numbers from 0 to `most`."""

    def read(raw: str) -> float | Unreadable:
        number = _number(raw)
        if number is None or number > most:
            return Unreadable(
                f"a number from 0 to {most:g}",
                "Write digits, such as 5 or 2.5, or leave it empty where nobody knows.",
            )
        return number

    return read


def yes_no(raw: str) -> bool | Unreadable:
    """Yes or no."""
    found = _YES_NO.get(raw.lower())
    return Unreadable("yes or no", "Write 1 or 0.") if found is None else found


def choice(words: Mapping[str, object]) -> Parse:
    """Reader of one of `words`."""
    unknown = Unreadable("one of the known words or codes", f"Write one of {_shown(words)}.")
    return lambda raw: words.get(raw, unknown)


def several(words: Mapping[str, str]) -> Parse:
    """Reader of a list of `words`, each once, in the order given; `none` for an empty one."""
    unknown = Unreadable(
        "a list holds known words or codes separated by |",
        f"Write `none` or some of {_shown(words)}.",
    )

    def read(raw: str) -> tuple[str, ...] | Unreadable:
        items = [] if raw == "none" else [item.strip() for item in raw.split("|")]
        if any(item not in words for item in items):
            return unknown
        return tuple(dict.fromkeys(words[item] for item in items))

    return read


def combined(words: Mapping[str, Flags]) -> Parse:
    """Reader of a list of `words` that together are one flag."""
    unknown = Unreadable(
        "a list holds known words separated by |", f"Write some of {_shown(words)}."
    )

    def read(raw: str) -> Flags | Unreadable:
        items = [item.strip() for item in raw.split("|")]
        if any(item not in words for item in items):
            return unknown
        return reduce(or_, (words[item] for item in items))

    return read


def _number(raw: str) -> float | None:
    match = _NUMBER.fullmatch(unicodedata.normalize("NFKC", raw))
    return float(match[0].replace(",", "")) if match else None


def _shown(words: Mapping[str, object]) -> str:
    listed = list(words)
    return ", ".join(listed[:12]) + (", … (see data/formats.md)" if len(listed) > 12 else "")
