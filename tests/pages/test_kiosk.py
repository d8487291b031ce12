"""A visitor at a kiosk, in a real browser."""

from __future__ import annotations

import io

import pytest
from playwright.sync_api import expect
from pypdf import PdfReader

from matcher.entities import Language
from tests.fairground import CARD, FAIR, STRANGERS_CARD
from tests.pages.conftest import Visitor

NAME = "王○明"
DONE = "form[action='/kiosk/done'] button"


def to_the_list(visitor: Visitor) -> None:
    visitor.open_kiosk()
    visitor.scan(CARD)
    visitor.press("button.main")
    visitor.page.wait_for_selector(".vacancies")


def shows_nothing_of_anybody(visitor: Visitor) -> None:
    visitor.page.wait_for_selector("#number")
    content = visitor.page.content()
    for secret in (NAME, CARD, "堆高機", "倉管"):
        assert secret not in content
    assert visitor.page.input_value("#number") == ""
    assert visitor.page.url == f"{visitor.address}/kiosk"


def test_scan_confirm_list_hand_in(visitor: Visitor):
    visitor.open_kiosk()
    visitor.check()
    visitor.scan(CARD)
    assert NAME in visitor.text()
    assert "王小明" not in visitor.page.content()
    visitor.check()
    visitor.press("button.main")
    first = visitor.page.locator(".vacancy").first
    expect(first).to_contain_text("攤位 7")
    expect(first).to_contain_text("前鎮倉儲")
    expect(first).to_contain_text("月薪 36,000–40,000 元")
    expect(first).to_contain_text("為什麼推薦")
    visitor.check()
    visitor.press(".vacancy button")
    assert "已投遞：1 號，請到攤位 7" in visitor.text()
    expect(visitor.page.locator(".handed-in")).to_be_focused()
    visitor.check()
    assert visitor.bureau.app.fairs.board(FAIR.id).total.resumes == 1
    visitor.press(DONE)
    shows_nothing_of_anybody(visitor)


@pytest.mark.parametrize("language", [Language.VI, Language.TH])
def test_another_language_from_the_first_page_to_the_last(visitor: Visitor, language: Language):
    visitor.open_kiosk()
    visitor.press(f"button[value={language}]")
    tag = visitor.page.get_attribute("html", "lang")
    assert tag == language
    visitor.scan(CARD)
    visitor.press("button.main")
    booth = {Language.VI: "Gian 7", Language.TH: "บูธ 7"}[language]
    expect(visitor.page.locator(".vacancy").first).to_contain_text(booth)
    visitor.check()
    visitor.press("button[value=en]")
    expect(visitor.page.locator(".vacancy").first).to_contain_text("Why this job")
    visitor.press(DONE)
    assert visitor.page.get_attribute("html", "lang") == "zh-Hant-TW"


def test_a_number_is_not_readable_on_the_screen_and_can_be_typed_on_the_pad(visitor: Visitor):
    visitor.open_kiosk()
    hidden = "getComputedStyle(document.getElementById('number')).webkitTextSecurity"
    assert visitor.page.evaluate(hidden) == "disc"
    for character in "A12":
        visitor.page.click(f"[data-key='{character}']")
    visitor.page.click("[data-do=delete]")
    assert "已輸入 2 碼" in visitor.text()
    for character in CARD[2:]:
        visitor.page.click(f"[data-key='{character}']")
    visitor.press("form.scan button.main")
    assert NAME in visitor.text()


def test_a_scan_is_taken_wherever_the_focus_was(visitor: Visitor):
    visitor.open_kiosk()
    visitor.page.evaluate("document.activeElement.blur()")
    visitor.scan(CARD)
    assert NAME in visitor.text()


def test_a_wrong_number_is_said_and_not_shown(visitor: Visitor):
    visitor.open_kiosk()
    visitor.scan("A123456788")
    assert "證號無法辨識" in visitor.text()
    assert "A123456788" not in visitor.page.content()
    visitor.check()
    visitor.scan(CARD)
    assert NAME in visitor.text()


def test_somebody_not_registered_gets_a_list_too(visitor: Visitor):
    visitor.open_kiosk()
    visitor.scan(STRANGERS_CARD)
    assert "找不到您的登記資料" in visitor.text()
    visitor.check()
    visitor.press("button.main")
    visitor.check()
    visitor.press("form.resume-form button.main")
    assert "請選擇或寫下想做的工作" in visitor.text()
    visitor.page.check("input[value='4321']")
    visitor.page.fill("#text", "會開堆高機")
    visitor.page.check("input[value='day']")
    visitor.page.select_option("#district", "806")
    visitor.page.fill("#name", "林小華")
    visitor.press("form.resume-form button.main")
    expect(visitor.page.locator(".vacancy").first).to_contain_text("攤位 7")
    visitor.press(".vacancy button")
    assert "已投遞：1 號" in visitor.text()
    visitor.press(DONE)
    assert "林小華" not in visitor.page.content()


