"""Trees that were cut short are refused before LightGBM, which would end the process, sees them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.artifacts.test_ranker import put
from tests.service.test_champion import sealed

LOAD = """
import sys
from pathlib import Path
from matcher.artifacts.ranker import load_ranker
from matcher.errors import ArtefactError
try:
    load_ranker(Path(sys.argv[1]), encoder_fingerprint="f", register="r")
except ArtefactError:
    sys.exit(7)
"""


@pytest.mark.parametrize(
    ("name", "share"),
    [("trees.txt", 0.1), ("trees.txt", 0.25), ("trees.txt", 0.5), ("hires.txt", 0.5)],
)
def test_cut_trees_are_refused_and_end_no_process(tmp_path: Path, name: str, share: float):
    path = put(tmp_path, "g1")
    text = (path / name).read_text()
    (path / name).write_text(text[: int(len(text) * share)])
    sealed(path)
    done = subprocess.run([sys.executable, "-c", LOAD, str(path)], capture_output=True, check=False)
    assert done.returncode == 7
