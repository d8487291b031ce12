"""The words of what a pair lacks and of what a change opens."""

import re
from dataclasses import replace
from datetime import date
from string import Formatter

import pytest

from matcher.entities import (
    Education,
    Employment,
    JobSeeker,
    Language,
    Pay,
    PayBasis,
    Shift,
    Vacancy,
)
from matcher.ranking.advice import (
    Failure,
    FailureCode,
    Verdict,
    failures,
    word_change,
    word_eligible,
    word_failure,
    word_opening,
    word_verdict,
)
from matcher.ranking.advice_sentences import (
    CHANGES,
    COUNTS,
    EDUCATIONS,
    EMPLOYMENTS,
    FAILURES,
    SHIFTS,
    VERDICTS,
)
from matcher.ranking.wording import VOICE_WORDS, Voice
from matcher.retrieval.changes import ChangeKind
from matcher.retrieval.criteria import Criterion
from tests.strategies import REFERENCE

TODAY = date(2026, 3, 16)
SEEKER = JobSeeker(
    id="S1",
    registered_on=TODAY,
    district="806",
    commute_km=10,
    shifts=Shift.NIGHT,
    employment=Employment.PART_TIME,
    pay_floor=36_000,
    education=Education.JUNIOR_HIGH,
    experience_years=1,
    licences=("car",),
    languages=("vi",),
)
VACANCY = Vacancy(
    id="V1",
    employer_id="E1",
    title="倉管",
    openings=2,
    posted_on=date(2026, 4, 1),
    place="842",
    pay=Pay(basis=PayBasis.MONTH, low=30_000, high=33_000),
    shifts=Shift.DAY | Shift.EVENING,
    employment=Employment.FULL_TIME,
    education=Education.BACHELOR,
    experience_years=2,
    licences=("car", "forklift", "crane"),
    languages=("zh", "vi"),
    closed_on=date(2026, 3, 15),
)
CHANGED = {
    ChangeKind.COMMUTE: 5,
    ChangeKind.DISTRICT: "806",
    ChangeKind.MONTHLY_PAY: 2_000,
    ChangeKind.HOURLY_PAY: 10,
    ChangeKind.SHIFT: Shift.DAY,
    ChangeKind.EMPLOYMENT: Employment.PART_TIME,
    ChangeKind.LICENCE: "forklift",
    ChangeKind.LANGUAGE: "en",
}


def every_failure() -> list[Failure]:
    def found(seeker: JobSeeker, vacancy: Vacancy, *criteria: Criterion) -> list[Failure]:
        told = failures(
            criteria or Criterion, seeker, vacancy,
            openings_left=0, today=TODAY, reference=REFERENCE,
        )  # fmt: skip
        return list(told)

    stays = replace(SEEKER, commute_km=None, districts_wanted=("806", "802"))
    expired = replace(VACANCY, closed_on=None, closes_on=date(2026, 3, 15))
    from_on = replace(VACANCY, pay=Pay(basis=PayBasis.MONTH, low=30_000))
    return [
        *found(SEEKER, VACANCY),
        *found(stays, VACANCY, Criterion.PLACE),
        *found(SEEKER, expired, Criterion.OPEN),
        *found(SEEKER, from_on, Criterion.PAY),
        *found(replace(SEEKER, experience_years=0), VACANCY, Criterion.EXPERIENCE),
    ]


def said(language: Language = Language.EN, voice: Voice = Voice.SEEKER) -> dict[FailureCode, str]:
    # Of a code with several sentences the first stands.
    return {
        failure.code: word_failure(failure, language=language, reference=REFERENCE, voice=voice)
        for failure in reversed(every_failure())
    }


def change(kind: ChangeKind, language: Language = Language.EN, voice: Voice = Voice.SEEKER) -> str:
    return word_change(kind, CHANGED[kind], language=language, reference=REFERENCE, voice=voice)


def test_every_text_is_written_in_all_five_languages() -> None:
    tables = (FAILURES, CHANGES, COUNTS, VERDICTS, SHIFTS, EMPLOYMENTS, EDUCATIONS)
    for zh, en, vi, id_, th in (texts for table in tables for texts in table.values()):
        assert re.search("[\u4e00-\u9fff]", zh)
        assert all((en, vi, id_))
        assert not re.search(
            "[\u0e00-\u0e7f\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]", en + vi + id_
        )
        assert re.search("[\u0e00-\u0e7f]", th)
        assert not re.search("[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]", th)


def test_a_sentence_has_the_same_facts_in_every_language() -> None:
    for key, columns in {**FAILURES, **CHANGES, **COUNTS, **VERDICTS}.items():
        facts = [
            sorted({name for _, name, _, _ in Formatter().parse(text) if name} - set(VOICE_WORDS))
            for text in columns
        ]
        assert all(names == facts[0] for names in facts), key


