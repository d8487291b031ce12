"""Turns the drawn columns into the register's records: codes, words, names and numbers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, TypeVar

import numpy as np

from matcher.entities import Education, Employment, Language, Shift
from matcher.reference import Reference
from matcher.simulation.firms import HOURS_A_MONTH, Vacancies
from matcher.simulation.market import Market, State, employer_id, seeker_id, vacancy_id
from matcher.simulation.people import LANGUAGES, MINIMUM_HOUR, Seekers
from matcher.simulation.texts import Facts, Scribe
from matcher.simulation.trades import SHIFTS, Trade, table

T = TypeVar("T")

MOST_SEEKERS = 1_000_000
ISSUED_LETTER, ISSUED_CODE = "Y", 31
"""A county letter no longer given out, with serials that it never reached: nobody's number."""

WEIGHTS = (1, 9, 8, 7, 6, 5, 4, 3, 2, 1)
STATUS = {State.ACTIVE: "active", State.PLACED: "placed", State.WITHDRAWN: "withdrawn"}
GROUPS = {
    "indigenous": 0.03,
    "disability": 0.035,
    "low_income": 0.03,
    "single_parent": 0.025,
    "released": 0.008,
    "victim": 0.005,
    "veteran": 0.015,
    "long_unemployed": 0.06,
    "returnee": 0.03,
}
SLIPS_OF_BASIS = 0.03
"""Share of hourly vacancies whose figure was put into the monthly field."""


def identity_number(serial: int, *, female: bool) -> str:
    """A number with a right check digit that belongs to nobody; `serial` is below a million."""
    digits = f"{ISSUED_CODE}{2 if female else 1}9{serial:06d}"
    total = sum(int(d) * w for d, w in zip(digits, WEIGHTS, strict=True))
    return f"{ISSUED_LETTER}{digits[2:]}{-total % 10}"


def names_of(kind: type[Shift] | type[Employment], mask: int) -> str:
    """A set of the register's flags as a list in a file."""
    return "|".join(str(m.name).lower() for m in kind if m & mask)


