"""Says reasons, criteria and unknowns in the five languages, to a seeker or to a counsellor."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from matcher.entities import Language, PayBasis
from matcher.ranking.sentences import CRITERIA, SENTENCES, UNKNOWNS
from matcher.reference import Reference

Params = Mapping[str, float | str]


class ReasonCode(StrEnum):
    """What can speak for or against a pair; behind each code, the params its sentence needs."""

    SIMILAR_TEXT = "similar_text"  # level: "high" or "medium"
    OCCUPATION_SAME = "occupation_same"
    OCCUPATION_NEAR = "occupation_near"
    LICENCE_HELD = "licence_held"  # licence: a code
    LICENCE_MENTIONED = "licence_mentioned"  # licence
    LICENCE_LACKING = "licence_lacking"  # licence
    NEAR = "near"  # km
    SAME_DISTRICT = "same_district"
    FAR = "far"  # km
    PAY_ABOVE = "pay_above"  # amount in NT$, basis: a PayBasis
    PAY_MEETS = "pay_meets"
    PAY_BELOW = "pay_below"  # amount, basis
    PAY_UNDISCLOSED = "pay_undisclosed"  # claimed in NT$ a month, only where it is claimed
    SHIFT_FITS = "shift_fits"
    SHIFT_DIFFERS = "shift_differs"
    EDUCATION_MET = "education_met"
    EDUCATION_BELOW = "education_below"
    EXPERIENCE_MET = "experience_met"  # years; 0: none is asked for
    EXPERIENCE_SHORT = "experience_short"  # years
    LANGUAGE_SPOKEN = "language_spoken"  # language: a code
    NEW_VACANCY = "new_vacancy"  # days since it was posted
    MANY_OPENINGS = "many_openings"  # openings
    EMPLOYER_HIRES = "employer_hires"  # percent of those sent there who were hired


class Voice(StrEnum):
    """Whom a sentence addresses: the seeker, or a counsellor about a candidate."""

    SEEKER = "seeker"
    COUNSELLOR = "counsellor"


def word(
    code: ReasonCode,
    params: Params,
    *,
    language: Language,
    reference: Reference,
    voice: Voice = Voice.SEEKER,
) -> str:
    """The sentence of a reason; `params` are those named behind each code in `ReasonCode`.

    Raises KeyError where a param is missing or its code is not in `reference`.
    """
    words = dict(zip(VOICE_WORDS, VOICES[voice][language], strict=True))
    words |= {name: shown_param(name, value, language, reference) for name, value in params.items()}
    return in_language(language, SENTENCES[_sentence(code, params)]).format_map(words)


def word_criterion(criterion: str, language: Language) -> str:
    """The name of a hard criterion; raises KeyError for one that does not exist."""
    return in_language(language, CRITERIA[criterion])


def word_unknown(criterion: str, language: Language) -> str:
    """What could not be told about a criterion; raises KeyError for one that does not exist."""
    return in_language(language, UNKNOWNS[criterion])


def in_language(language: Language, texts: tuple[str, ...]) -> str:
    """The text of that language out of a row of the tables."""
    return texts[_COLUMNS[language]]


def _sentence(code: ReasonCode, params: Params) -> str:
    """Key of the sentence: some codes have one of their own for a special case."""
    match code:
        case ReasonCode.SIMILAR_TEXT:
            return f"{code}/{params['level']}"
        case ReasonCode.PAY_UNDISCLOSED if params.get("claimed"):
            return f"{code}/claimed"
        case ReasonCode.EXPERIENCE_MET if float(params["years"]) <= 0:
            return f"{code}/none"
        case ReasonCode.NEW_VACANCY if float(params["days"]) < 2:
            return f"{code}/{'today' if float(params['days']) < 1 else 'yesterday'}"
        case _:
            return code


def shown_param(name: str, value: float | str, language: Language, reference: Reference) -> str:
    """One param as it stands in the sentence."""
    match name:
        case "licence":
            return _with_article(reference.licences[str(value)][language], language)
        case "language":
            return reference.languages[str(value)][language]
        case "basis":
            return in_language(language, _BASES[PayBasis(str(value))])
        case "km":
            return _distance(float(value), language)
        case "years":
            unit = "year" if float(value) == 1 else "years"
            return f"{float(value):.3g} {in_language(language, ('年', unit, 'năm', 'tahun', 'ปี'))}"
        case _:
            return value if isinstance(value, str) else f"{round(value):,}"


def _with_article(name: str, language: Language) -> str:
    if language != Language.EN:
        return name
    return f"an {name}" if name[0] in "aeiou" else f"a {name}"


def _distance(km: float, language: Language) -> str:
    if km < 1:
        return in_language(language, _UNDER_ONE_KM)
    rounded = f"{km:.1f}".removesuffix(".0") if round(km, 1) < 10 else f"{km:,.0f}"
    return f"{rounded} {in_language(language, KM)}"


_COLUMNS = {language: column for column, language in enumerate(Language)}
"""Column of each language in every table."""

VOICE_WORDS = ("you", "your", "have")
VOICES = {
    Voice.SEEKER: {
        Language.ZH: ("您", "您的", "具備"),
        Language.EN: ("you", "your", "have"),
        Language.VI: ("bạn", "của bạn", "có"),
        Language.ID: ("Anda", "Anda", "memiliki"),
        Language.TH: ("คุณ", "ของคุณ", "มี"),
    },
    Voice.COUNSELLOR: {
        Language.ZH: ("求職者", "求職者的", "具備"),
        Language.EN: ("the candidate", "the candidate's", "has"),
        Language.VI: ("ứng viên", "của ứng viên", "có"),
        Language.ID: ("kandidat", "kandidat", "memiliki"),
        Language.TH: ("ผู้หางาน", "ของผู้หางาน", "มี"),
    },
}
_BASES = {
    PayBasis.MONTH: ("每月", "a month", "mỗi tháng", "per bulan", "ต่อเดือน"),
    PayBasis.DAY: ("每日", "a day", "mỗi ngày", "per hari", "ต่อวัน"),
    PayBasis.HOUR: ("每小時", "an hour", "mỗi giờ", "per jam", "ต่อชั่วโมง"),
    PayBasis.PIECE: ("每件", "a piece", "mỗi sản phẩm", "per satuan", "ต่อชิ้น"),
}
KM = ("公里", "km", "km", "km", "กม.")
_UNDER_ONE_KM = ("不到 1 公里", "under 1 km", "dưới 1 km", "kurang dari 1 km", "ไม่ถึง 1 กม.")
