"""The page of the report in a real browser: on a screen, and as it is printed."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import matplotlib
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page
from pypdf import PdfReader

from matcher.jobs.report import Written
from matcher.reporting.document import Document
from tests.chromium import FLAGS, NAMES, context

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
A4_POINTS = (595, 842)


@pytest.fixture
def page(chromium: Browser, written: Written) -> Iterator[Page]:
    """The page opened as a file, without scripts; it asks for no other file and complains not."""
    with context(chromium, java_script_enabled=False) as opened:
        page, asked, said = opened.new_page(), [], []
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: said.append(message.text))
        page.goto(written.page.as_uri())
        yield page
        assert not said
        assert [url for url in asked if not url.startswith("data:")] == [written.page.as_uri()]


def test_the_page_breaks_no_rule_of_accessibility_that_a_program_checks(
    chromium: Browser, written: Written
):
    with context(chromium) as opened:
        page = opened.new_page()
        page.goto(written.page.as_uri())
        found = Axe().run(page, options={"runOnly": RULES}).response["violations"]
    assert not [(rule["id"], rule["nodes"][0]["html"]) for rule in found]


def test_what_it_is_stands_on_top_in_both_calendars(page: Page):
    top = page.inner_text("header")
    assert "民國115年第1季公立就業服務統計報告" in top
    assert "民國115年1月1日至民國115年3月31日" in top
    assert "2026-01-01 – 2026-03-31" in top
    assert "模擬資料" in top
    assert "Simulated data" in top
    assert page.title().startswith("模擬資料")


def test_every_table_has_a_caption_and_every_picture_is_shown(page: Page, document: Document):
    assert page.locator("table > caption").count() == len(list(document.tables))
    for picture in page.locator("figure img").all():
        assert "模擬資料" in (picture.get_attribute("alt") or "")
        box = picture.bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) > 200
    assert page.locator("figure img").count() == len(list(document.charts))


def test_a_note_leads_to_its_formula(page: Page):
    page.locator("#table-summary sup a").nth(1).click()
    assert "求才僱用人數 ÷ 求才人數 × 100 %" in page.inner_text("tr:target")


@pytest.mark.parametrize("width", [360, 794, 1600])
def test_nothing_but_tables_is_wider_than_the_screen(page: Page, width: int):
    page.set_viewport_size({"width": width, "height": 1000})
    for part in ("header", "h2", "figure", ".table", ".remark"):
        for found in page.locator(part).all():
            box = found.bounding_box()
            assert box is not None
            assert box["x"] + box["width"] <= width, part


def test_chinese_is_read_where_no_font_for_it_is_installed(
    chromium: Browser, font: str, written: Written, tmp_path: Path
):
    latin = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
    fonts = tmp_path / "fonts.conf"
    fonts.write_text(f"<fontconfig><dir>{latin}</dir><cachedir>{tmp_path}</cachedir></fontconfig>")
    path = next(filter(None, map(shutil.which, NAMES)))
    bare = chromium.browser_type.launch(
        executable_path=path, args=FLAGS, env={**os.environ, "FONTCONFIG_FILE": str(fonts)}
    )
    page = bare.new_page()
    page.goto(written.page.as_uri())
    tools = page.context.new_cdp_session(page)
    for domain in ("DOM", "CSS"):
        tools.send(f"{domain}.enable")
    root = tools.send("DOM.getDocument")["root"]["nodeId"]
    for part in ("h1", "caption", ".remark", "tbody th"):
        node = tools.send("DOM.querySelector", {"nodeId": root, "selector": part})["nodeId"]
        used = tools.send("CSS.getPlatformFontsForNode", {"nodeId": node})["fonts"]
        assert any(one["isCustomFont"] and font in one["familyName"] for one in used), part
    bare.close()


def test_every_printed_page_says_that_the_data_are_simulated(page: Page):
    printed = PdfReader(BytesIO(page.pdf(prefer_css_page_size=True)))
    assert len(printed.pages) > 2
    for number, sheet in enumerate(printed.pages, start=1):
        size = (float(sheet.mediabox.width), float(sheet.mediabox.height))
        assert size == pytest.approx(A4_POINTS, abs=1)
        text = sheet.extract_text()
        assert "模擬資料 Simulated data" in text
        assert f"{number} / {len(printed.pages)}" in text
