"""The plan of a fair as visitors and staff see it, in a real browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from matcher.db.engine import writing
from matcher.db.store import upsert
from matcher.entities import Booth
from matcher.service.keys import Role
from tests.bureau import NOON
from tests.fairground import CARD, FAIR
from tests.pages.conftest import Visitor

BOARD = f"/fairs/{FAIR.id}"


@pytest.fixture
def planned(visitor: Visitor) -> Visitor:
    """The fair with booths whose interviewers are known."""
    with writing(visitor.bureau.app.engine) as connection:
        upsert(
            connection,
            [
                Booth(fair_id=FAIR.id, number="7", employer_id="E-1", interviewers=1),
                Booth(fair_id=FAIR.id, number="12", employer_id="E-2", interviewers=2, minutes=15),
            ],
        )
    return visitor


def to_the_list(visitor: Visitor) -> None:
    visitor.open_kiosk()
    visitor.scan(CARD)
    visitor.press("button.main")
    visitor.page.wait_for_selector(".vacancies")


def test_a_visitor_sees_where_to_go_and_when(planned: Visitor):
    to_the_list(planned)
    steps = planned.page.locator(".route li")
    expect(steps).to_have_text(["12:02 攤位 7", "12:12 攤位 12"])
    planned.check()
    planned.press(".vacancy button")
    expect(steps.first).to_have_text("12:02 攤位 7")
    planned.check()


def test_staff_see_who_goes_where_next_by_the_numbers_of_resumes(planned: Visitor):
    to_the_list(planned)
    planned.press(".vacancy button")
    planned.sign_in(BOARD)
    rows = planned.page.locator(".next tbody tr")
    expect(rows.nth(0)).to_contain_text("1 號 12:02")
    expect(rows.nth(1)).to_contain_text("建議 12:12")
    planned.check()
    content = planned.page.content()
    assert "S-1" not in content
    assert "王" not in content
    planned.press("a:has-text('English')")
    expect(planned.page.locator(".next tbody tr").first).to_contain_text("no. 1, 12:02")


def test_an_analyst_sees_the_plan_too(planned: Visitor):
    planned.bureau.app.fair_plans.enter(FAIR.id, seeker_id=None, chances={"V-3": 0.3}, now=NOON)
    planned.sign_in(BOARD, Role.ANALYST)
    expect(planned.page.locator(".next tbody tr").nth(1)).to_contain_text("建議 12:02")
    planned.check()


def test_where_nothing_is_planned_nothing_is_shown(visitor: Visitor):
    to_the_list(visitor)
    assert visitor.page.locator(".route").count() == 0
    visitor.sign_in(BOARD)
    assert visitor.page.locator(".next").count() == 0
