"""Shared fixtures: databases, a whole bureau, and the real encoder, loaded once a session."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from hypothesis import settings

from matcher.encoder import BUILT_IN, SentenceEncoder, open_encoder

# Time is measured by benchmarks; a busy machine fails no test.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


@pytest.fixture(autouse=True)
def logs_as_at_first() -> Iterator[None]:
    """A test that sets up logging leaves none of it to the next."""
    yield
    structlog.reset_defaults()


pytest_plugins = ["tests.databases", "tests.bureau", "tests.chromium"]


@pytest.fixture(scope="session")
def models_dir() -> Path:
    """The checkout's own models folder: the built-in model is converted once for all."""
    return Path(__file__).resolve().parents[1] / "models"


@pytest.fixture(scope="session")
def encoder(models_dir: Path) -> SentenceEncoder:
    """The built-in encoder."""
    return open_encoder(BUILT_IN, models_dir=models_dir)
