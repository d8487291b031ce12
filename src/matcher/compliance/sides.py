"""What stands on either side of a word in its clause, and whether a cue touches the word."""

from __future__ import annotations

import re
from dataclasses import dataclass

from matcher.features.lexicon import LATIN, Lexicon, Mention, clause

REACH, REACH_IN_LETTERS = 4, 14
"""Characters that may stand between a word and its cue, in Chinese and in scripts of letters."""

_LETTER = re.compile(f"[{LATIN}\u0e00-\u0e7f]")


@dataclass(frozen=True, slots=True)
class Sides:
    """The clause before and after a mention; positions that are given count in the whole text."""

    mention: Mention
    before: str
    after: str
    reach: int

    def touched(self, before: str, after: str, lexicon: Lexicon) -> tuple[int, int] | None:
        """Start and end of the mention with the cue of either kind that stands beside it."""
        behind = next(lexicon.terms(after).find(self.after), None)
        if behind and behind.start <= self.reach:
            return self.mention.start, self.mention.end + behind.end
        start = None
        for cue in lexicon.terms(before).find(self.before):
            if len(self.before) - cue.end <= self.reach:
                start = self.mention.start - len(self.before) + cue.start
        return None if start is None else (start, self.mention.end)

    def follows(self, kind: str, lexicon: Lexicon) -> bool:
        """Whether the mention stands right behind a term of `kind`."""
        end = len(self.before.rstrip())
        return any(term.end == end for term in lexicon.terms(kind).find(self.before))

    def holds(self, kind: str, lexicon: Lexicon) -> bool:
        """Whether a term of `kind` stands anywhere in the clause."""
        terms = lexicon.terms(kind)
        return any(next(terms.find(side), None) for side in (self.before, self.after))


def sides(text: str, mention: Mention) -> Sides:
    """The sides of a mention in plain text; a single blank right beside it is no pause."""
    before, after = clause(text, mention)
    if not before and text[mention.start - 1 : mention.start] == " ":
        at = mention.start - 1
        before = clause(text, Mention("", at, at))[0] + " "
    if not after and text[mention.end : mention.end + 1] == " ":
        after = " " + clause(text, Mention("", mention.end + 1, mention.end + 1))[1]
    first = text[mention.start : mention.start + 1]
    return Sides(mention, before, after, REACH_IN_LETTERS if _LETTER.match(first) else REACH)
