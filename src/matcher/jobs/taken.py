"""Which incoming files were taken in already, so that the night reads only those that changed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from matcher.durable import file_digest, write_whole
from matcher.errors import ArtefactError
from matcher.intake.sources import tables_in


@dataclass(frozen=True, slots=True)
class Taken:
    """Digests of files by name, as taken into a register at its change `seq`."""

    register: str = ""
    seq: int = 0
    files: Mapping[str, str] | None = None

    @classmethod
    def read(cls, path: Path, *, register: str, seq: int) -> Taken:
        """What was taken into this register; nothing where it went back to an older state.

        Raises ArtefactError where the file cannot be read.
        """
        if not path.exists():
            return cls(register, seq, {})
        try:
            found = cls(**json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError) as error:
            raise ArtefactError(
                "What was taken in before cannot be read.",
                remedy=f"Move {path} away: all files are then taken in again.",
            ) from error
        fits = found.register == register and found.seq <= seq
        return found if fits else cls(register, seq, {})

    def unlike(self, files: Mapping[Path, str]) -> dict[Path, str]:
        """Those of `files`, with their digests, that are not as they were taken in."""
        known = self.files or {}
        return {path: digest for path, digest in files.items() if known.get(path.name) != digest}

    def after(self, files: Mapping[str, str], seq: int) -> Taken:
        """The same with these files taken in."""
        return replace(self, seq=seq, files={**(self.files or {}), **files})

    def write(self, path: Path) -> None:
        """Keep it."""
        told = {"register": self.register, "seq": self.seq, "files": dict(self.files or {})}
        write_whole(path, json.dumps(told, indent=1, ensure_ascii=False).encode())


def files_in(folder: Path) -> dict[Path, str]:
    """The tables that lie in a folder, with their digests."""
    return {path: file_digest(path) for path in tables_in(folder)}
