"""How a command ends when something expected goes wrong: what, and how to mend it; no traceback."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import typer
from pydantic import ValidationError
from rich.markup import escape
from sqlalchemy.exc import SQLAlchemyError

from matcher.cli.printing import err
from matcher.errors import ConfigurationError, MatcherError


@contextmanager
def failing_clearly() -> Iterator[None]:
    """Expected errors end a command with their message and remedy, and exit code 1."""
    try:
        yield
    except MatcherError as error:
        problem = error
    except ValidationError as error:
        names = ", ".join(f"MATCHER_{item['loc'][0]}".upper() for item in error.errors())
        problem = ConfigurationError(
            f"Not a value that fits: {names}.", remedy="Correct the environment or the file .env."
        )
    except SQLAlchemyError as error:
        # Its text holds statements; its kind is enough.
        problem = ConfigurationError(
            f"The database does not answer as it should ({type(error).__name__}).",
            remedy="Check MATCHER_DATABASE_URL and that the server runs; a damaged file is "
            "restored from its backup.",
        )
    except OSError as error:
        problem = ConfigurationError(
            f"{error.filename or 'A file'}: {error.strerror}.", remedy="Check path and permissions."
        )
    else:
        return
    err.print(f"[bold red]Error:[/] {escape(problem.message)}", highlight=False)
    if problem.remedy:
        err.print(f"[bold]Remedy:[/] {escape(problem.remedy)}", highlight=False)
    raise typer.Exit(1)
