"""The words that free text is read by, in five languages, and whether a word is meant or denied."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, Self

LATIN = "0-9a-z\u00c0-\u024f\u0300-\u036f\u1e00-\u1eff"
"""Inside of a character class: what a Latin word is made of, Vietnamese included, lower case."""

DECOY = "-"
"""Code of longer words that merely contain a term, such as 設備保全 (upkeep) and 保全 (guard)."""

_UNSPACED = "\u0e00-\u0e7f\u3400-\u9fff"
# Thai and Chinese write no spaces between words, so that a space there is a pause.
_CLAUSE_END = re.compile(rf"[.,;!?。\n()]| - |(?<=[{_UNSPACED}]) (?=[{_UNSPACED}])")
_SPACE = re.compile(r"\s+")
_REACH = 60
_PARTICLES = " 我都也就的"


class Mention(NamedTuple):
    """A term found at `text[start:end]` and the code it stands for."""

    code: str
    start: int
    end: int


def _word_start(first: str) -> str:
    """What must hold behind the first character of a term: a Latin word begins with it."""
    return f"(?<![{LATIN}]{first})" if re.match(f"[{LATIN}]", first) else ""


@dataclass(frozen=True)
class Terms:
    """Terms of one kind, as branches of one pattern, and the codes each term stands for."""

    branches: tuple[str, ...]
    codes: Mapping[str, tuple[str, ...]]

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Whatever term stands first; compiled when it is first asked for, which takes a while."""
        return re.compile("|".join(self.branches) or "(?!)")

    @classmethod
    def of(cls, pairs: Iterable[tuple[str, str]], *, unless_before: str = "") -> Self:
        """Of (term, code) pairs, longest term first; Latin terms match whole words only.

        `unless_before` is a pattern that must not follow a term written without spaces.
        """
        codes: dict[str, tuple[str, ...]] = defaultdict(tuple)
        for term, code in pairs:
            codes[term] += (code,)
        not_followed = f"(?!{unless_before})" if unless_before else ""
        by_first: dict[str, list[str]] = defaultdict(list)
        for term in sorted(codes, key=len, reverse=True):
            word_end = f"(?![{LATIN}])" if re.search(f"[{LATIN}]$", term) else not_followed
            by_first[term[0]].append(re.escape(term[1:]) + word_end)
        # Every branch begins with a literal character, so that the search skips all others.
        branches = tuple(
            f"{re.escape(first)}{_word_start(first)}(?:{'|'.join(rests)})"
            for first, rests in by_first.items()
        )
        return cls(branches, dict(codes))

    def find(self, text: str) -> Iterator[Mention]:
        """Every mention in plain text, from left to right; decoys are passed over."""
        for match in self.pattern.finditer(text):
            for code in self.codes[match.group()]:
                if code != DECOY:
                    yield Mention(code, match.start(), match.end())


_NO_TERMS = Terms.of(())


@dataclass(frozen=True, slots=True, eq=False)
class Lexicon:
    """The table of terms, compiled by kind. `variants` maps a character to the one terms use.

    `names` are the common Chinese names of occupations by code: the first term of each. `work`
    holds such names by language.
    """

    kinds: Mapping[str, Terms]
    variants: Mapping[int, str]
    names: Mapping[str, str]
    work: Mapping[str, tuple[str, ...]]

    @classmethod
    def of(cls, rows: Iterable[Mapping[str, str]]) -> Self:
        """Build it from rows with the columns kind, code, language and term."""
        rows = list(rows)
        variants = {ord("’"): "'"}
        variants |= {ord(r["term"]): r["code"] for r in rows if r["kind"] == "variant"}
        pairs: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for row in rows:
            if row["kind"] != "variant":
                pairs[row["kind"]].append((plain(row["term"], variants), row["code"]))
        work: dict[str, dict[str, str]] = defaultdict(dict)
        for row in rows:
            if row["kind"] == "occupation" and row["code"] != DECOY:
                work[row["language"]].setdefault(row["code"], row["term"])
        return cls(
            names=dict(work["zh"]),
            work={language: tuple(first.values()) for language, first in work.items()},
            kinds={kind: Terms.of(dict.fromkeys(found)) for kind, found in pairs.items()},
            variants=variants,
        )

    def terms(self, kind: str) -> Terms:
        """The terms of `kind`; none where the table has none."""
        return self.kinds.get(kind, _NO_TERMS)

    def plain(self, text: str) -> str:
        """`text` in the form that terms are written in."""
        return plain(text, self.variants)

    def find(self, kind: str, text: str) -> Iterator[Mention]:
        """Mentions of `kind` in plain text that are meant: those denied are left out."""
        for mention in self.terms(kind).find(text):
            if not self.denied(text, mention):
                yield mention

    def codes(self, kind: str, text: str) -> tuple[str, ...]:
        """Codes of `kind` that plain text speaks of and does not deny, in order, each once."""
        return tuple(dict.fromkeys(mention.code for mention in self.find(kind, text)))

    def denied(self, text: str, mention: Mention) -> bool:
        """Whether the clause takes the mention back: the nearest cue in front of it decides."""
        before, after = clause(text, mention)
        afterthought = after.lstrip(_PARTICLES)
        refusal = self.terms("negation_after").pattern.match(afterthought)
        if refusal and not afterthought[refusal.end() :].strip():
            return True
        touching = self.terms("negation_touching").pattern.match(before[-1:])
        return touching is not None or self.last("negation", before) == "no"

    def last(self, kind: str, text: str) -> str | None:
        """Code of the last mention of `kind`."""
        code = None
        for mention in self.terms(kind).find(text):
            code = mention.code
        return code


def plain(text: str, variants: Mapping[int, str]) -> str:
    """Text in one form: half width, lower case, traditional characters, single spaces."""
    text = unicodedata.normalize("NFKC", text).lower().translate(variants)
    return _SPACE.sub(lambda run: "\n" if "\n" in run.group() else " ", text).strip()


def clause(text: str, mention: Mention) -> tuple[str, str]:
    """What stands before and after a mention in its clause, up to 60 characters each."""
    # One character of the mention on either side shows whether a space there is a pause.
    before = text[max(0, mention.start - _REACH) : mention.start + 1]
    after = text[max(0, mention.end - 1) : mention.end + _REACH]
    return _CLAUSE_END.split(before)[-1][:-1], _CLAUSE_END.split(after, maxsplit=1)[0][1:]
