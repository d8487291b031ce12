"""Free text as people write it: put together from many small pieces, with slips of the pen."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np

from matcher.entities import Language
from matcher.simulation.trades import Words, table

T = TypeVar("T")

BUFFER = 1 << 14
SPARSE, EMPTY = 0.12, 0.05
STOP = {Language.ZH: "。", Language.TH: " "}
COMMA = {Language.ZH: ("，", "，", "、", " "), Language.TH: (" ", ", ")}
JOIN = {Language.ZH: "、", Language.TH: " "}


class Dice:
    """Cheap single draws from a NumPy generator."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng
        self._left: list[float] = []

    def roll(self) -> float:
        """A number from 0 to below 1."""
        if not self._left:
            self._left = self._rng.random(BUFFER).tolist()
        return self._left.pop()

    def chance(self, probability: float) -> bool:
        """True with the given probability."""
        return self.roll() < probability

    def pick(self, items: Sequence[T]) -> T:
        """One of the items."""
        return items[int(self.roll() * len(items))]

    def some(self, items: Sequence[T], most: int) -> list[T]:
        """Up to `most` different items, in the order given."""
        rest = list(range(len(items)))
        chosen = [rest.pop(int(self.roll() * len(rest))) for _ in range(min(most, len(items)))]
        return [items[at] for at in sorted(chosen)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a text may mention, already in its language; empty means there is nothing to say."""

    language: Language
    title: str
    words: Words
    duties: tuple[str, ...]
    industry: str
    years: float
    licences: tuple[str, ...]
    place: str
    pay: str
    extras: tuple[int, ...]
    past_title: str = ""
    hours: int = -1
    hourly: bool = False


class Scribe:
    """Writes the texts of seekers and vacancies."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.dice = Dice(rng)
        self._pieces: dict[str, Any] = table("phrases.toml")

    def of_seeker(self, facts: Facts) -> str:
        """A résumé in the person's own words, which may be one word or nothing."""
        dice = self.dice
        say = self._pieces[facts.language]["seeker"]
        style = dice.roll()
        if style < EMPTY:
            return ""
        if style < EMPTY + SPARSE:
            return self._slip(facts.language, facts.title, 0.1)
        full = style > 0.40
        parts = [self._career(say, facts)] if dice.chance(0.85) else []
        if dice.chance(0.92 if full else 0.75):
            parts.append(self._fill(say["skills"], facts, most=1 + full + (style > 0.75)))
        if facts.words.tools and full and dice.chance(0.35):
            parts.append(self._fill(say["tools"], facts))
        if facts.licences and dice.chance(0.55):
            parts.append(self._fill(say["licences"], facts))
        if facts.place and dice.chance(0.5 if full else 0.25):
            parts.append(self._fill(say["place"], facts))
        if facts.pay and dice.chance(0.25 if full else 0.1):
            parts.append(self._fill(say["pay"], facts))
        told = dice.some([w for w in facts.extras if dice.chance(0.7)], 3 if full else 1)
        parts += [dice.pick(say["wants"][want]) for want in told]
        if full:
            parts += dice.some(say["habits"], int(dice.roll() * 3))
        if len(parts) > 2 and dice.chance(0.3):
            at = 1 + int(dice.roll() * (len(parts) - 2))
            parts[at - 1], parts[at] = parts[at], parts[at - 1]
        if style > 0.87:
            tales = dice.some(say["rambling"], 2 + int(dice.roll() * 6))
            parts[1:1], parts[len(parts) :] = tales[:2], tales[2:]
        opener = dice.pick(say["openers"]) if dice.chance(0.35) else ""
        closer = dice.pick(say["closers"]) if dice.chance(0.3) else ""
        text = self._join(facts.language, opener, parts, closer)
        return self._slip(facts.language, text, 0.22)

    def of_vacancy(self, facts: Facts) -> str:
        """The work as an employer describes it."""
        dice = self.dice
        say = self._pieces[facts.language]["vacancy"]
        style = dice.roll()
        if style < 0.015:
            return ""
        full = style > 0.25
        parts = [self._fill(say["lead"], facts, most=3 + (style > 0.7) if full else 1)]
        if facts.words.tools and full and dice.chance(0.25):
            parts.append(self._fill(say["tools"], facts))
        if facts.licences and dice.chance(0.75):
            parts.append(self._fill(say["licences"], facts))
        if facts.years:
            parts.append(self._fill(say["wanted"], facts))
        elif dice.chance(0.35):
            parts.append(dice.pick(say["open"]))
        if facts.hours >= 0 and dice.chance(0.5 if full else 0.25):
            parts.append(dice.pick(say["hours"][facts.hours]))
        if facts.hourly and dice.chance(0.6):
            parts.append(self._fill(say["hourly"], facts))
        told = dice.some([b for b in facts.extras if dice.chance(0.7)], 3 if full else 1)
        parts += [dice.pick(say["benefits"][benefit]) for benefit in told]
        if full and dice.chance(0.4):
            parts += dice.some(say["habits"], 2)
        if style > 0.85:
            parts += dice.some(say["rambling"], 1 + int(dice.roll() * 4))
        opener = self._fill(say["openers"], facts) if dice.chance(0.45) else ""
        closer = dice.pick(say["closers"]) if dice.chance(0.4) else ""
        text = self._join(facts.language, opener, parts, closer)
        return self._slip(facts.language, text, 0.08)

    def _career(self, say: dict[str, Any], facts: Facts) -> str:
        if facts.past_title:
            return self._fill(say["change"], facts, title=facts.past_title)
        return self._fill(say["past" if facts.years else "novice"], facts)

    def _fill(
        self, patterns: Sequence[str], facts: Facts, *, most: int = 1, title: str = ""
    ) -> str:
        dice, join = self.dice, JOIN.get(facts.language, ", ")
        duties = dice.some(facts.duties, most)
        return dice.pick(patterns).format(
            title=title or facts.title,
            duties=join.join(duties),
            numbered=" ".join(
                f"{at}.{duty}" if at > 1 else duty for at, duty in enumerate(duties, 1)
            ),
            tools=join.join(dice.some(facts.words.tools, 1 + dice.chance(0.4))),
            years=f"{facts.years:g}",
            industry=facts.industry,
            licences=join.join(dice.some(facts.licences, 2)),
            place=facts.place,
            pay=facts.pay,
        )

    def _join(self, language: Language, opener: str, parts: Sequence[str], closer: str) -> str:
        """Run the pieces together as one person would: always commas, or blanks, or sentences."""
        comma = self.dice.pick(COMMA.get(language, (", ", ", ", ". ", "; ")))
        stop = STOP.get(language, ". ")
        text = opener + ("" if language is Language.ZH or not opener else " ")
        for at, part in enumerate(parts):
            last = at == len(parts) - 1
            text += part + ("" if last else stop if self.dice.chance(0.2) else comma)
        if closer:
            text += stop + closer
        return text.strip()

    def _slip(self, language: Language, text: str, share: float) -> str:
        """Let some writers mistype, swap characters or leave the marks off their letters."""
        dice = self.dice
        if not dice.chance(share):
            return text
        if language is Language.VI and dice.chance(0.6):
            plain = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
            return "".join(c for c in plain if not unicodedata.combining(c))
        slips = [pair for pair in self._pieces["slips"][language] if pair[0] in text]
        for meant, written in dice.some(slips, 2):
            text = text.replace(meant, written, 1)
        return text
