"""A whole day in a real browser, and a case of the desk with the keyboard alone."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from api.words import say
from matcher.entities import Language
from matcher.service.keys import Role
from tests.bureau import NOON
from tests.desk import PASSWORD
from tests.fairground import CARD, FAIR
from tests.pages.conftest import Visitor


def account(visitor: Visitor, role: Role = Role.COUNSELLOR, name: str = "chen") -> None:
    """Make an account of that role and sign in by it, as its holder does."""
    visitor.bureau.app.accounts.add(name, role=role, password=PASSWORD, now=NOON)
    visitor.page.goto(f"{visitor.address}/desk")
    visitor.page.fill("#name", name)
    visitor.page.fill("#password", PASSWORD)
    visitor.press("form:has(#password) button")


def open_person(visitor: Visitor, person: str = "S-1") -> None:
    visitor.page.fill("#person", person)
    visitor.press("form:has(#person) button")


def employment_rate(visitor: Visitor) -> tuple[int, int]:
    view = visitor.bureau.get("/v1/rates?rate=employment_rate").json()["rates"][0]
    return view["numerator"]["count"], view["denominator"]["count"]


@pytest.mark.parametrize("language", [Language.ZH, Language.EN])
def test_a_whole_day_from_the_kiosk_to_the_rate(visitor: Visitor, language: Language):
    before = employment_rate(visitor)
    visitor.open_kiosk()
    if language is not Language.ZH:
        visitor.press(f"button[value={language}]")
    visitor.scan(CARD)
    assert "王○明" in visitor.text()
    visitor.press("button.main")
    visitor.press(".vacancy button")
    handed_in = say("handed_in_number", language, number=1, booth=7)
    assert handed_in in visitor.text()
    visitor.press("form[action='/kiosk/done'] button")

    account(visitor)
    visitor.page.goto(f"{visitor.address}/fairs/{FAIR.id}?lang={language}")
    assert visitor.page.locator(".figures dd").first.inner_text() == "1"

    visitor.page.goto(f"{visitor.address}/desk")
    open_person(visitor)
    expect(visitor.page.locator("#list")).to_be_focused()
    first = visitor.page.locator(".vacancy").first
    expect(first).to_contain_text(say("why_here", language))
    visitor.check()
    visitor.press(".vacancy button")
    expect(visitor.page.locator("#sent")).to_be_focused()
    expect(visitor.page.locator(".sent")).to_contain_text("民國115年3月16日")
    visitor.page.select_option("[name=outcome]", "hired")
    visitor.page.check("[name=placed]", force=True)
    visitor.press("form:has([name=outcome]) button")
    expect(visitor.page.locator(".handed-in")).to_contain_text(say("outcome.hired", language))
    visitor.check()
    assert employment_rate(visitor) == (before[0] + 1, before[1])


def test_a_case_without_a_mouse(visitor: Visitor):
    account(visitor)
    keys = visitor.page.keyboard
    focused = "document.activeElement"

    def tab_to(condition: str) -> None:
        for _ in range(80):
            if visitor.page.evaluate(f"(e => {condition})({focused})"):
                return
            keys.press("Tab")
        pytest.fail(f"No tab reaches what is {condition}.")

    def enter() -> None:
        with visitor.page.expect_navigation():
            keys.press("Enter")

    expect(visitor.page.locator("#person")).to_be_focused()
    keys.type("S-1")
    enter()
    expect(visitor.page.locator("#list")).to_be_focused()
    tab_to("e.name === 'vacancy' && e.value === 'V-1'")
    enter()
    expect(visitor.page.locator("#sent")).to_be_focused()
    tab_to("e.name === 'outcome'")
    keys.press("ArrowDown")
    tab_to("e.name === 'placed'")
    keys.press("Space")
    tab_to("e.tagName === 'BUTTON' && e.textContent === '儲存'")
    enter()
    expect(visitor.page.locator(".handed-in")).to_contain_text("錄用")
    assert employment_rate(visitor)[0] == 1
    tab_to("e.id === 'note'")
    keys.type("下週回報")
    keys.press("Tab")
    enter()
    expect(visitor.page.locator("#notes")).to_be_focused()
    expect(visitor.page.locator("#notes")).to_contain_text("下週回報")
    places = visitor.page.locator("[accesskey]").evaluate_all("all => all.map(e => e.accessKey)")
    assert len(places) == len(set(places)) == 5
    tab_to("e.tagName === 'A' && e.href.endsWith('/desk')")
    enter()
    expect(visitor.page.locator("#person")).to_be_focused()


def test_every_page_of_the_desk_is_open_to_everybody(visitor: Visitor):
    visitor.page.goto(f"{visitor.address}/sign-in")
    visitor.check()
    account(visitor)
    visitor.check()
    visitor.page.fill("#text", "倉")
    visitor.press("form:has(#text) button")
    expect(visitor.page.locator("#found-head")).to_be_focused()
    visitor.check()
    visitor.press("#found button")
    assert visitor.page.locator("[name=reason]").count() == 0
    visitor.page.click(".filters summary")
    visitor.check()
    visitor.press(".vacancy form:has-text('查看') button")
    visitor.check()
    visitor.page.fill("#note", "限女性")
    visitor.press("form:has(#note) button")
    expect(visitor.page.locator("#alert")).to_be_focused()
    expect(visitor.page.locator("#alert")).to_contain_text("就業服務法")
    visitor.check()
    visitor.page.goto(f"{visitor.address}/desk/audit")
    expect(visitor.page.locator("table")).to_contain_text("查看職缺人選")
    visitor.check()
    # The browser says aloud that a note was answered with 422.
    visitor.complaints.clear()


def test_the_desk_works_without_scripts_and_on_a_small_screen(plain_visitor: Visitor):
    visitor = plain_visitor
    visitor.page.set_viewport_size({"width": 360, "height": 740})
    account(visitor)
    open_person(visitor)
    visitor.press(".vacancy button")
    assert "民國115年3月16日 推介" in visitor.text()
    wide = visitor.page.evaluate("document.documentElement.scrollWidth")
    assert wide <= 360
