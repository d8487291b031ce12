"""What serves starts without what only training, reports, migrations and the encoder need."""

from __future__ import annotations

import subprocess
import sys

LATER = ("alembic", "authlib", "lightgbm", "mlflow", "openpyxl", "pandas", "sklearn", "torch")


def test_a_service_starts_without_what_it_may_never_need() -> None:
    told = f"import api.main, sys; print([name for name in {LATER} if name in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", told], capture_output=True, text=True, check=True, timeout=120
    )
    assert done.stdout.strip() == "[]"
