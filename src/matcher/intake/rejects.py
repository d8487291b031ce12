"""What was set aside, described for a clerk and written to a file a spreadsheet opens safely."""

from __future__ import annotations

import csv
import hashlib
import os
import re
import tempfile
from collections.abc import Iterable
from pathlib import Path

import orjson

from matcher.intake.model import Reject

_COLUMNS = ("file", "row", "field", "value", "rule", "remedy", "record")
_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def write_rejects(rejects: Iterable[Reject], folder: Path, source_name: str) -> Path:
    """Write `rejects` of the file `source_name` into `folder`, whole or not at all; gives the path.

    A cell that a spreadsheet would compute gets an apostrophe in front.
    """
    folder.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=folder, prefix=".rejects-")
    temporary = Path(name)
    try:
        with open(handle, "w", encoding="utf-8-sig", newline="") as file:  # noqa: PTH123
            writer = csv.writer(file)
            writer.writerow(_COLUMNS)
            for reject in rejects:
                record = orjson.dumps(dict(reject.record)).decode()
                cells = (reject.file, str(reject.row), reject.field, reject.value, reject.rule)
                writer.writerow([defused(c) for c in (*cells, reject.remedy, record)])
            file.flush()
            os.fsync(file.fileno())
        # Named by what it holds: another file of the same name never replaces it.
        content = hashlib.sha256(temporary.read_bytes()).hexdigest()[:8]
        target = folder / f"{Path(source_name).name}.{content}.rejects.csv"
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)
    return target


def leave_out(ids: Iterable[str], folder: Path) -> None:
    """Take every row that names one of `ids` out of the files of rejects below `folder`."""
    named = re.compile("|".join(rf"(?<![\w.-]){re.escape(key)}(?![\w.-])" for key in sorted(ids)))
    for draft in folder.glob("*/.rejects-*"):
        draft.unlink()
    for path in sorted(folder.glob("*/*.rejects.csv")):
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.reader(file))
        kept = [row for row in rows if not any(named.search(cell) for cell in row)]
        if len(kept) == len(rows):
            continue
        draft = path.with_name(f".rejects-{path.name}")
        with draft.open("w", encoding="utf-8-sig", newline="") as file:
            csv.writer(file).writerows(kept)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)


def defused(cell: str) -> str:
    """The cell, with an apostrophe in front where a spreadsheet would compute it."""
    return f"'{cell}" if cell.startswith(_STARTS_A_FORMULA) else cell
