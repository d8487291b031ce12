"""The language of a text is told by its letters and words; where they tell nothing, by nobody."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.entities import Language
from matcher.features.script import language_of

ZH, EN, VI, ID, TH = (Language.ZH, Language.EN, Language.VI, Language.ID, Language.TH)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("會開堆高機，想找前鎮的倉庫日班", ZH),
        ("做過三年 CNC 車床，會看圖", ZH),
        ("倉管 3 年, Excel, SAP", ZH),
        ("I have three years of experience with a forklift.", EN),
        ("Looking for warehouse work in Kaohsiung (高雄)", EN),
        ("Tôi có ba năm kinh nghiệm làm kho, biết lái xe nâng", VI),
        ("tìm việc làm ở Cao Hùng", VI),
        ("TÔI MUỐN LÀM VIỆC", VI),
        ("Saya bisa mengoperasikan forklift dan mencari kerja di pabrik", ID),
        ("pengalaman tiga tahun sebagai tukang las", ID),
        ("ต้องการงานคลังสินค้า ขับรถโฟล์คลิฟท์ได้", TH),
        ("ช่างเชื่อม welder ประสบการณ์สามปี", TH),
    ],
)
def test_clear_texts_are_told(text: str, language: Language):
    for otherwise in Language:
        assert language_of(text, otherwise) == language


@pytest.mark.parametrize("text", ["", "  \n", "0912-345-678", "…！？", "36,000 ~ 40,000"])
def test_a_text_without_letters_is_in_the_language_that_was_named(text: str):
    for otherwise in Language:
        assert language_of(text, otherwise) == otherwise


@pytest.mark.parametrize("text", ["forklift", "CNC", "welder, night shift"])
def test_words_of_no_language_in_particular_leave_latin_ones_as_named(text: str):
    assert language_of(text, ID) == ID
    assert language_of(text, EN) == EN
    assert language_of(text, ZH) == EN


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("倉管 saya bisa kerja", ID),
        ("倉庫管理與搬運的工作 ok", ZH),
        ("工 ต้องการงาน", TH),
        ("OK, tôi làm được việc", VI),
    ],
)
def test_a_mixed_text_is_in_the_language_that_holds_most_of_it(text: str, language: Language):
    assert language_of(text, ZH) == language


@given(st.text(), st.sampled_from(Language))
def test_any_text_has_a_language(text: str, otherwise: Language):
    assert language_of(text, otherwise) in Language
