"""The `matcher key` commands."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.table import Table

from matcher.bootstrap import App, create_identity_key
from matcher.cli.failing import failing_clearly
from matcher.cli.printing import out
from matcher.config import Settings
from matcher.service.keys import Role

keys = typer.Typer(no_args_is_help=True, help="API keys and the key of identity digests.")


@keys.command("create")
def create_key(
    role: Annotated[Role, typer.Option()],
    name: Annotated[str, typer.Option(help="who or what uses it")],
) -> None:
    """Create an API key and print it, this once."""
    with failing_clearly():
        bureau = App(Settings())
        print(bureau.keys.create(name=name, role=role, now=bureau.clock()))


@keys.command("list")
def list_keys() -> None:
    """List the API keys without their secrets."""
    with failing_clearly():
        table = Table("id", "name", "role", "created", "revoked")
        for key in App(Settings()).keys.all():
            revoked = key.revoked_at.isoformat(" ", "minutes") if key.revoked_at else ""
            created = key.created_at.isoformat(" ", "minutes")
            table.add_row(key.id, key.name, key.role, created, revoked)
        out.print(table)


@keys.command("revoke")
def revoke_key(key_id: str) -> None:
    """End an API key for good."""
    with failing_clearly():
        bureau = App(Settings())
        bureau.keys.revoke(key_id, now=bureau.clock())
        out.print(f"Key {key_id} is revoked.", highlight=False)


@keys.command("identity")
def identity_key() -> None:
    """Make the key of the identity digests, once. Keep a copy apart from the database."""
    with failing_clearly():
        path = Settings().key_path
        made = create_identity_key(path)
        out.print(f"{'Made' if made else 'Kept the existing'} {path}", highlight=False)