class Records:
    """Writes one row at a time; ask for rows in order, since texts are drawn in passing."""

    def __init__(
        self,
        market: Market,
        trades: tuple[Trade, ...],
        reference: Reference,
        start: date,
        rng: np.random.Generator,
    ) -> None:
        self._seekers: Seekers = market.seekers
        self._vacancies: Vacancies = market.vacancies
        self._market, self._trades, self._reference, self._start = market, trades, reference, start
        self._scribe = Scribe(rng)
        self._dice = self._scribe.dice
        self._serials = rng.permutation(MOST_SEEKERS)[: len(market.seekers)]
        self._city: dict[str, Any] = table("city.toml")
        self._licences = tuple(reference.licences)
        self._languages = tuple(reference.languages)

    def employers(self) -> list[tuple[object, ...]]:
        """All employers, with invented names."""
        return [self._employer(row) for row in range(len(self._market.employers))]

    def seeker(self, row: int) -> tuple[object, ...]:
        """The record of one person."""
        s, dice = self._seekers, self._dice
        language = LANGUAGES[s.language[row]]
        trade = self._trades[s.trade[row]]
        title = dice.pick(trade.words[language].titles)
        part_time = int(s.employment[row]) == Employment.PART_TIME
        told_pay = bool(s.told_pay[row])
        district = self._reference.districts[s.district[row]]
        hour_floor = max(round(int(s.pay_floor[row]) / HOURS_A_MONTH / 5) * 5, MINIMUM_HOUR)
        return (
            seeker_id(row),
            self._date(s.day[row]),
            self._person(language),
            identity_number(int(self._serials[row]), female=bool(s.female[row])),
            language,
            title if dice.chance(0.93) else "",
            self._scribe.of_seeker(self._facts_of_seeker(row, language, title, part_time)),
            self._occupation(trade, told=0.85),
            district if dice.chance(0.96) else "",
            f"{s.commute_km[row]:g}" if s.told_commute[row] else "",
            self._wanted_districts(trade, district),
            names_of(Shift, int(s.shifts[row])) if s.told_shifts[row] else "",
            names_of(Employment, int(s.employment[row])) if s.told_employment[row] else "",
            (hour_floor if part_time else int(s.pay_floor[row])) if told_pay else "",
            ("hour" if part_time else "month") if told_pay else "",
            Education(int(s.education[row])).name.lower() if s.told_education[row] else "",
            f"{s.years[row]:g}" if s.told_years[row] else "",
            self._codes(s.licences[row], self._licences) if s.told_licences[row] else "",
            self._codes(s.spoken[row], self._languages) if s.told_spoken[row] else "",
            STATUS[State(int(self._market.state[row]))],
        )

    def protected(self, row: int) -> tuple[object, ...]:
        """What only the statutory statistics may know of one person."""
        s, dice = self._seekers, self._dice
        age = float(s.age[row])
        groups = [name for name, share in GROUPS.items() if dice.chance(share)]
        if age >= 45:
            groups.insert(0, "middle_aged")
        if s.language[row] >= LANGUAGES.index(Language.VI) and dice.chance(0.85):
            groups.append("new_immigrant")
        born = self._start + timedelta(days=int(s.day[row]) - round(age * 365.25))
        sex = "other" if dice.chance(0.003) else "female" if s.female[row] else "male"
        return seeker_id(row), sex, born.isoformat(), "|".join(groups) or "none"

    def vacancy(self, row: int) -> tuple[object, ...]:
        """The record of one vacancy."""
        v, dice = self._vacancies, self._dice
        language = LANGUAGES[v.language[row]]
        trade = self._trades[v.trade[row]]
        title = dice.pick(trade.words[language].titles)
        place = self._reference.place_codes[v.place[row]]
        shown, figures = bool(v.disclosed[row]), bool(v.told_pay[row] and v.disclosed[row])
        closed = int(self._market.closed[row])
        facts = self._facts_of_vacancy(row, language, title, place)
        basis = "hour" if v.hourly[row] and not dice.chance(SLIPS_OF_BASIS) else "month"
        return (
            vacancy_id(row),
            employer_id(int(v.employer[row])),
            self._headline(title, language, place, bool(v.hourly[row])),
            int(v.openings[row]),
            self._date(v.day[row]),
            self._scribe.of_vacancy(facts),
            language,
            self._occupation(trade, told=0.92),
            place,
            self._address(place),
            basis if v.told_pay[row] else "",
            int(v.low[row]) if figures else "",
            (int(v.high[row]) or "") if figures else "",
            ("yes" if shown else "no") if v.told_pay[row] else "",
            names_of(Shift, int(v.shifts[row])) if v.told_shifts[row] else "",
            names_of(Employment, int(v.employment[row])) if v.told_employment[row] else "",
            Education(int(v.education[row])).name.lower() if v.told_education[row] else "",
            f"{v.years[row]:g}" if v.told_years[row] else "",
            self._asked(v.licences[row], self._licences, told=bool(v.told_licences[row])),
            self._asked(v.spoken[row], self._languages, told=bool(v.told_spoken[row])),
            self._date(v.closes[row]),
            self._date(closed) if closed >= 0 else "",
        )

    def _facts_of_seeker(self, row: int, language: Language, title: str, part_time: bool) -> Facts:
        s = self._seekers
        trade, past = self._trades[s.trade[row]], self._trades[s.past_trade[row]]
        words = trade.words[language]
        return Facts(
            language=language,
            title=title,
            words=words,
            duties=_chosen(words.duties, int(s.skills[row])),
            industry=past.industry,
            years=float(s.years[row]),
            licences=self._licence_names(int(s.licences[row]), trade, language),
            place=self._place_name(self._reference.districts[s.district[row]], language),
            pay="" if part_time else self._amount(int(s.pay_floor[row])),
            extras=_chosen(range(8), int(s.wants[row])),
            past_title=(
                self._dice.pick(past.words[language].titles)
                if past is not trade and s.years[row]
                else ""
            ),
        )

    def _facts_of_vacancy(self, row: int, language: Language, title: str, place: str) -> Facts:
        v = self._vacancies
        trade = self._trades[v.trade[row]]
        words = trade.words[language]
        return Facts(
            language=language,
            title=title,
            words=words,
            duties=_chosen(words.duties, int(v.skills[row])),
            industry=trade.industry,
            years=float(v.years[row]),
            licences=self._licence_names(int(v.licences[row]), trade, language),
            place=self._place_name(place, language),
            pay=str(v.low[row]),
            extras=_chosen(range(8), int(v.benefits[row])),
            hours=SHIFTS.index(Shift(int(v.shifts[row]))),
            hourly=bool(v.hourly[row]),
        )

    def _employer(self, row: int) -> tuple[object, ...]:
        employers, dice, pieces = self._market.employers, self._dice, self._city["firms"]
        trade = self._trades[employers.trade[row]]
        syllables = "".join(dice.pick(pieces[part]) for part in ("first", "second", "third"))
        size = "large" if employers.size[row] > 0.8 else "small"
        return (
            employer_id(row),
            f"{syllables}{dice.pick(trade.firms)}{dice.pick(pieces[size])}",
            self._reference.districts[employers.district[row]]
            if employers.told_district[row]
            else "",
            trade.industry,
        )

    def _person(self, language: Language) -> str:
        pieces, dice = self._city["people"][language], self._dice
        family, given = dice.pick(pieces["family"]), dice.pick(pieces["given"])
        if language is Language.ZH:
            return f"{family}{given}{dice.pick(pieces['given'])}"
        return f"{family} {given}" if language is Language.VI else f"{given} {family}"

    def _occupation(self, trade: Trade, *, told: float) -> str:
        """The code that a clerk chose: mostly the full one, sometimes a coarser one or none."""
        dice = self._dice
        code = trade.occupations[int(dice.roll() ** 2 * len(trade.occupations))]
        if not dice.chance(told):
            return ""
        return code if dice.chance(0.85) else code[: 2 + dice.chance(0.6)]

    def _wanted_districts(self, trade: Trade, home: str) -> str:
        dice = self._dice
        if not dice.chance(0.25):
            return ""
        return "|".join({home: 0} | dict.fromkeys(dice.some(tuple(trade.districts), 2)))

    def _headline(self, title: str, language: Language, place: str, hourly: bool) -> str:
        dice = self._dice
        if language is not Language.ZH:
            return title
        if hourly:
            return f"{dice.pick(('兼職', '工讀', '時薪'))}{title}"
        if len(place) == 3 and dice.chance(0.12):
            return f"{self._reference.places[place].name[:-1]}-{title}"
        return f"{dice.pick(('【急徵】', '正職', '儲備'))}{title}" if dice.chance(0.12) else title

    def _address(self, place: str) -> str:
        dice, roads = self._dice, self._city["roads"]
        name = self._reference.places[place].name
        if len(place) == 2:
            return name
        road = "".join(dice.pick(roads[part]) for part in ("first", "second", "kind"))
        number = f"{1 + int(dice.roll() * 300)}號"
        return f"高雄市{name}{road}{number}" if dice.chance(0.6) else f"高雄市{name}"

    def _place_name(self, code: str, language: Language) -> str:
        place = self._reference.places[code]
        if language is not Language.ZH:
            return place.name_en
        return place.name if self._dice.chance(0.4) else place.name[:-1]

    def _amount(self, pay: int) -> str:
        if pay % 1000 == 0 and self._dice.chance(0.4):
            return f"{pay // 1000}K"
        return str(pay)

    def _licence_names(self, mask: int, trade: Trade, language: Language) -> tuple[str, ...]:
        """Licences worth a word in this trade."""
        return tuple(
            self._reference.licences[code][language]
            for code in _chosen(self._licences, mask)
            if code in trade.licences
        )

    def _codes(self, mask: np.int64, codes: tuple[str, ...]) -> str:
        return "|".join(_chosen(codes, int(mask))) or "none"

    def _asked(self, mask: np.int64, codes: tuple[str, ...], *, told: bool) -> str:
        """A requirement is always written down; that there is none often is not."""
        return self._codes(mask, codes) if mask or told else ""

    def _date(self, day: int) -> str:
        return (self._start + timedelta(days=int(day))).isoformat()


def _chosen(items: Sequence[T], mask: int) -> tuple[T, ...]:
    return tuple(item for at, item in enumerate(items) if mask >> at & 1)
