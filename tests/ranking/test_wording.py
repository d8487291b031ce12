"""The words of reasons, criteria and unknowns."""

import re
from pathlib import Path
from string import Formatter

import pytest

from matcher.entities import Language
from matcher.ranking.sentences import CRITERIA, SENTENCES, UNKNOWNS
from matcher.ranking.wording import (
    VOICE_WORDS,
    ReasonCode,
    Voice,
    word,
    word_criterion,
    word_unknown,
)
from matcher.reference import Reference

REFERENCE = Reference.load(Path(__file__).parents[2] / "data" / "reference")
PARAMS: dict[ReasonCode, dict[str, float | str]] = {
    ReasonCode.SIMILAR_TEXT: {"level": "high"},
    ReasonCode.LICENCE_HELD: {"licence": "forklift"},
    ReasonCode.LICENCE_MENTIONED: {"licence": "forklift"},
    ReasonCode.LICENCE_LACKING: {"licence": "electrician"},
    ReasonCode.NEAR: {"km": 3.0},
    ReasonCode.FAR: {"km": 23.4},
    ReasonCode.PAY_ABOVE: {"amount": 2000, "basis": "month"},
    ReasonCode.PAY_BELOW: {"amount": 1500, "basis": "hour"},
    ReasonCode.EXPERIENCE_MET: {"years": 2},
    ReasonCode.EXPERIENCE_SHORT: {"years": 1.5},
    ReasonCode.LANGUAGE_SPOKEN: {"language": "vi"},
    ReasonCode.NEW_VACANCY: {"days": 3},
    ReasonCode.MANY_OPENINGS: {"openings": 1200},
    ReasonCode.EMPLOYER_HIRES: {"percent": 31.4},
}


def say(code: ReasonCode, language: Language = Language.EN, **params: float | str) -> str:
    return word(code, params or PARAMS.get(code, {}), language=language, reference=REFERENCE)


@pytest.mark.parametrize("texts", [SENTENCES, CRITERIA, UNKNOWNS], ids=["reasons", "names", "not"])
def test_every_text_is_written_in_all_five_languages(texts: dict[str, tuple[str, ...]]) -> None:
    for key, columns in texts.items():
        assert len(columns) == len(Language), key
        assert all(columns), key
        assert len(set(columns)) == len(Language), key


def test_a_sentence_has_the_same_facts_in_every_language() -> None:
    for key, columns in SENTENCES.items():
        facts = [
            sorted({name for _, name, _, _ in Formatter().parse(text) if name} - set(VOICE_WORDS))
            for text in columns
        ]
        assert all(names == facts[0] for names in facts), key


@pytest.mark.parametrize("voice", Voice)
@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("code", ReasonCode)
def test_every_reason_is_said_in_either_voice(
    code: ReasonCode, language: Language, voice: Voice
) -> None:
    said = word(code, PARAMS.get(code, {}), language=language, reference=REFERENCE, voice=voice)
    assert said == said.strip()
    assert not re.search(r"[{}]|  |None|nan", said)


def test_latin_columns_hold_no_chinese_and_thai_columns_hold_thai() -> None:
    for texts in (SENTENCES, CRITERIA, UNKNOWNS):
        for zh, en, vi, id_, th in texts.values():
            assert re.search("[\u4e00-\u9fff]", zh)
            assert not re.search("[\u0e00-\u0e7f\u4e00-\u9fff]", en + vi + id_)
            assert re.search("[\u0e00-\u0e7f]", th)


def test_a_seeker_and_a_counsellor_hear_different_words() -> None:
    code, params = ReasonCode.LICENCE_HELD, {"licence": "forklift"}
    said = {
        voice: word(code, params, language=Language.EN, reference=REFERENCE, voice=voice)
        for voice in Voice
    }
    assert said[Voice.SEEKER] == "asks for a forklift licence: you have it"
    assert said[Voice.COUNSELLOR] == "asks for a forklift licence: the candidate has it"


def test_a_vowel_takes_the_article_an() -> None:
    assert say(ReasonCode.LICENCE_LACKING).startswith("asks for an electrician certificate")


@pytest.mark.parametrize(
    ("km", "said"),
    [
        (0.4, "under 1 km away"),
        (1.0, "1 km away"),
        (3.04, "3 km away"),
        (3.4, "3.4 km away"),
        (9.96, "10 km away"),
        (23.4, "23 km away"),
    ],
)
def test_distances_are_rounded_as_people_say_them(km: float, said: str) -> None:
    assert say(ReasonCode.NEAR, km=km) == said


def test_amounts_carry_separators_and_their_basis() -> None:
    assert say(ReasonCode.PAY_ABOVE) == "pay up to NT$2,000 a month above your wish"
    assert say(ReasonCode.PAY_ABOVE, Language.ZH) == "薪資每月最多比您的期望高 2,000 元"
    assert say(ReasonCode.MANY_OPENINGS) == "1,200 openings"


def test_undisclosed_pay_names_a_figure_only_where_the_employer_claims_one() -> None:
    assert say(ReasonCode.PAY_UNDISCLOSED) == "pay not disclosed"
    assert say(ReasonCode.PAY_UNDISCLOSED, claimed=40_000) == (
        "pay not disclosed; the employer claims at least NT$40,000 a month"
    )


def test_special_cases_have_sentences_of_their_own() -> None:
    assert say(ReasonCode.NEW_VACANCY, days=0) == "new: posted today"
    assert say(ReasonCode.NEW_VACANCY, days=1) == "new: posted yesterday"
    assert say(ReasonCode.NEW_VACANCY, days=3) == "new: posted 3 days ago"
    assert say(ReasonCode.EXPERIENCE_MET, years=0) == "no experience needed"
    assert say(ReasonCode.EXPERIENCE_MET, years=1) == "asks for 1 year of experience: you have that"
    assert say(ReasonCode.SIMILAR_TEXT, level="medium") != say(ReasonCode.SIMILAR_TEXT)


def test_criteria_and_unknowns_are_named() -> None:
    assert word_criterion("pay", Language.EN) == "Pay floor"
    assert word_unknown("work_time", Language.EN) == "work time not stated"
    assert word_unknown("place", Language.ZH) == "是否在通勤範圍內不明"
    assert set(CRITERIA) == set(UNKNOWNS)
