"""How long things about people are kept: a table that a bureau changes to its own rules."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from pathlib import Path

from matcher.errors import ConfigurationError
from matcher.reference import table_rows

TABLE = "retention.csv"


class What(StrEnum):
    """What is kept for a time of its own."""

    PEOPLE = "people"
    LISTS = "lists"
    REJECTS = "rejects"
    AUDIT = "audit"


Retention = Mapping[What, timedelta]

LEAST = dict.fromkeys(What, timedelta(days=1)) | {What.AUDIT: timedelta(days=366)}
"""The database itself keeps an entry of the audit log for a year."""


def read_retention(folder: Path) -> Retention:
    """The table in `folder`; raises ConfigurationError where it does not tell each thing once."""
    rows = list(table_rows(folder / TABLE))
    try:
        found = {What(row["what"]): timedelta(days=int(row["days"])) for row in rows}
    except (KeyError, ValueError, OverflowError) as error:
        raise _unreadable() from error
    if set(found) != set(What) or len(rows) != len(found):
        raise _unreadable()
    if any(found[what] < least for what, least in LEAST.items()):
        raise _unreadable()
    return found


def _unreadable() -> ConfigurationError:
    return ConfigurationError(
        f"{TABLE} does not say for how many days each thing is kept.",
        remedy=f"Give one row each for {', '.join(What)}, with one day or more, "
        f"of {What.AUDIT} with {LEAST[What.AUDIT].days}.",
    )
