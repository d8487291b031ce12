"""Wishes read out of free text: soft hints for scoring, never a hard criterion.

Nothing that the Employment Service Act protects (origin, sex, age and the like) is looked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from matcher.entities import Employment, Language, PayBasis, Shift
from matcher.features.lexicon import LATIN, Lexicon, Mention, Terms, clause
from matcher.reference import Reference, table_rows

__all__ = [
    "Lexicon",
    "Wishes",
    "common_names",
    "mentioned_licences",
    "mentioned_occupations",
    "read_lexicon",
    "read_wishes",
    "stated_pay",
]

SANE_PAY = {PayBasis.MONTH: (15_000, 300_000), PayBasis.HOUR: (150, 2_000)}
"""Lowest and highest NT$ that is taken for pay."""
MOST_YEARS = 60

_DIGITS = "零一二兩三四五六七八九"
_DIGIT_VALUES = {digit: "01223456789"[n] for n, digit in enumerate(_DIGITS)} | {"〇": "0"}
_UNIT_VALUES = {"十": 10, "百": 100, "千": 1_000, "萬": 10_000, "พัน": 1_000, "หมื่น": 10_000}
_UNIT_VALUES |= dict.fromkeys(("k", "thousand", "ribu", "rb", "nghìn", "ngàn"), 1_000)
_UNIT_VALUES |= {"vạn": 10_000}

# 一 in front of a unit of time belongs to it: 兩百一小時 is two hundred an hour.
_NUMBER = (
    r"(?:\d{1,3}(?:[.,]\d{3}){1,3}(?!\d)|\d{1,9}(?:[.,]\d{1,2}(?!\d))?"
    rf"|(?:[{_DIGITS[0]}{_DIGITS[2:]}〇]|一(?!個|小時|天|月)){{1,9}})"
)
_UNIT = rf"(?:[十百千萬]|พัน|หมื่น|(?:k|thousand|ribu|rb|nghìn|ngàn|vạn)(?![{LATIN}]))"
_AMOUNT = rf"(?:(?:\s?{_NUMBER}?\s?{_UNIT}){{1,5}}{_NUMBER}?|{_NUMBER})"
_CURRENCY = r"nt\s?\$?|ntd\s?\$?|twd|\$"
_TOKEN = re.compile(f"{_NUMBER}|{_UNIT}")
_AMOUNTS = re.compile(
    rf"(?=[\d{_DIGITS}〇十百千萬nt$])(?<!\d[.,])(?<![{LATIN}])(?P<mark>{_CURRENCY})?\s?(?P<low>{_AMOUNT})"
    rf"(?:\s?(?:[-–~至到]|to|đến|sampai|hingga|ถึง)\s?(?:{_CURRENCY})?\s?(?P<high>{_AMOUNT}))?"
    rf"\s?(?P<money>(?:{_CURRENCY}|元|塊錢?|บาท|đài tệ|đô|dolar)(?![{LATIN}]))?"
    r"\s?(?P<least>以上|左右|上下|起|up|trở lên|ke atas|ขึ้นไป)?"
)
_YEARS = re.compile(rf"(?<![{LATIN}])(?P<years>半|{_AMOUNT})\s?\+?\s?$")
_YEARS_OF = re.compile(
    rf"半?\s?(?!次|生|級|歲|old)(?:以上|多)?\s?(?:(?:of )?(?:[{LATIN}]+ )?|[\u4e00-\u9fff]{{0,8}})"
)
_NEAR_CUE = 24
_JOINED = re.compile(r"[ 、,/和與跟及或]{1,2}|還有|以及|或是")
_ON_A_ROAD = "[一二三四五東西南北中]{0,2}[路街]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What a text says of the work wanted and of the skills offered; empty: it does not say.

    `pay` is in NT$ per `pay_basis` (month or hour).
    """

    districts: tuple[str, ...] = ()
    shifts: Shift = Shift(0)
    employment: Employment = Employment(0)
    pay: int | None = None
    pay_basis: PayBasis | None = None
    licences: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    experience_years: float | None = None


class PayFigure(NamedTuple):
    """Pay in NT$ per `basis` that stands at `text[start:end]` of plain text.

    `named`: a word of pay stands beside it, where else only a currency marks it.
    """

    amount: int
    basis: PayBasis
    named: bool
    start: int
    end: int


