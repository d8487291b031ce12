"""Advice as plain values with words in one language, ready for JSON or a terminal."""

from __future__ import annotations

from matcher.entities import Employment, Language, Shift
from matcher.ranking.advice import (
    word_change,
    word_eligible,
    word_failure,
    word_opening,
    word_verdict,
)
from matcher.ranking.wording import Voice, word_criterion, word_unknown
from matcher.reference import Reference
from matcher.retrieval.changes import Change, ChangeKind
from matcher.service.advice import Changes, WhyNot
from matcher.service.views import View, origin_view


def why_not_view(
    why: WhyNot, *, language: Language, reference: Reference, voice: Voice = Voice.SEEKER
) -> View:
    """What a pair lacks and what would open it; words in `language`, said to `voice`."""
    return {
        "seeker_id": why.seeker_id,
        "vacancy_id": why.vacancy.id,
        "title": why.vacancy.title,
        "language": language.value,
        "open": why.open,
        "eligible": why.eligible,
        "text": word_verdict(why.verdict, language=language, voice=voice),
        "failed": [
            {
                "criterion": failure.criterion,
                "name": word_criterion(failure.criterion, language),
                "code": failure.code.value,
                "text": word_failure(failure, language=language, reference=reference, voice=voice),
            }
            for failure in why.failures
        ],
        "unknown": [
            {"criterion": criterion.value, "text": word_unknown(criterion, language)}
            for criterion in why.unknown
        ],
        "changes": None
        if why.changes is None
        else [_change_view(change, language, reference, voice) for change in why.changes],
        **origin_view(why.simulated, language),
    }


def changes_view(
    found: Changes, *, language: Language, reference: Reference, voice: Voice = Voice.SEEKER
) -> View:
    """What a person is eligible for and what would open more; words in `language`."""
    openings: list[View] = []
    for opening in found.openings:
        view = _change_view(opening.change, language, reference, voice)
        text = word_opening(str(view["text"]), opening.opens, language)
        openings.append(view | {"opens": opening.opens, "text": text})
    return {
        "seeker_id": found.seeker_id,
        "language": language.value,
        "eligible": found.eligible,
        "text": word_eligible(found.eligible, language=language, voice=voice),
        "changes": openings,
        "index_generation": found.index_generation,
        "change_seq": found.change_seq,
        **origin_view(found.simulated, language),
    }


def _change_view(change: Change, language: Language, reference: Reference, voice: Voice) -> View:
    kind, value = change.kind, change.value
    text = word_change(kind, value, language=language, reference=reference, voice=voice)
    return {"kind": kind.value, "value": _plain(change), "text": text}


def _plain(change: Change) -> int | str:
    """The value as the interface writes it: work times and employment by name, not by bit."""
    match change.kind:
        case ChangeKind.SHIFT:
            return str(Shift(int(change.value)).name).lower()
        case ChangeKind.EMPLOYMENT:
            return str(Employment(int(change.value)).name).lower()
        case _:
            return change.value
