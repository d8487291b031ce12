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

    Beside the source, or else in a folder for this process: nobody else may write what it executes.
    """
    kept = Path(os.environ.get(_KEPT) or Path(__file__).parent / "__pycache__")
    if not _takes_files(kept):
        os.environ[_KEPT] = folder = tempfile.mkdtemp(prefix="matcher-compiled-")
        atexit.register(shutil.rmtree, folder, ignore_errors=True)


_keep_compiled_code()
