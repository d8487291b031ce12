"""A bureau that holds a fair, with a person on its register whose card can be scanned."""

from __future__ import annotations

from dataclasses import replace

import pytest

from matcher.bootstrap import create_identity_key
from matcher.db.engine import writing
from matcher.db.store import set_identity, upsert
from matcher.entities import Booth, JobFair
from matcher.identity import digest
from matcher.service.clock import day_of
from matcher.service.keys import Role
from matcher.service.kiosks import Kiosk
from tests.bureau import NOON, Bureau

FAIR = JobFair(id="F-1", name="春季徵才活動", held_on=day_of(NOON), district="806", address="巨蛋")
OTHER_FAIR = replace(FAIR, id="F-2", name="秋季徵才活動")
CARD = "A123456789"
"""A public test vector; here the card of S-1, 王小明."""
STRANGERS_CARD = "F131104093"


def with_fair(bureau: Bureau) -> Bureau:
    """Hold a fair at which E-1 has booth 7, and give S-1 a card."""
    create_identity_key(bureau.app.settings.key_path)
    key = bureau.app.identity_key
    assert key is not None
    with writing(bureau.app.engine) as connection:
        upsert(connection, [FAIR, OTHER_FAIR])
        upsert(connection, [Booth(fair_id=FAIR.id, number="7", employer_id="E-1")])
        set_identity(connection, {"S-1": digest(CARD, key)})
    return bureau


def kiosk_at(bureau: Bureau, fair: JobFair = FAIR) -> Kiosk:
    """A kiosk, set up at the fair."""
    return bureau.app.kiosks.at(bureau.app.kiosks.set_up(bureau.keys[Role.KIOSK], fair.id))


@pytest.fixture
def fairground(bureau: Bureau) -> Bureau:
    """The filled service while a fair is held."""
    return with_fair(bureau)
