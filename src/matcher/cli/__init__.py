"""The `matcher` command."""

import gc

# What is loaded stays: to look for garbage in it takes a fifth of a start.
gc.disable()

from matcher.cli import auditing as auditing
from matcher.cli import erasing as erasing
from matcher.cli import learning as learning
from matcher.cli import linting as linting
from matcher.cli import nightly as nightly
from matcher.cli import planning as planning
from matcher.cli import rates as rates
from matcher.cli import reporting as reporting
from matcher.cli.commands import app

gc.freeze()
gc.enable()

__all__ = ["app"]
