"""A served bureau at a fair, looked at in a browser, whose every page is checked."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page

from matcher.service.keys import Role
from tests.bureau import Bureau, copied
from tests.chromium import context, served
from tests.fairground import FAIR, with_fair

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
LARGE_ENOUGH = 44
"""Least side of what is touched, in CSS pixels (WCAG 2.2, 2.5.5)."""


@dataclass
class Visitor:
    """Somebody in front of a browser; `complaints` are what its console says."""

    page: Page
    address: str
    bureau: Bureau
    complaints: list[str] = field(default_factory=list)

    def listen(self, said: ConsoleMessage) -> None:
        if said.type in ("error", "warning"):
            self.complaints.append(said.text)

    def open_kiosk(self) -> None:
        self.page.goto(f"{self.address}/kiosk?fair={FAIR.id}")
        self.page.fill("#key", self.bureau.keys[Role.KIOSK])
        self.press("main button")
        self.page.wait_for_selector("#number")

    def sign_in(self, path: str, role: Role = Role.COUNSELLOR) -> None:
        self.page.goto(f"{self.address}{path}")
        self.page.fill("#key", self.bureau.keys[role])
        self.press("form:has(#key) button")
        self.page.wait_for_url(f"**{path}")

    def scan(self, number: str) -> None:
        """As a scanner does: it types wherever the focus is, then presses Enter."""
        self.page.keyboard.type(number)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def press(self, what: str) -> None:
        with self.page.expect_navigation():
            self.page.locator(what).first.click()

    def text(self) -> str:
        return self.page.inner_text("body")

    def check(self) -> None:
        """The page breaks no rule of WCAG 2.2 AA that a program can check."""
        found = Axe().run(self.page, options={"runOnly": RULES}).response["violations"]
        assert not [(rule["id"], rule["nodes"][0]["html"]) for rule in found]
        small = self.page.evaluate(
            """least => [...document.querySelectorAll("button, select, input, textarea, .button")]
                .filter(e => e.offsetParent && e.type !== "hidden" && !e.closest(".choices"))
                .map(e => [e.outerHTML.slice(0, 80), e.getBoundingClientRect()])
                .filter(([, box]) => box.width < least || box.height < least)
                .map(([html]) => html)""",
            LARGE_ENOUGH,
        )
        assert not small
        assert self.page.title()
        assert self.page.locator("h1:visible").count() == 1


@contextmanager
def looking(
    browser: Browser,
    template: tuple[Path, dict[Role, str]],
    model: Path,
    folder: Path,
    **options: object,
) -> Iterator[Visitor]:
    """A browser of its own before a bureau of its own."""
    with (
        copied(template, model, folder) as bureau,
        served(bureau.client.app) as address,
        context(browser, **options) as opened,
    ):
        visitor = Visitor(opened.new_page(), address, with_fair(bureau))
        visitor.page.on("console", visitor.listen)
        visitor.page.on("pageerror", lambda error: visitor.complaints.append(error.message))
        yield visitor


@pytest.fixture
def visitor(
    chromium: Browser,
    template: tuple[Path, dict[Role, str]],
    tiny_model: Path,
    tmp_path: Path,
) -> Iterator[Visitor]:
    """A browser with scripts before a served bureau; its console must stay silent."""
    with looking(chromium, template, tiny_model, tmp_path) as opened:
        yield opened
        assert not opened.complaints


@pytest.fixture
def plain_visitor(
    chromium: Browser,
    template: tuple[Path, dict[Role, str]],
    tiny_model: Path,
    tmp_path: Path,
) -> Iterator[Visitor]:
    """The same without scripts."""
    with looking(chromium, template, tiny_model, tmp_path, java_script_enabled=False) as opened:
        yield opened
