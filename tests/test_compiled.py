"""Compiled code needs a place, and finds one also where the program may write nowhere."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

PRACTISE = """
from matcher.config import Settings
from matcher.reference import Reference
from matcher.service.practice import practise

practise(Reference.load(Settings().data_dir / "reference"))
"""


def practised(folder: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", PRACTISE],
        env=os.environ | {"NUMBA_CACHE_DIR": folder},
        capture_output=True,
        text=True,
        check=False,
    )


def test_where_no_file_can_be_written_lists_are_made_all_the_same():
    done = practised("/proc/nowhere")
    assert done.returncode == 0, done.stderr


def test_practice_compiles_what_a_list_of_either_side_needs(tmp_path: Path):
    assert practised(str(tmp_path)).returncode == 0
    compiled = {path.name.split("-")[0] for path in tmp_path.rglob("*.nbc")}
    assert compiled >= {
        "criteria._check",
        "criteria._eligible_seekers",
        "criteria._eligible_vacancies",
        "scoring.products_in",
        "scoring.best_of_rows",
        "scoring.best_of_clusters",
        "forest._add_leaves",
        "forest._add_shares",
    }
