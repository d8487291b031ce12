"""What the words of the TaiwanJobs feed say; where they say nothing known, nothing is concluded."""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import IntFlag
from functools import reduce
from operator import or_
from typing import Final, TypeVar

from matcher.entities import Education, Employment, Pay, PayBasis, PayFlag, Shift
from matcher.intake import pay
from matcher.intake.schema import EDUCATION
from matcher.reference import CITY_COUNTY, Reference

Flags = TypeVar("Flags", bound=IntFlag)

_UNDISCLOSED: Final = re.compile(r"面議|依學經歷")
_BASES: Final = (
    (re.compile(r"時薪|元/(?:小)?時"), PayBasis.HOUR),
    (re.compile(r"日薪|元/日"), PayBasis.DAY),
    (re.compile(r"論件"), PayBasis.PIECE),
    (re.compile(r"月薪|元/月"), PayBasis.MONTH),
)
_SHIFTS: Final = (
    (re.compile(r"(?<![假週])日班|早班"), Shift.DAY),
    (re.compile(r"晚班|中班|小夜"), Shift.EVENING),
    (re.compile(r"(?<!小)夜班|大夜"), Shift.NIGHT),
    (re.compile(r"輪班"), Shift.ROTATING),
)
_EMPLOYMENT: Final = (
    (re.compile(r"全職"), Employment.FULL_TIME),
    (re.compile(r"兼職|部分工時"), Employment.PART_TIME),
)
_OR_MORE: Final = re.compile(r"(?:\(含\)|（含）)?以上$")
_YEARS: Final = re.compile(r"([0-9]{1,2})年")
_NO_YEARS: Final = {"無", "不拘", "1年內"}


def pay_of(code: str, written: str, *, low: int | None, high: int | None) -> Pay:
    """Pay from the pay code, the pay text and the two figures in NT$, None where there is none.

    The code tells the basis; only where the code does not say hourly and the text does is the
    text believed, and that is flagged.
    """
    if _UNDISCLOSED.match(code) or _UNDISCLOSED.match(written):
        return Pay(disclosed=False)
    by_code, by_text = _basis(code), _basis(written)
    hourly_in_text = by_text is PayBasis.HOUR and by_code is not PayBasis.HOUR
    basis = by_text if hourly_in_text else by_code or by_text
    if low is None and high is None:
        return Pay(basis=basis)
    if hourly_in_text:
        flag = PayFlag.HOURLY_STATED_IN_TEXT
        return Pay(basis=basis, low=low, high=high, disclosed=True, flag=flag)
    return pay.stated(basis, low, high)


def shifts(written: str) -> Shift:
    """Work times that are named."""
    return _named(_SHIFTS, written, Shift(0))


def employment(written: str) -> Employment:
    """Kinds of employment that are named."""
    return _named(_EMPLOYMENT, written, Employment(0))


def experience(written: str) -> float | None:
    """Least years asked for, 0 also for up to a year (1年內); None for unknown words."""
    if written in _NO_YEARS:
        return 0.0
    years = _YEARS.fullmatch(_OR_MORE.sub("", written)) if _OR_MORE.search(written) else None
    return float(years[1]) if years else None


def education(written: str) -> Education | None:
    """Least schooling asked for; None where the words are not known."""
    return EDUCATION.get(_OR_MORE.sub("", written))


def place_finder(reference: Reference) -> Callable[[str], str | None]:
    """Reader of a place: code of a city district or of a county, None where none is named."""
    counties = {place.name: code for code, place in reference.places.items() if len(code) == 2}
    districts = {reference.places[code].name: code for code in reference.districts}

    def find(written: str) -> str | None:
        spelled = written.replace("臺", "台")
        county = next((name for name in counties if spelled.startswith(name)), None)
        if county is None:
            return None
        if counties[county] != CITY_COUNTY:
            return counties[county]
        rest = spelled.removeprefix(county)
        named = (code for name, code in districts.items() if rest.startswith(name))
        return next(named, CITY_COUNTY)

    return find


def _basis(written: str) -> PayBasis | None:
    return next((basis for words, basis in _BASES if words.search(written)), None)


def _named(table: tuple[tuple[re.Pattern[str], Flags], ...], written: str, none: Flags) -> Flags:
    return reduce(or_, (flag for words, flag in table if words.search(written)), none)
