"""A key is looked up once a second at most, and a revoked one is not let in for longer."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine

from matcher.errors import UnauthenticatedError
from matcher.service.keys import FRESH_SECONDS, Keys, Role
from tests.bureau import NOON


def test_a_key_revoked_elsewhere_ends_within_a_second(engine: Engine):
    now = 100.0
    here, elsewhere = Keys(lambda: engine, seconds=lambda: now), Keys(lambda: engine)
    key = here.create(name="kiosk", role=Role.KIOSK, now=NOON)
    assert here.remembered(key) is None
    caller = here.authenticate(key)
    assert here.remembered(key) == caller
    elsewhere.revoke(caller.id, now=NOON)
    assert here.authenticate(key) == caller
    now += FRESH_SECONDS
    assert here.remembered(key) is None
    with pytest.raises(UnauthenticatedError):
        here.authenticate(key)


def test_a_key_revoked_here_ends_at_once(engine: Engine):
    keys = Keys(lambda: engine)
    key = keys.create(name="kiosk", role=Role.KIOSK, now=NOON)
    keys.revoke(keys.authenticate(key).id, now=NOON)
    with pytest.raises(UnauthenticatedError):
        keys.authenticate(key)


def test_a_key_with_another_secret_is_not_taken_for_the_one_remembered(engine: Engine):
    keys = Keys(lambda: engine)
    key = keys.create(name="kiosk", role=Role.KIOSK, now=NOON)
    keys.authenticate(key)
    assert keys.remembered(key + "x") is None
    with pytest.raises(UnauthenticatedError):
        keys.authenticate(key + "x")
