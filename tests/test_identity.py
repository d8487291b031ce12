from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.errors import ConfigurationError, IdentityError
from matcher.identity import IdentityKey, IdentityKind, digest, mask_name, verify

TODAY = date(2026, 10, 1)
KEY = IdentityKey(1, b"k" * 32)
VALUES = dict(zip("ABCDEFGHJKLMNPQRSTUVXYWZIO", range(10, 36), strict=True))
WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 1, 1)
"""Weights of the nine characters after the letter."""

VALID = {
    IdentityKind.NATIONAL: "A123456789 F131104093 O158238845 N116247806 L122544270 C180661564 "
    "Y123456788",
    IdentityKind.RESIDENT_OLD: "AB23456789 AA00000009 AB00207171 AC03095424 BD01300667 CC00151114 "
    "HD02717288 TD00251124 AD30196818",
    IdentityKind.RESIDENT_NEW: "A800000014 A900207177 A803095426 B801300667 C800151116 H802717288 "
    "T900251126 A930196810 A870000015 A880000018 A890000011",
}
INVALID = (
    "A12345678 a123456789 A123456788 F131104091 O158238842 "
    "AA1234567 aa00000009 AA00000000 FG31104091 OY58238842 AE23456785 "
    "a800000009 A800000000 F931104091 O958238842 A323456789 A423456789"
)


def _sum(head: str, digits: str) -> int:
    letter = VALUES[head]
    first = letter // 10 + letter % 10 * 9
    return first + sum(w * int(d) for w, d in zip(WEIGHTS, digits, strict=True))


@st.composite
def valid_numbers(draw: st.DrawFn) -> str:
    head = draw(st.sampled_from(sorted(VALUES)))
    second = draw(st.sampled_from("1289ABCD"))
    middle = draw(st.text("0123456789", min_size=7, max_size=7))
    as_digit = second if second.isdigit() else str(VALUES[second] % 10)
    check = -_sum(head, f"{as_digit}{middle}0") % 10
    return f"{head}{second}{middle}{check}"


@pytest.mark.parametrize(
    ("number", "kind"), [(n, kind) for kind, numbers in VALID.items() for n in numbers.split()]
)
def test_a_valid_number_is_accepted_as_its_kind(number: str, kind: IdentityKind) -> None:
    assert verify(number, today=TODAY) is kind


@pytest.mark.parametrize("number", [*INVALID.split(), "", "A1234567890", "A１２３４５６７８９"])
def test_an_invalid_number_is_refused_without_being_repeated(number: str) -> None:
    with pytest.raises(IdentityError) as caught:
        verify(number, today=TODAY)
    assert caught.value.remedy
    assert not number or number not in f"{caught.value} {caught.value.args}"


def test_what_a_scanner_types_around_the_number_is_dropped() -> None:
    assert verify(" A123456789\r\n", today=TODAY) is IdentityKind.NATIONAL
    assert digest(" A123456789\r\n", KEY) == digest("A123456789", KEY)


def test_the_old_resident_form_ends_with_the_year_2030() -> None:
    assert verify("AB23456789", today=date(2030, 12, 31)) is IdentityKind.RESIDENT_OLD
    with pytest.raises(IdentityError, match="old form"):
        verify("AB23456789", today=date(2031, 1, 1))
    assert verify("A800000014", today=date(2031, 1, 1)) is IdentityKind.RESIDENT_NEW


@given(valid_numbers())
def test_every_number_with_the_right_check_digit_is_accepted(number: str) -> None:
    verify(number, today=TODAY)


@given(valid_numbers(), st.integers(2, 9), st.integers(1, 9))
def test_a_changed_digit_is_refused_exactly_where_the_weights_can_tell(
    number: str, place: int, step: int
) -> None:
    changed = (int(number[place]) + step) % 10
    altered = f"{number[:place]}{changed}{number[place + 1 :]}"
    difference = WEIGHTS[place - 1] * (changed - int(number[place]))
    if difference % 10:
        with pytest.raises(IdentityError):
            verify(altered, today=TODAY)
    else:
        verify(altered, today=TODAY)


@given(valid_numbers(), st.integers(1, 9))
def test_a_wrong_check_digit_is_always_refused(number: str, step: int) -> None:
    with pytest.raises(IdentityError, match="check digit"):
        verify(number[:-1] + str((int(number[-1]) + step) % 10), today=TODAY)


def test_the_check_digit_misses_a_swap_of_the_last_two_digits() -> None:
    verify("A123456789", today=TODAY)
    verify("A123456798", today=TODAY)


def test_a_digest_depends_on_the_secret_and_tells_the_version_of_its_key() -> None:
    other = IdentityKey(2, b"o" * 32)
    assert digest("A123456789", KEY).digest != digest("A123456789", other).digest
    assert digest("A123456789", other).key_version == 2
    # Computed by openssl dgst -sha256 -hmac.
    known = "092c13a6a72571b73bd6415dbc6d2321ac65a8a531060a9e074959baae8ba400"
    assert digest("A123456789", KEY).digest == known


def test_a_key_hides_its_secret_and_refuses_a_short_one() -> None:
    assert "kkk" not in repr(KEY)
    assert "version=1" in repr(KEY)
    with pytest.raises(ConfigurationError, match="32 bytes"):
        IdentityKey(1, b"k" * 31)


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("王小明", "王○明"),
        ("王明", "王○"),
        ("歐陽小明", "歐○○明"),
        (" 王 小明 ", "王○明"),
        ("Nguyen Van An", "N***** V** A*"),
        ("Nguyễn Văn An", "N***** V** A*"),
        ("", ""),
    ],
)
def test_a_masked_name_can_be_confirmed_by_its_owner(name: str, masked: str) -> None:
    assert mask_name(name) == masked
