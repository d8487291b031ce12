"""Findings cite the law in five languages; a criterion that asks for a ground is refused."""

from __future__ import annotations

from dataclasses import replace

import pytest

from matcher.compliance.findings import GROUNDS, RULES, Act, Code, Severity
from matcher.compliance.sentences import MESSAGES, NAMES, citation, message, suggestion
from matcher.compliance.suggestions import SUGGESTIONS
from matcher.entities import Language, Vacancy
from matcher.errors import InvalidInputError
from matcher.intake.pay import stated
from tests.compliance.tables import LINTER
from tests.strategies import TODAY

VACANCY = Vacancy(
    id="V-1",
    employer_id="E-1",
    title="門市人員（限女）",
    text="年齡35歲以下，未婚佳。到職須繳保證金。",
    openings=1,
    posted_on=TODAY,
    pay=stated(None, 40_000, None),
)


def test_findings_come_in_the_order_of_the_text():
    found = [(one.field, one.code, one.words) for one in LINTER.findings(VACANCY, TODAY)]
    assert found == [
        ("title", "sex", "（限女）"),
        ("text", "age", "年齡35歲以下"),
        ("text", "marriage", "未婚佳"),
        ("text", "deposit", "繳保證金"),
    ]


def test_a_sound_vacancy_has_no_findings():
    sound = replace(VACANCY, title="門市人員", text="女裝門市，男女不拘，無經驗可")
    assert LINTER.findings(sound, TODAY) == ()


@pytest.mark.parametrize("language", list(Language))
def test_every_rule_is_said_in_every_language(language: Language):
    for code in Code:
        for severity in Severity:
            said = message(code, severity, language)
            assert said.strip()
            assert "{" not in said
        assert suggestion(code, language)
        assert str(RULES[code].section) in citation(RULES[code], language)


def test_no_sentence_is_the_same_in_two_languages():
    for rows in (NAMES, MESSAGES, SUGGESTIONS):
        for code, row in rows.items():
            assert len(set(row)) == len(Language), code


def test_every_code_has_a_rule_and_a_sentence():
    assert set(RULES) == set(SUGGESTIONS) == set(Code)
    assert set(NAMES) == set(GROUNDS)
    assert set(MESSAGES) == set(Code) - set(GROUNDS)
    assert len(GROUNDS) == 18


def test_a_citation_names_act_section_paragraph_and_number():
    assert citation(RULES[Code.SEX], Language.ZH) == "就業服務法第5條第1項"
    assert citation(RULES[Code.DOCUMENTS], Language.ZH) == "就業服務法第5條第2項第2款"
    assert citation(RULES[Code.PAY_BELOW_MINIMUM], Language.ZH) == "最低工資法第5條"
    assert RULES[Code.PAY_BELOW_MINIMUM].act is Act.MINIMUM_WAGE
    assert (
        citation(RULES[Code.PAY_WITHHELD], Language.EN)
        == "Employment Service Act, section 5, paragraph 2, number 6"
    )


def test_a_criterion_is_refused_with_the_section_and_without_its_words():
    with pytest.raises(InvalidInputError) as refused:
        LINTER.refuse("要女生 25 歲以下", Language.ZH)
    assert refused.value.message == "不得以性別、年齡作為推介條件（就業服務法第5條第1項）。"
    assert refused.value.remedy
    assert "女生" not in str(refused.value)
    with pytest.raises(InvalidInputError, match=r"^Sex, age may not .* section 5, paragraph 1"):
        LINTER.refuse("only girls, under 25 years old", Language.EN)


def test_a_criterion_of_the_work_passes():
    LINTER.refuse("會開堆高機，能輪夜班", Language.ZH)
