"""What is on disk of an artefact, generation by generation, for people to look at."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from matcher.artifacts.folder import current_if_any


@dataclass(frozen=True, slots=True, kw_only=True)
class Generation:
    """A published generation; `serves` is whether it is the current one."""

    name: str
    created_at: datetime
    encoder: str
    encoder_fingerprint: str
    counts: Mapping[str, int]
    metrics: Mapping[str, float]
    serves: bool


def generations(folder: Path) -> list[Generation]:
    """Those kept in `folder`, newest first; one whose manifest cannot be read is left out.

    Raises ArtefactError where it cannot be told which one serves.
    """
    serving = current_if_any(folder)
    found = []
    for path in folder.glob("[!.]*/manifest.json"):
        try:
            told = json.loads(path.read_text(encoding="utf-8"))
            found.append(
                Generation(
                    name=path.parent.name,
                    created_at=datetime.fromisoformat(told["created_at"]),
                    encoder=told["encoder"],
                    encoder_fingerprint=told["encoder_fingerprint"],
                    counts=told["counts"],
                    metrics=told["metrics"],
                    serves=path.parent.name == serving,
                )
            )
        except (OSError, ValueError, TypeError, KeyError):
            continue
    return sorted(found, key=lambda generation: (generation.created_at, generation.name))[::-1]