def read_lexicon(folder: Path, *more: str) -> Lexicon:
    """The terms of `lexicon.csv`, of `more` such tables and the occupations of `work_words.csv`.

    All stand in `folder`. Raises ConfigurationError where one is missing.
    """
    occupations = [
        {"kind": "occupation", "code": row["code"], "language": language, "term": term}
        for row in table_rows(folder / "work_words.csv")
        for language in Language
        for term in row[language].split("|")
        if term
    ]
    tables = (row for name in ("lexicon.csv", *more) for row in table_rows(folder / name))
    return Lexicon.of([*tables, *occupations])


def read_wishes(text: str, *, lexicon: Lexicon, reference: Reference) -> Wishes:
    """Wishes that `text` states in Chinese, English, Vietnamese, Indonesian or Thai."""
    text = lexicon.plain(text)
    shifts, employment = Shift(0), Employment(0)
    for code in lexicon.codes("shift", text):
        shifts |= Shift[code.upper()]
    for code in lexicon.codes("employment", text):
        employment |= Employment[code.upper()]
    pay, basis = _pay(text, lexicon) or (None, None)
    return Wishes(
        districts=_districts(text, lexicon, reference),
        shifts=shifts,
        employment=employment,
        pay=pay,
        pay_basis=basis,
        licences=lexicon.codes("licence", text),
        languages=_languages(text, lexicon),
        experience_years=max(_years(text, lexicon), default=None),
    )


def mentioned_licences(text: str, *, lexicon: Lexicon) -> tuple[str, ...]:
    """Codes of the licences a text speaks of and does not deny, in order, each once."""
    return lexicon.codes("licence", lexicon.plain(text))


def mentioned_occupations(text: str, *, lexicon: Lexicon) -> tuple[str, ...]:
    """Codes of the occupations that words of a text stand for, in order, each once."""
    return lexicon.codes("occupation", lexicon.plain(text))


def common_names(codes: Iterable[str], *, lexicon: Lexicon) -> tuple[str, ...]:
    """What people call these occupations in Chinese; codes without such a name are left out."""
    return tuple(lexicon.names[code] for code in codes if code in lexicon.names)


def _languages(text: str, lexicon: Lexicon) -> tuple[str, ...]:
    """Languages spoken; a word that also names an origin counts beside a word of speaking only."""
    found = list(lexicon.find("language", text))
    for mention in lexicon.find("careful_language", text):
        cue = lexicon.terms("cue_language").pattern
        if any(cue.search(side) for side in clause(text, mention)):
            found.append(mention)
    return tuple(dict.fromkeys(mention.code for mention in sorted(found, key=lambda m: m.start)))


class _DistrictNames(NamedTuple):
    terms: Terms
    careful: frozenset[str]


@lru_cache(maxsize=4)
def _district_names(lexicon: Lexicon, places: tuple[tuple[str, str, str], ...]) -> _DistrictNames:
    """Full and bare names, and which bare names are ordinary words too."""
    careful = lexicon.terms("careful_district").codes
    aliases = lexicon.terms("district").codes
    names = [(term, code) for term, codes in (*careful.items(), *aliases.items()) for code in codes]
    for code, name, name_en in places:
        full = lexicon.plain(name)
        names += [(word, code) for word in (full, full.removesuffix("區"), lexicon.plain(name_en))]
    return _DistrictNames(
        Terms.of(dict.fromkeys(names), unless_before=_ON_A_ROAD), frozenset(careful)
    )


def _districts(text: str, lexicon: Lexicon, reference: Reference) -> tuple[str, ...]:
    """Districts named; one that is an ordinary word too needs a cue or another name beside it."""
    places = (reference.places[code] for code in reference.districts)
    names = _district_names(lexicon, tuple((p.code, p.name, p.name_en) for p in places))
    mentions = list(names.terms.find(text))
    codes = []
    for number, mention in enumerate(mentions):
        neighbours = mentions[max(0, number - 1) : number] + mentions[number + 1 : number + 2]
        sure = (
            text[mention.start : mention.end] not in names.careful
            or any(_joined(text, mention, other) for other in neighbours)
            or _is_place(text, mention, lexicon)
        )
        if sure and not lexicon.denied(text, mention):
            codes.append(mention.code)
    return tuple(dict.fromkeys(codes))


def _joined(text: str, one: Mention, other: Mention) -> bool:
    first, second = sorted((one, other), key=lambda mention: mention.start)
    return _JOINED.fullmatch(text, first.end, second.start) is not None


