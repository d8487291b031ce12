"""Pay as a sentence, in each language; codes that the words of the interface must know."""

from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.records import EducationWord, EmploymentWords, ShiftWords
from matcher.config import ROOT
from matcher.entities import Education, Employment, Language, Pay, PayBasis, PayFlag, Shift
from matcher.reference import Reference
from matcher.service.views import pay_text

REFERENCE = Reference.load(ROOT / "data" / "reference")
MONTH, HOUR = PayBasis.MONTH, PayBasis.HOUR
FLAG = PayFlag.HOURLY_IN_MONTHLY_FIELD


@pytest.mark.parametrize(
    ("pay", "zh", "en"),
    [
        (
            Pay(basis=MONTH, low=32000, high=35000, disclosed=True),
            "月薪 32,000–35,000 元",
            "NT$32,000–35,000 a month",
        ),
        (
            Pay(basis=MONTH, low=32000, high=32000, disclosed=True),
            "月薪 32,000 元",
            "NT$32,000 a month",
        ),
        (Pay(basis=HOUR, low=196, disclosed=True), "時薪 196 元以上", "at least NT$196 an hour"),
        (Pay(basis=HOUR, high=250, disclosed=True), "時薪 250 元以下", "up to NT$250 an hour"),
        (
            Pay(basis=MONTH, low=196, high=196, disclosed=True, flag=FLAG),
            "月薪 196 元（金額待確認）",
            "NT$196 a month (figure to be checked)",
        ),
        (Pay(disclosed=True), "薪資金額未登錄", "pay figure not on record"),
    ],
)
def test_pay_is_said_as_the_employer_states_it(pay: Pay, zh: str, en: str):
    assert pay_text(pay, language=Language.ZH, reference=REFERENCE) == zh
    assert pay_text(pay, language=Language.EN, reference=REFERENCE) == en


@pytest.mark.parametrize("language", list(Language))
def test_undisclosed_pay_says_what_is_claimed(language: Language):
    said = pay_text(Pay(disclosed=False), language=language, reference=REFERENCE)
    assert "40,000" in said


@pytest.mark.parametrize("pay", [Pay(), Pay(basis=PayBasis.HOUR, disclosed=False)])
def test_nobody_is_said_to_claim_what_nobody_claimed(pay: Pay):
    for language in Language:
        assert "40,000" not in pay_text(pay, language=language, reference=REFERENCE)


@given(
    low=st.none() | st.integers(1, 10**7),
    high=st.none() | st.integers(1, 10**7),
    basis=st.none() | st.sampled_from(PayBasis),
    flag=st.none() | st.sampled_from(PayFlag),
)
def test_every_figure_is_in_the_sentence_of_every_language(low, high, basis, flag):
    pay = Pay(basis=basis, low=low, high=high, disclosed=True, flag=flag)
    said = {
        language: pay_text(pay, language=language, reference=REFERENCE) for language in Language
    }
    for figure in (low, high):
        if figure is not None:
            assert all(f"{figure:,}" in text for text in said.values())
    assert len(set(said.values())) == len(Language)
    assert not any("{" in text for text in said.values())


def test_the_words_of_the_interface_are_those_of_the_entities():
    def words(list_type: object) -> set[str]:
        return set(get_args(get_args(get_args(list_type)[0])[0]))

    assert set(get_args(EducationWord)) == {level.name.lower() for level in Education}
    assert words(ShiftWords) == {shift.name.lower() for shift in Shift}
    assert words(EmploymentWords) == {form.name.lower() for form in Employment}
