"""Lists as plain values with words in one language, ready for JSON or a terminal.

What is not named here does not leave the service: a candidate's name and résumé are not.
"""

from __future__ import annotations

from datetime import date

from matcher.calendar_roc import roc_text
from matcher.entities import JobSeeker, Language, Pay, PayBasis, Vacancy
from matcher.pipeline import Candidate
from matcher.ranking.wording import ReasonCode, Voice, word, word_unknown
from matcher.reference import Reference
from matcher.service.lines import Line
from matcher.service.rate_views import View as View
from matcher.service.rate_views import origin_view as origin_view
from matcher.service.rate_views import rate_view
from matcher.service.slates import Slate
from matcher.service.view_words import (
    AT_LEAST,
    AT_MOST,
    BASELINE,
    CHANCES,
    CROWD,
    FEWER_THAN_ONE,
    NO_FIGURE,
    PAID,
    SHARED,
    TO_BE_CHECKED,
    TRAINED,
)

CLAIMED = 40_000
"""NT$ a month that an employer who discloses no pay claims, by law (就業服務法 section 5)."""


def slate_view(
    slate: Slate, *, language: Language, reference: Reference, voice: Voice = Voice.SEEKER
) -> View:
    """A list with all that tells how it came about; words in `language`.

    `voice` is whom a list of vacancies addresses; one of people is for counsellors.
    """
    return {
        "impression_id": slate.impression_id,
        "made_at": slate.made_at.isoformat(timespec="seconds"),
        "language": language.value,
        "eligible": slate.eligible,
        "lines": [_line_view(line, language, reference, voice) for line in slate.lines],
        "versions": {
            "index_generation": slate.index_generation,
            "change_seq": slate.change_seq,
            "encoder": slate.encoder,
            "ranker": slate.ranker,
            "plan": slate.plan,
        },
        "ranking": {
            "trained": slate.trained,
            "text": (TRAINED if slate.trained else BASELINE)[language],
            "shared": slate.plan and SHARED[language],
            "exploration": slate.exploration,
            "swapped": None if slate.swap is None else list(slate.swap),
        },
        "rates": [rate_view(rate) for rate in slate.rates],
        **origin_view(slate.simulated, language),
    }


def pay_text(pay: Pay, *, language: Language, reference: Reference) -> str:
    """Pay as a sentence: the employer's own figures, and whether they are to be checked."""
    if pay.disclosed is False and pay.basis in (None, PayBasis.MONTH):
        claimed = {"claimed": CLAIMED}
        return word(ReasonCode.PAY_UNDISCLOSED, claimed, language=language, reference=reference)
    if pay.low is None and pay.high is None:
        return NO_FIGURE[language]
    figures = dict.fromkeys(f"{figure:,}" for figure in (pay.low, pay.high) if figure is not None)
    text = PAID[pay.basis][language].format("–".join(figures))
    if pay.high is None:
        text = AT_LEAST[language].format(text)
    elif pay.low is None:
        text = AT_MOST[language].format(text)
    return TO_BE_CHECKED[language].format(text) if pay.flag else text


def _line_view(line: Line, language: Language, reference: Reference, voice: Voice) -> View:
    if line.vacancy is not None:
        record = _vacancy_view(line.vacancy, line, language, reference)
        return _candidate_view(line.candidate, language, reference, voice) | record
    if line.seeker is not None:
        record = _seeker_view(line.seeker, language, reference)
        return _candidate_view(line.candidate, language, reference, Voice.COUNSELLOR) | record
    raise ValueError("a line without a record")


def _candidate_view(
    candidate: Candidate, language: Language, reference: Reference, voice: Voice
) -> View:
    return {
        "rank": candidate.rank,
        "id": candidate.id,
        "score": candidate.score,
        "similarity": candidate.similarity,
        "chances": _chances_view(candidate, language),
        "reasons": [
            {
                "code": reason.code.value,
                "text": word(
                    reason.code,
                    reason.params,
                    language=language,
                    reference=reference,
                    voice=voice,
                ),
                "speaks_for": reason.speaks_for,
                "points": round(reason.points, 4),
            }
            for reason in candidate.reasons
        ],
        "unknown": [
            {"criterion": criterion.value, "text": word_unknown(criterion, language)}
            for criterion in candidate.unknown
        ],
    }


def _chances_view(candidate: Candidate, language: Language) -> View | None:
    if candidate.hired is None:
        return None
    count = _of_hundred(candidate.hired, language)
    return {
        "hired": candidate.hired,
        "interviewed": candidate.interviewed,
        "text": CHANCES[language].format(count=count),
    }


def _of_hundred(probability: float, language: Language) -> str:
    """How many of a hundred, said no finer than it is known."""
    return FEWER_THAN_ONE[language] if probability < 0.005 else str(round(100 * probability))


def _vacancy_view(vacancy: Vacancy, line: Line, language: Language, reference: Reference) -> View:
    pay, employer = vacancy.pay, line.employer
    return {
        "title": vacancy.title,
        "employer": employer and {"id": employer.id, "name": employer.name},
        "occupation": _occupation_view(vacancy.occupation, reference),
        "place": _place_view(vacancy.place, language, reference),
        "address": vacancy.address,
        "pay": {
            "basis": pay.basis and pay.basis.value,
            "low": pay.low,
            "high": pay.high,
            "disclosed": pay.disclosed,
            "flag": pay.flag and pay.flag.value,
            "text": pay_text(pay, language=language, reference=reference),
        },
        "openings_left": line.openings_left,
        "crowd": _crowd_view(line, language),
        "posted_on": vacancy.posted_on.isoformat(),
        "closes_on": _iso(vacancy.closes_on),
        "closes_on_roc": vacancy.closes_on and roc_text(vacancy.closes_on),
        "url": vacancy.url,
    }


def _crowd_view(line: Line, language: Language) -> View | None:
    """How many people see this vacancy in their lists; None where lists are made by themselves."""
    candidate = line.candidate
    if candidate.shown_to is None:
        return None
    words = CROWD[language].format(people=candidate.shown_to, openings=line.openings_left)
    return {"shown_to": candidate.shown_to, "free": candidate.free, "text": words}


def _seeker_view(seeker: JobSeeker, language: Language, reference: Reference) -> View:
    return {
        "title": seeker.title,
        "occupation": _occupation_view(seeker.occupation, reference),
        "district": _place_view(seeker.district, language, reference),
        "education": None if seeker.education is None else seeker.education.name.lower(),
        "experience_years": seeker.experience_years,
        "licences": None
        if seeker.licences is None
        else [
            {"code": code, "name": reference.licences.get(code, {}).get(language, code)}
            for code in seeker.licences
        ],
    }


def _occupation_view(code: str | None, reference: Reference) -> View | None:
    return None if code is None else {"code": code, "name": reference.occupations.get(code)}


def _place_view(code: str | None, language: Language, reference: Reference) -> View | None:
    if code is None:
        return None
    place = reference.places[code]
    return {"code": code, "name": place.name if language is Language.ZH else place.name_en}


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
