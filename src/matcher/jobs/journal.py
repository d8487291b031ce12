"""What a night has done so far, so that one that was killed goes on and does nothing twice."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from matcher.durable import write_whole
from matcher.errors import ArtefactError

FILE = "journal.json"

Result = dict[str, Any]
"""What a step tells of its work, as JSON."""


@dataclass(slots=True)
class Journal:
    """The steps of one night, in a file that is always whole.

    `began_at` is the moment all of its steps work as of, also after midnight and when resumed;
    `resumed` are the steps that an earlier run had begun.
    """

    folder: Path
    night: date
    began_at: datetime
    steps: dict[str, Result] = field(default_factory=dict)
    resumed: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, folder: Path, night: date, now: datetime) -> Journal:
        """The journal of a night in its `folder`, or a new one that begins `now`.

        Raises ArtefactError where the file cannot be read.
        """
        path = folder / FILE
        if not path.exists():
            return cls(folder, night, now)
        try:
            told = json.loads(path.read_text(encoding="utf-8"))
            return cls(folder, night, datetime.fromisoformat(told["began_at"]), told["steps"])
        except (OSError, ValueError, KeyError) as error:
            raise ArtefactError(
                f"The journal of the night {night} cannot be read.",
                remedy=f"Move {path} away: the night is then done again.",
            ) from error

    def result(self, step: str, inputs: str) -> Result | None:
        """What a step told when it was done with these inputs; None where it was not."""
        told = self.steps.get(step, {})
        found: Result | None = told.get("result")
        return found if told.get("inputs") == inputs else None

    def told(self, step: str) -> Result:
        """What a step told when it was last done; nothing where it was not."""
        found: Result = self.steps.get(step, {}).get("result") or {}
        return found

    def begin(self, step: str, inputs: str, clear: Callable[[], None]) -> None:
        """Note that a step begins; `clear` away what a step of other inputs left behind."""
        known = self.steps.get(step)
        if known and known["inputs"] == inputs:
            self.resumed.add(step)
            return
        if known:
            # First forgotten, then cleared: a kill in between must not make old pieces look new.
            self.steps[step] = {}
            self._write()
        clear()
        self.steps[step] = {"inputs": inputs}
        self._write()

    def done(self, step: str, result: Mapping[str, Any], *, seconds: float) -> None:
        """Note that a step is done."""
        told = {"result": dict(result), "seconds": round(seconds, 1)}
        self.steps[step] |= told | {"resumed": step in self.resumed}
        self._write()

    def _write(self) -> None:
        content = {
            "night": self.night.isoformat(),
            "began_at": self.began_at.isoformat(),
            "steps": self.steps,
        }
        text = json.dumps(content, indent=1, ensure_ascii=False)
        write_whole(self.folder / FILE, text.encode())


def digest_of(*parts: object) -> str:
    """A digest of what a step depends on."""
    content = json.dumps(parts, default=str, sort_keys=True)
    return hashlib.blake2b(content.encode(), digest_size=16).hexdigest()