def _is_place(text: str, mention: Mention, lexicon: Lexicon) -> bool:
    before, after = clause(text, mention)
    place_before = lexicon.terms("cue_district_before")
    return (
        any(before.rstrip().endswith(cue) for cue in place_before.codes)
        or lexicon.terms("cue_district_after").pattern.match(after.lstrip()) is not None
    )


def _pay(text: str, lexicon: Lexicon) -> tuple[int, PayBasis] | None:
    return next(((figure.amount, figure.basis) for figure in stated_pay(text, lexicon)), None)


def stated_pay(text: str, lexicon: Lexicon) -> Iterator[PayFigure]:
    """Sane figures in plain text beside a word of pay or a currency; of a range, its low end."""
    for match in _AMOUNTS.finditer(text):
        low, high = match["low"], match["high"]
        shared = _TOKEN.findall(high or "")
        unit = next((token for token in shared if token in _UNIT_VALUES), "")
        if not any(token in _UNIT_VALUES for token in _TOKEN.findall(low)) and _value(low) < 1_000:
            low += unit
        value = round(_value(low))
        if any(_is_sane(value, basis) for basis in SANE_PAY):
            told = _told_of_pay(text, match, lexicon)
            basis = _pay_basis(told, match, value)
            if basis and _is_sane(value, basis):
                yield PayFigure(value, basis, told is not None, match.start(), match.end())


def _told_of_pay(text: str, match: re.Match[str], lexicon: Lexicon) -> str | None:
    """What words beside a figure say that it is paid for: `any` names none, `other` is no pay."""
    told = lexicon.last("pay_before", _lead(text, match.start()))
    behind = lexicon.terms("pay_after")
    suffix = behind.pattern.match(text, match.end()) or behind.pattern.match(text, match.end() + 1)
    if suffix and told != "other":
        return behind.codes[suffix.group()][0]
    return told


def _pay_basis(told: str | None, match: re.Match[str], value: int) -> PayBasis | None:
    """What the figure is paid for; None where it is no pay, or paid by the day or year."""
    if told in {PayBasis.MONTH, PayBasis.HOUR}:
        return PayBasis(told)
    marked = match["mark"] or match["money"] or (match["least"] and _value(match["low"]) >= 1_000)
    if told == "any" or (told is None and marked):
        bases = (PayBasis.MONTH, PayBasis.HOUR) if told else (PayBasis.MONTH,)
        return next((basis for basis in bases if _is_sane(value, basis)), None)
    return None


def _lead(text: str, start: int) -> str:
    """What leads up to a figure in its clause; a single space in front of it is no pause."""
    start -= text[start - 1 : start] == " "
    return clause(text, Mention("", start, start + 1))[0][-_NEAR_CUE:]


def _is_sane(value: int, basis: PayBasis) -> bool:
    lowest, highest = SANE_PAY[basis]
    return lowest <= value <= highest


def _years(text: str, lexicon: Lexicon) -> Iterator[float]:
    """Years of experience: a number of years right beside a word of experience."""
    words = lexicon.terms("experience").pattern
    for mention in lexicon.find("year", text):
        number = _YEARS.search(text[max(0, mention.start - 12) : mention.start])
        if number is None:
            continue
        half = text.startswith("半", mention.end)
        years = 0.5 if number["years"] == "半" else _value(number["years"]) + half / 2
        _, after = clause(text, mention)
        word = words.search(after)
        told = words.search(_lead(text, mention.start - len(number.group()))) or (
            word and _YEARS_OF.fullmatch(after, 0, word.start())
        )
        if told and 0 < years <= MOST_YEARS:
            yield years


def _value(written: str) -> float:
    """Value of an amount: 35,000, 3.5萬, 三萬五千, and 三萬五, whose last digit is thousands."""
    total, section, number, scale = 0.0, 0.0, "", 0
    for token in _TOKEN.findall(written):
        if token not in _UNIT_VALUES:
            number = token
            continue
        scale = _UNIT_VALUES[token]
        if scale == 10_000:
            total += (section + _number(number) or 1) * scale
            section = 0
        else:
            section += (_number(number) if number else 1) * scale
        number = ""
    if len(number) == 1 and scale >= 100:
        return total + section + _number(number) * scale / 10
    return total + section + _number(number)


def _number(token: str) -> float:
    digits = "".join(_DIGIT_VALUES.get(character, character) for character in token)
    if re.fullmatch(r"\d{1,3}(?:[.,]\d{3})+", digits):
        return float(re.sub("[.,]", "", digits))
    return float(digits.replace(",", ".") or 0)
