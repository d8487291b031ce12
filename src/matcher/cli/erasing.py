"""The command that erases a person."""

from __future__ import annotations

from typing import Annotated

import typer

from matcher.bootstrap import App
from matcher.cli.commands import COMMAND, app
from matcher.cli.failing import failing_clearly
from matcher.cli.printing import out
from matcher.config import Settings
from matcher.entities import ErasureReason
from matcher.jobs.alone import alone
from matcher.progress import track


@app.command()
def erase(
    seeker_id: Annotated[
        str, typer.Argument(help="default: nobody more, but end what was begun")
    ] = "",
    reason: Annotated[
        ErasureReason, typer.Option(help="why; kept beside a hash of the id")
    ] = ErasureReason.REQUEST,
) -> None:
    """Erase a person for good: register, index, lists, vectors (docs/privacy.md).

    Broken off, it is ended by running it again, or by the next night.
    """
    # Its libraries take seconds to load, which other commands should not pay.
    from matcher.jobs.erasing import Places, finish_erasures

    with failing_clearly():
        bureau = App(Settings())
        now = bureau.clock()
        if seeker_id:
            bureau.register.erase(seeker_id, reason=reason, by=COMMAND, now=now)
            out.print("Erased from the register.")
        places = Places(
            index=bureau.index_folder,
            nights=bureau.night_folder,
            rejects=bureau.settings.var_dir / "rejects",
            models=bureau.settings.models_dir,
        )
        with alone(bureau.night_folder, "night"):
            people = finish_erasures(bureau.engine, bureau.indexer, places, now=now, track=track)
        out.print(
            f"Erased from index, lists, rejects and caches: {people}. The bureau's own files, what "
            "was exported or printed and backups are not reached.",
            highlight=False,
        )
