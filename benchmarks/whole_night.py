"""The night at full size in one piece, by the command itself: `matcher nightly`.

    python benchmarks/night.py prepare    # once: the register, and the encoder's cache
    python benchmarks/whole_night.py      # run it again where it was broken off: it goes on

Prints each step with its seconds, as the journal tells them, and the most memory that it took.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys

from night import FOLDER, NIGHT, night_app
from rich.box import MARKDOWN
from rich.console import Console
from rich.table import Table

from matcher.jobs.nights import last_night

DONE = (0, 3)
"""Exit codes of a night that is done; at 3 somebody must look at a figure."""


def main() -> int:
    """Run what is not done yet of that night, and print all of it; gives its exit code."""
    app = night_app()
    if not (FOLDER / "ready").exists():
        print("There is no register yet: run `python benchmarks/night.py prepare`.")
        return 1
    incoming = FOLDER / "incoming"
    incoming.mkdir(exist_ok=True)
    settings = {
        "MATCHER_VAR_DIR": FOLDER,
        "MATCHER_MODELS_DIR": app.settings.models_dir,
        "MATCHER_INCOMING_DIR": incoming,
        "MATCHER_ENCODER": app.settings.encoder,
        "MATCHER_DATABASE_URL": "",
        "MATCHER_MLFLOW_URL": "",
    }
    command = [sys.executable, "-c", "from matcher.cli import app; app()", "nightly"]
    night = subprocess.run(  # noqa: S603
        [*command, "--date", NIGHT.isoformat()],
        env=os.environ | {name: str(value) for name, value in settings.items()},
        check=False,
    )
    told = last_night(app.night_folder)
    if told is None:
        return night.returncode
    table = Table("step", "state", "seconds", "resumed", box=MARKDOWN)
    for step in told.steps:
        seconds = "" if step.seconds is None else f"{step.seconds:,.1f}"
        table.add_row(step.name, step.state, seconds, "yes" if step.resumed else "")
    Console(width=110).print(table)
    together = sum(step.seconds or 0 for step in told.steps)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"Together {together / 60:,.1f} min; at most {peak:,.0f} MB in this run.")
    return 0 if night.returncode in DONE else night.returncode


if __name__ == "__main__":
    raise SystemExit(main())
