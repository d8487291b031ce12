"""The `matcher` command."""

from matcher.cli.commands import app

__all__ = ["app"]
