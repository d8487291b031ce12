"""The board of a fair and the pages of its booths, in a real browser."""

from __future__ import annotations

import io

import pytest
from playwright.sync_api import expect
from pypdf import PdfReader

from matcher.service.fairs import Result
from matcher.service.keys import Role
from tests.bureau import NOON
from tests.fairground import CARD, FAIR
from tests.pages.conftest import Visitor

BOARD = f"/fairs/{FAIR.id}"


def figures(visitor: Visitor) -> list[str]:
    return visitor.page.locator(".figures dd").all_inner_texts()


def test_what_a_visitor_hands_in_stands_on_the_board(visitor: Visitor):
    visitor.open_kiosk()
    visitor.scan(CARD)
    visitor.press("button.main")
    visitor.press(".vacancy button")
    visitor.sign_in(BOARD)
    assert figures(visitor)[0] == "1"
    visitor.press(".tallies a.button")
    assert "堆高機操作員" in visitor.text()


def test_a_result_takes_two_touches_and_the_board_counts_it(visitor: Visitor):
    fairs = visitor.bureau.app.fairs
    for _ in range(2):
        fairs.hand_in(FAIR.id, "V-1", seeker_id=None, now=NOON)
    visitor.sign_in(BOARD)
    visitor.check()
    assert figures(visitor) == ["2", "0", "0", "0", "0.00 %"]
    visitor.press(".tallies a.button")
    visitor.press("button:text-is('媒合')")
    visitor.check()
    visitor.press("a:has-text('回看板')")
    assert figures(visitor) == ["2", "0", "1", "1", "50.00 %"]


def test_a_resume_on_behalf_leaves_the_rate_alone(visitor: Visitor):
    visitor.sign_in(BOARD)
    visitor.press(".tallies a.button")
    visitor.press("button:text-is('本人投遞')")
    visitor.press("button:text-is('媒合')")
    visitor.press("form.steps button:text-is('代收')")
    newest = visitor.page.locator(".results tbody tr").first
    expect(newest.locator("button:text-is('代收')")).to_have_attribute("aria-pressed", "true")
    expect(newest.locator("button:text-is('媒合')")).to_be_disabled()
    visitor.press("a:has-text('回看板')")
    assert figures(visitor) == ["2", "1", "1", "1", "100.00 %"]


def test_a_touch_too_many_is_taken_back_by_another(visitor: Visitor):
    visitor.sign_in(BOARD)
    visitor.press(".tallies a.button")
    visitor.press("button:text-is('本人投遞')")
    for pressed in ("true", "false"):
        visitor.press(".toggles button:text-is('面試')")
        button = visitor.page.locator(".toggles button:text-is('面試')")
        expect(button).to_have_attribute("aria-pressed", pressed)


def test_the_board_renews_itself(visitor: Visitor):
    fairs = visitor.bureau.app.fairs
    visitor.page.clock.install()
    visitor.sign_in(BOARD)
    visitor.page.locator(".tallies a.button").focus()
    resume = fairs.take_paper(FAIR.id, "7", on_behalf=False, now=NOON)
    fairs.note(FAIR.id, resume.id, result=Result.MATCHED, holds=True)
    visitor.page.clock.run_for(6_000)
    expect(visitor.page.locator(".figures dd").first).to_have_text("1")
    assert figures(visitor)[-1] == "100.00 %"
    expect(visitor.page.locator(".tallies a.button")).to_be_focused()


def test_without_scripts_the_board_loads_itself_again(plain_visitor: Visitor):
    plain_visitor.sign_in(BOARD)
    assert '<meta http-equiv="refresh" content="20">' in plain_visitor.page.content()


def test_an_analyst_sees_figures_and_no_resume(visitor: Visitor):
    visitor.sign_in(BOARD, Role.ANALYST)
    visitor.check()
    assert visitor.page.locator(".tallies a").count() == 0


def test_no_person_stands_on_a_board_or_at_a_booth(visitor: Visitor):
    visitor.bureau.app.fairs.hand_in(FAIR.id, "V-1", seeker_id="S-1", now=NOON)
    visitor.sign_in(BOARD)
    for page in (visitor.page.content(), _booth(visitor)):
        assert "S-1" not in page
        assert "王" not in page


def test_fairs_are_found_and_the_page_speaks_other_languages(visitor: Visitor):
    visitor.sign_in("/fairs")
    visitor.check()
    visitor.press("a:has-text('Tiếng Việt')")
    assert "Hội chợ việc làm" in visitor.text()
    visitor.press("a:has-text('春季徵才活動')")
    assert "Kết nối tại chỗ" in visitor.text()
    visitor.check()


def test_a_fair_that_there_is_not_is_said_so(visitor: Visitor):
    visitor.sign_in("/fairs")
    visitor.page.goto(f"{visitor.address}/fairs/F-9")
    assert "找不到這一頁或這筆資料" in visitor.text()
    visitor.check()
    visitor.complaints.clear()


def test_signing_in_says_what_is_wrong(visitor: Visitor):
    visitor.page.goto(f"{visitor.address}/fairs")
    visitor.check()
    visitor.page.fill("#key", "mk_wrong")
    visitor.press("form:has(#key) button")
    assert "這把金鑰無效" in visitor.text()
    visitor.check()
    visitor.complaints.clear()


@pytest.mark.usefixtures("pango")
def test_the_day_is_printed(visitor: Visitor):
    visitor.bureau.app.fairs.take_paper(FAIR.id, "7", on_behalf=False, now=NOON)
    visitor.sign_in(BOARD)
    visitor.page.emulate_media(media="print")
    assert "填表人" in visitor.text()
    assert not visitor.page.is_visible("#print")
    answer = visitor.page.request.get(f"{visitor.address}{BOARD}/report.pdf")
    text = PdfReader(io.BytesIO(answer.body())).pages[0].extract_text()
    for word in ("春季徵才活動", "前鎮倉儲", "0.00 %", "填表人"):
        assert word in text


def _booth(visitor: Visitor) -> str:
    visitor.press(".tallies a.button")
    return visitor.page.content()
