"""The command that holds the audit log against its seals."""

from __future__ import annotations

import typer

from matcher.bootstrap import App
from matcher.cli.commands import app
from matcher.cli.failing import failing_clearly
from matcher.cli.printing import out
from matcher.config import Settings
from matcher.db.audit_seals import newest_seal, objections
from matcher.db.engine import reading
from matcher.service.retention import What


@app.command()
def audit() -> None:
    """Say whether the audit log is as each night sealed it (docs/privacy.md)."""
    with failing_clearly():
        bureau = App(Settings())
        kept_since = bureau.clock() - bureau.retention[What.AUDIT]
        with reading(bureau.engine) as connection:
            found = objections(connection, kept_since=kept_since)
            newest = newest_seal(connection)
    for sentence in found:
        out.print(f"[red]{sentence}[/]", highlight=False)
    if newest is None:
        out.print("Nothing is sealed yet; each night does.")
    else:
        out.print(
            f"{'Otherwise as' if found else 'As'} sealed up to entry {newest.last_seq:,}, "
            f"{newest.made_at:%Y-%m-%d}: {newest.digest}",
            highlight=False,
        )
    raise typer.Exit(1 if found else 0)
