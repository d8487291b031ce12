"""The `matcher staff` commands."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from matcher.bootstrap import App
from matcher.cli.failing import failing_clearly
from matcher.cli.printing import out
from matcher.config import Settings
from matcher.service.accounts import generated_password
from matcher.service.keys import Role

staff = typer.Typer(no_args_is_help=True, help="Accounts of the people who work at the bureau.")

Name = Annotated[str, typer.Argument(help="what they sign in with")]
Generate = Annotated[bool, typer.Option("--generate", help="make a password and print it, once")]


@staff.command("add")
def add(
    name: Name,
    role: Annotated[Role, typer.Option(help="counsellor, supervisor or analyst")],
    generate: Generate = False,
    subject: Annotated[
        str, typer.Option(help="what the identity provider calls them; then no password")
    ] = "",
) -> None:
    """Make an account; asks for its password."""
    with failing_clearly():
        bureau = App(Settings())
        password = None if subject else _password(generate)
        bureau.accounts.add(
            name, role=role, password=password, subject=subject or None, now=bureau.clock()
        )
        _told(password if generate else None)
        out.print(f"The account {escape(name)} is there.", highlight=False)


@staff.command("list")
def list_() -> None:
    """List the accounts."""
    with failing_clearly():
        table = Table("name", "role", "signs in by", "made", "disabled")
        for one in App(Settings()).accounts.all():
            disabled = one.disabled_at.isoformat(" ", "minutes") if one.disabled_at else ""
            made = one.created_at.isoformat(" ", "minutes")
            table.add_row(
                one.name, one.role, "provider" if one.subject else "password", made, disabled
            )
        out.print(table)


@staff.command("disable")
def disable(name: Name) -> None:
    """Let nobody in by this account any more; `password` opens it again."""
    with failing_clearly():
        bureau = App(Settings())
        bureau.accounts.disable(name, now=bureau.clock())
        out.print(f"The account {escape(name)} is disabled.", highlight=False)


@staff.command("password")
def password(name: Name, generate: Generate = False) -> None:
    """Set another password; whoever is signed in has to sign in anew."""
    with failing_clearly():
        bureau = App(Settings())
        made = _password(generate)
        bureau.accounts.set_password(name, made)
        _told(made if generate else None)
        out.print(f"The account {escape(name)} has another password.", highlight=False)


def _password(generate: bool) -> str:
    if generate:
        return generated_password()
    typed: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    return typed


def _told(password: str | None) -> None:
    if password is not None:
        print(password)
