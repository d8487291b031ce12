"""A served bureau and a real Chromium to look at it with."""

from __future__ import annotations

import importlib
import os
import shutil
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import uvicorn
from fastapi import FastAPI
from playwright.sync_api import Browser, BrowserContext, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
REMEDY = "Run `make browser` as root; it installs what is missing, or says what to install."
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def lacking(what: str) -> None:
    """The system lacks something: continuous integration fails, others are told what to do."""
    (pytest.fail if os.environ.get("CI") else pytest.skip)(f"{what} {REMEDY}")


@pytest.fixture(scope="session")
def pango() -> None:
    """The library that sets text in PDF files."""
    try:
        importlib.import_module("weasyprint")
    except OSError:
        lacking("Pango is not installed, so no PDF file can be made.")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The system's Chromium."""
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        lacking("No Chromium is installed, so no page was looked at.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@contextmanager
def served(web: FastAPI) -> Iterator[str]:
    """The application on a free port of this machine; gives its address."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        server = uvicorn.Server(
            uvicorn.Config(web, lifespan="off", log_config=None, access_log=False)
        )
        thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        thread.join(10)


@contextmanager
def context(browser: Browser, **options: object) -> Iterator[BrowserContext]:
    """A browser that knows nothing yet."""
    opened = browser.new_context(viewport={"width": 1080, "height": 1400}, **options)
    # A busy machine fails no test.
    opened.set_default_timeout(180_000)
    yield opened
    opened.close()