def test_every_code_kind_and_verdict_has_its_sentence() -> None:
    assert {key.split("/")[0] for key in FAILURES} == set(FailureCode)
    assert set(CHANGES) == set(ChangeKind)
    assert set(VERDICTS) == set(Verdict)
    assert (set(SHIFTS), set(EMPLOYMENTS)) == (set(Shift), set(Employment))
    assert set(EDUCATIONS) == set(Education) - {Education.ANY}
    assert {failure.code for failure in every_failure()} == set(FailureCode)


@pytest.mark.parametrize("voice", Voice)
@pytest.mark.parametrize("language", Language)
def test_everything_is_said_in_either_voice_without_a_word_of_another_language(
    language: Language, voice: Voice
) -> None:
    texts = [
        *(
            word_failure(failure, language=language, reference=REFERENCE, voice=voice)
            for failure in every_failure()
        ),
        *(word_opening(change(kind, language, voice), 14, language) for kind in ChangeKind),
        *(word_verdict(verdict, language=language, voice=voice) for verdict in Verdict),
        word_eligible(3, language=language, voice=voice),
    ]
    for text in texts:
        assert text == text.strip()
        assert not re.search(r"[{}]|  |None|nan", text)
        assert bool(re.search("[\u4e00-\u9fff]", text)) == (language is Language.ZH)


def test_both_sides_of_a_failed_criterion_are_said() -> None:
    assert said(Language.ZH) == {
        FailureCode.NOT_POSTED: "民國115年4月1日才開始徵才",
        FailureCode.CLOSED: "已於民國115年3月15日停止徵才",
        FailureCode.EXPIRED: "已截止：最後一天是民國115年3月15日",
        FailureCode.FULL: "已額滿：招募人數 2 人",
        FailureCode.TOO_FAR: "距離 34.7 公里；您登記的通勤範圍是 10 公里以內",
        FailureCode.OTHER_DISTRICT: "工作地點在旗山區；您登記的地區是前鎮區、苓雅區",
        FailureCode.WORK_TIME: "需要：日班或晚班；您登記的是夜班",
        FailureCode.EMPLOYMENT: "需要：全職；您登記的是兼職",
        FailureCode.PAY: "薪資每月最高 33,000 元；您登記的期望是至少 36,000 元",
        FailureCode.EDUCATION: "要求大學以上學歷；您登記的是國中",
        FailureCode.EXPERIENCE: "要求 2 年經驗；您登記的是 1 年",
        FailureCode.LICENCES: "需要：堆高機操作、固定式起重機操作；您的資料中尚未登記",
        FailureCode.LANGUAGES: "需要會說：國語；您的資料中尚未登記",
    }
    heard = said(Language.EN, Voice.COUNSELLOR)
    assert heard[FailureCode.WORK_TIME] == (
        "asks for day shift or evening shift; the candidate registered night shift"
    )
    assert heard[FailureCode.LICENCES] == (
        "asks for a forklift licence, a crane operator licence: not in the candidate's record"
    )


def test_a_lone_lower_figure_is_not_called_the_most_that_is_paid() -> None:
    pays = [f for f in every_failure() if f.code is FailureCode.PAY]
    texts = [word_failure(f, language=Language.EN, reference=REFERENCE) for f in pays]
    assert texts == [
        "pays up to NT$33,000 a month; you registered a wish of at least NT$36,000",
        "pays from NT$30,000 a month; you registered a wish of at least NT$36,000",
    ]


def test_a_way_just_too_long_is_not_rounded_to_the_limit() -> None:
    facts = {"km": 10.01, "limit": 10.0}
    text = word_failure(
        Failure(Criterion.PLACE, FailureCode.TOO_FAR, facts),
        language=Language.EN, reference=REFERENCE,
    )  # fmt: skip
    assert text == "10.1 km away; you registered a way of up to 10 km"


def test_a_change_is_said_with_what_it_opens() -> None:
    assert word_opening(change(ChangeKind.COMMUTE, Language.ZH), 14, Language.ZH) == (
        "通勤再遠 5 公里：多 14 個職缺"
    )
    assert word_opening(change(ChangeKind.LICENCE, Language.ZH), 1_031, Language.ZH) == (
        "取得證照「堆高機操作」：多 1,031 個職缺"
    )
    assert word_opening(change(ChangeKind.LICENCE), 1, Language.EN) == (
        "with a forklift licence: 1 more vacancy"
    )
    assert word_eligible(1, language=Language.EN) == "1 vacancy fits your record now"


def test_lower_pay_is_said_as_a_condition_and_never_as_advice() -> None:
    assert change(ChangeKind.MONTHLY_PAY, Language.ZH) == "若您的期望月薪降 2,000 元"
    assert change(ChangeKind.HOURLY_PAY, voice=Voice.COUNSELLOR) == (
        "if the candidate's wish were NT$10 an hour lower"
    )
