"""The real encoder, converted once into the checkout's models folder and loaded once a session."""

from pathlib import Path

import pytest

from matcher.encoder import BUILT_IN, SentenceEncoder, open_encoder


@pytest.fixture(scope="session")
def models_dir() -> Path:
    return Path(__file__).resolve().parents[1] / "models"


@pytest.fixture(scope="session")
def encoder(models_dir: Path) -> SentenceEncoder:
    return open_encoder(BUILT_IN, models_dir=models_dir)
