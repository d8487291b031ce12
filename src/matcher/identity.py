"""Identity numbers: checked, turned into keyed digests, and never kept.

The check digit is a weighted sum modulo 10. It misses every swap of the last two digits (both
weigh 1) and, where a weight shares a factor with 10, some single substitutions; so whoever scans
a card is shown something to confirm, a masked name, before anything else.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import unicodedata
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from matcher.errors import ConfigurationError, IdentityError

OLD_RESIDENT_FORM_ENDS = date(2031, 1, 1)
"""First day on which the old resident number is no longer valid."""

SECRET_BYTES = 32
"""Least length of a key's secret."""

_LETTERS = {letter: value for value, letter in enumerate("ABCDEFGHJKLMNPQRSTUVXYWZIO", start=10)}
_WEIGHTS = (1, 9, 8, 7, 6, 5, 4, 3, 2, 1, 1)


class IdentityKind(StrEnum):
    """The three kinds of number a card may carry."""

    NATIONAL = "national"
    RESIDENT_NEW = "resident_new"
    RESIDENT_OLD = "resident_old"


_FORMS = {
    IdentityKind.NATIONAL: re.compile(r"[A-Z][12][0-9]{8}"),
    IdentityKind.RESIDENT_NEW: re.compile(r"[A-Z][89][0-9]{8}"),
    IdentityKind.RESIDENT_OLD: re.compile(r"[A-Z][A-D][0-9]{8}"),
}

LIKE_A_NUMBER = re.compile(r"(?<![A-Za-z0-9])[A-Za-z][1289A-Da-d][0-9]{8}(?![A-Za-z0-9])")
"""Finds what may be an identity number, right or mistyped, within a text."""


@dataclass(frozen=True, slots=True)
class IdentityKey:
    """The secret of the digests and its version; raises ConfigurationError if it is too short."""

    version: int
    secret: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.secret) < SECRET_BYTES:
            raise ConfigurationError(
                f"The key of the identity digests is shorter than {SECRET_BYTES} bytes.",
                remedy="Make one with `matcher key` and keep it outside the database.",
            )


@dataclass(frozen=True, slots=True)
class IdentityDigest:
    """HMAC-SHA-256 of a number (64 hex digits) and the version of the key it was made with."""

    digest: str
    key_version: int


def verify(number: str, *, today: date) -> IdentityKind:
    """Tell the kind of `number` as a scanner types it; white space around it is dropped.

    Raises IdentityError, which never carries the number, where format or check digit is wrong or
    the form has ended on `today`.
    """
    stripped = number.strip()
    kind = next((k for k, form in _FORMS.items() if form.fullmatch(stripped)), None)
    if kind is None:
        raise IdentityError(
            "This does not have the form of a national or resident number.",
            remedy="Scan the card again, or type it in capitals and digits, ten characters in all.",
        )
    if kind is IdentityKind.RESIDENT_OLD and today >= OLD_RESIDENT_FORM_ENDS:
        raise IdentityError(
            f"Resident numbers of the old form are not valid from {OLD_RESIDENT_FORM_ENDS} on.",
            remedy="Ask for the card with the new number.",
        )
    if _weighted_sum(stripped) % 10:
        raise IdentityError(
            "The check digit of this number is wrong.",
            remedy="Scan the card again, or compare each digit with the card.",
        )
    return kind


def holds_number(text: str) -> bool:
    """Whether somewhere in `text` stands an identity number with a right check digit."""
    return any(
        _weighted_sum(match.group()) % 10 == 0
        for match in LIKE_A_NUMBER.finditer(text.upper())
        if any(form.fullmatch(match.group()) for form in _FORMS.values())
    )


def digest(number: str, key: IdentityKey) -> IdentityDigest:
    """Digest a verified number with `key`; white space around it makes no difference."""
    code = hmac.new(key.secret, number.strip().encode(), hashlib.sha256)
    return IdentityDigest(code.hexdigest(), key.version)


def mask_name(name: str) -> str:
    """Show enough of a name for its owner to confirm it: 王○明, or N***** V** A*."""
    words = unicodedata.normalize("NFC", name).split()
    joined = "".join(words)
    if any(map(_is_ideograph, joined)):
        if len(joined) <= 2:
            return joined[:1] + "○" * (len(joined) - 1)
        return joined[0] + "○" * (len(joined) - 2) + joined[-1]
    return " ".join(word[0] + "*" * (len(word) - 1) for word in words)


def _weighted_sum(number: str) -> int:
    second = number[1] if number[1].isdigit() else str(_LETTERS[number[1]] % 10)
    digits = f"{_LETTERS[number[0]]}{second}{number[2:]}"
    return sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, digits, strict=True))


def _is_ideograph(character: str) -> bool:
    return unicodedata.name(character, "").startswith("CJK ")
