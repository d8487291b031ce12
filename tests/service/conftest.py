"""The use cases are tried on both kinds of database."""

from __future__ import annotations

import pytest

from tests.bureau import Bureau


@pytest.fixture(params=["bureau", "bureau_on_postgres"], ids=["sqlite", "postgresql"])
def either(request: pytest.FixtureRequest) -> Bureau:
    """A filled service on either kind of database."""
    opened: Bureau = request.getfixturevalue(request.param)
    return opened
