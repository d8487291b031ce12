"""What a server starts: `uvicorn --factory api.main:build`."""

from __future__ import annotations

import gc

# What is loaded stays: to look for garbage in it takes a fifth of a start, and later a list's time.
gc.disable()

import logging
import sys

import orjson
import structlog
from fastapi import FastAPI
from structlog.processors import JSONRenderer

from api.app import create_app
from matcher.bootstrap import App
from matcher.config import Settings

gc.freeze()
gc.enable()


def build() -> FastAPI:
    """The web application as the environment sets it up, with its logs."""
    configure_logs()
    return create_app(App(Settings()))


def configure_logs() -> None:
    """One line a request, JSON unless somebody watches; uvicorn's own holds addresses: off."""
    logging.getLogger("uvicorn.access").disabled = True
    watched = sys.stderr.isatty()
    structlog.configure(
        # Other commands are quieter than a service may be.
        wrapper_class=structlog.make_filtering_bound_logger("info"),
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.dev.ConsoleRenderer() if watched else JSONRenderer(serializer=orjson.dumps),
        ],
        logger_factory=(
            structlog.PrintLoggerFactory(sys.stderr)
            if watched
            else structlog.BytesLoggerFactory(sys.stderr.buffer)
        ),
        cache_logger_on_first_use=True,
    )
