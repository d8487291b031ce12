"""Job matching for public employment bureaus."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

_KEPT = "NUMBA_CACHE_DIR"


def _takes_files(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def _keep_compiled_code() -> None:
    """See that Numba, which refuses to start where it can write nowhere, keeps its code somewhere.

    Where it is told to; else beside the source or in the user's own cache. Where none takes files,
    in a folder of this process: nobody else may write what it executes.
    """
    # Unlike that of pathlib, it does not fail for a user who has no home.
    own = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")  # noqa: PTH111
    usual = (Path(__file__).parent / "__pycache__", Path(own))
    told = os.environ.get(_KEPT)
    if not any(map(_takes_files, [Path(told)] if told else usual)):
        os.environ[_KEPT] = folder = tempfile.mkdtemp(prefix="matcher-compiled-")
        atexit.register(shutil.rmtree, folder, ignore_errors=True)


_keep_compiled_code()