def test_what_was_filled_in_wrongly_need_not_be_filled_in_again(visitor: Visitor):
    visitor.open_kiosk()
    visitor.press("form[action='/kiosk/write'] button")
    visitor.page.fill("#text", f"我的證號是 {CARD}")
    visitor.page.fill("#other", "倉管")
    visitor.page.select_option("#district", "806")
    visitor.press("form.resume-form button.main")
    assert "文字裡請不要寫證號" in visitor.text()
    assert visitor.page.input_value("#other") == "倉管"
    assert visitor.page.input_value("#district") == "806"
    assert CARD not in visitor.page.content()


@pytest.mark.parametrize("page", ["confirm", "list"])
def test_loading_again_wipes(visitor: Visitor, page: str):
    if page == "list":
        to_the_list(visitor)
    else:
        visitor.open_kiosk()
        visitor.scan(CARD)
    visitor.page.reload()
    shows_nothing_of_anybody(visitor)


def test_going_back_shows_nothing_and_going_forth_neither(visitor: Visitor):
    to_the_list(visitor)
    for step in (visitor.page.go_back, visitor.page.go_back, visitor.page.go_forward):
        step()
        shows_nothing_of_anybody(visitor)


def test_after_done_no_button_of_the_browser_brings_anything_back(visitor: Visitor):
    to_the_list(visitor)
    visitor.press(DONE)
    for _ in range(3):
        visitor.page.go_back()
        shows_nothing_of_anybody(visitor)
    for _ in range(3):
        visitor.page.go_forward()
        shows_nothing_of_anybody(visitor)


def test_after_a_minute_untouched_the_kiosk_asks_and_then_wipes(visitor: Visitor):
    visitor.page.clock.install()
    to_the_list(visitor)
    visitor.page.clock.run_for(39_000)
    expect(visitor.page.locator("#idle")).to_be_hidden()
    visitor.page.clock.run_for(2_000)
    expect(visitor.page.locator("#idle")).to_be_visible()
    assert "20 秒後清除" in visitor.text() or "19 秒後清除" in visitor.text()
    visitor.page.click("#idle button")
    expect(visitor.page.locator("#idle")).to_be_hidden()
    visitor.page.clock.run_for(59_000)
    assert NAME in visitor.page.content()
    with visitor.page.expect_navigation():
        visitor.page.clock.run_for(2_000)
    shows_nothing_of_anybody(visitor)


def test_half_a_number_that_somebody_left_is_wiped(visitor: Visitor):
    visitor.page.clock.install()
    visitor.open_kiosk()
    visitor.page.clock.run_for(120_000)
    expect(visitor.page.locator("#idle")).to_be_hidden()
    visitor.page.keyboard.type("A1")
    visitor.page.clock.run_for(30_000)
    visitor.page.keyboard.type("234")
    assert visitor.page.input_value("#number") == "A1234"
    with visitor.page.expect_navigation():
        visitor.page.clock.run_for(61_000)
    shows_nothing_of_anybody(visitor)


def test_the_kiosk_works_without_scripts(plain_visitor: Visitor):
    visitor = plain_visitor
    visitor.open_kiosk()
    assert not visitor.page.locator("#pad").is_visible()
    visitor.scan(CARD)
    visitor.press("button.main")
    assert 'content="60;url=/kiosk"' in visitor.page.content()
    visitor.press(".vacancy button")
    assert "已投遞：1 號" in visitor.text()
    visitor.page.reload()
    shows_nothing_of_anybody(visitor)


def test_one_touch_prints_resume_and_list(visitor: Visitor):
    to_the_list(visitor)
    visitor.page.evaluate("window.print = () => { window.printed = true }")
    visitor.page.click("#print")
    assert visitor.page.evaluate("window.printed")
    visitor.page.emulate_media(media="print")
    assert visitor.page.is_visible(".resume")
    assert "做過三年倉庫，會開堆高機" in visitor.text()
    assert NAME in visitor.text()
    for hidden in ("#print", ".top", ".vacancy button"):
        assert not visitor.page.locator(hidden).first.is_visible()


@pytest.mark.usefixtures("pango")
@pytest.mark.parametrize("language", list(Language))
def test_the_pdf_holds_resume_and_list_in_every_language(
    plain_visitor: Visitor, language: Language
):
    visitor = plain_visitor
    to_the_list(visitor)
    visitor.press(f"button[value={language}]")
    token = visitor.page.input_value("form[action='/kiosk/pdf'] input[name=token]")
    answer = visitor.page.request.post(f"{visitor.address}/kiosk/pdf", form={"token": token})
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["cache-control"] == "no-store"
    pages = PdfReader(io.BytesIO(answer.body())).pages
    text = "".join(page.extract_text() for page in pages)
    assert len(pages) == 2
    for word in ("堆高機操作員", NAME, "36,000"):
        assert word in text
    fonts = {
        str(font.get_object()["/BaseFont"])
        for page in pages
        for font in page["/Resources"]["/Font"].values()
    }
    assert any("Noto" in font for font in fonts)
    assert "□" not in text
