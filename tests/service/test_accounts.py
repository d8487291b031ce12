"""Who is let in by name and password, and how long whoever guesses has to wait."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Engine, select

from matcher.db import tables
from matcher.db.engine import reading
from matcher.errors import (
    ConflictError,
    InvalidInputError,
    NotFoundError,
    TooManyRequestsError,
    UnauthenticatedError,
)
from matcher.service.accounts import Accounts, generated_password
from matcher.service.keys import Keys, Role
from matcher.service.sessions import LIMITS, Sessions
from matcher.service.tries import FREE, LONGEST_WAIT, Tries, wait_after
from tests.bureau import NOON

PASSWORD = "correct horse battery"
HERE, THERE = "192.0.2.1", "198.51.100.7"


@pytest.fixture
def accounts(engine: Engine) -> Accounts:
    made = Accounts(engine, Tries(engine))
    made.add("chen", role=Role.COUNSELLOR, password=PASSWORD, now=NOON)
    return made


def guess(accounts: Accounts, name: str, times: int, *, address: str = HERE, now=NOON) -> None:
    for _ in range(times):
        with pytest.raises(UnauthenticatedError):
            accounts.enter(name, "wrong password", address=address, now=now)


def test_name_and_password_let_in_however_the_name_is_written(accounts: Accounts):
    (account,) = accounts.all()
    for name in ("chen", " CHEN ", "ｃｈｅｎ"):
        assert accounts.enter(name, PASSWORD, address=HERE, now=NOON) == account.id


def test_a_password_is_kept_as_an_argon2id_hash_only(accounts: Accounts, engine: Engine):
    del accounts
    with reading(engine) as connection:
        (row,) = connection.execute(select(tables.staff))
    assert row.password.startswith("$argon2id$")
    assert PASSWORD not in str(row)


def test_every_way_to_be_wrong_says_the_same(accounts: Accounts):
    accounts.add("lin", role=Role.ANALYST, password=PASSWORD, now=NOON)
    accounts.disable("lin", now=NOON)
    accounts.add("wu", role=Role.ANALYST, subject="provider|7", now=NOON)
    told = set()
    for name in ("chen", "nobody", "lin", "wu", ""):
        password = "wrong password" if name == "chen" else PASSWORD
        with pytest.raises(UnauthenticatedError) as error:
            accounts.enter(name, password, address=HERE, now=NOON)
        told.add(str(error.value))
    assert len(told) == 1


@pytest.mark.parametrize("name", ["chen", "nobody"])
def test_after_some_tries_a_name_has_to_wait_whether_an_account_has_it_or_not(
    accounts: Accounts, name: str
):
    guess(accounts, name, FREE["name"])
    with pytest.raises(TooManyRequestsError):
        accounts.enter(name, PASSWORD, address=THERE, now=NOON + timedelta(seconds=29))
    guess(accounts, name, 1, now=NOON + timedelta(seconds=30))
    with pytest.raises(TooManyRequestsError):
        accounts.enter(name, PASSWORD, address=HERE, now=NOON + timedelta(seconds=89))


def test_the_right_password_after_the_wait_starts_anew(accounts: Accounts):
    guess(accounts, "chen", FREE["name"])
    later = NOON + timedelta(seconds=30)
    accounts.enter("chen", PASSWORD, address=HERE, now=later)
    guess(accounts, "chen", FREE["name"] - 1, now=later)
    accounts.enter("chen", PASSWORD, address=HERE, now=later)


def test_an_address_that_tries_many_names_has_to_wait(accounts: Accounts):
    for number in range(FREE["address"]):
        guess(accounts, f"somebody{number}", 1)
    with pytest.raises(TooManyRequestsError):
        accounts.enter("chen", PASSWORD, address=HERE, now=NOON)
    accounts.enter("chen", PASSWORD, address=THERE, now=NOON)


def test_waits_double_up_to_a_quarter_of_an_hour():
    waits = [wait_after(tries, 5).total_seconds() for tries in range(4, 12)]
    assert waits == [0, 30, 60, 120, 240, 480, 900, 900]
    assert wait_after(10_000, 5) == LONGEST_WAIT


def test_neither_names_nor_addresses_are_kept_of_tries(accounts: Accounts, engine: Engine):
    guess(accounts, "nobody", 1)
    with reading(engine) as connection:
        kept = str(connection.execute(select(tables.sign_in_tries)).all())
    assert "nobody" not in kept
    assert HERE not in kept


def test_tries_are_forgotten_after_a_day(accounts: Accounts, engine: Engine):
    guess(accounts, "nobody", 1)
    accounts.enter("chen", PASSWORD, address=THERE, now=NOON + timedelta(days=1, seconds=1))
    with reading(engine) as connection:
        assert len(connection.execute(select(tables.sign_in_tries)).all()) == 1


@pytest.mark.parametrize(
    ("name", "password"),
    [
        ("chen2", "tooshort"),
        ("chen2", "my name is chen2"),
        ("chen2", "x" * 200),
        ("A123456789", PASSWORD),
        ("a b", PASSWORD),
        ("", PASSWORD),
    ],
)
def test_a_weak_password_or_a_name_that_cannot_be_is_refused(
    accounts: Accounts, name: str, password: str
):
    with pytest.raises(InvalidInputError) as error:
        accounts.add(name, role=Role.COUNSELLOR, password=password, now=NOON)
    assert password not in str(error.value)


def test_a_name_is_taken_once_and_keys_have_other_roles(accounts: Accounts):
    with pytest.raises(ConflictError):
        accounts.add("Chen", role=Role.ANALYST, password=PASSWORD, now=NOON)
    with pytest.raises(InvalidInputError):
        accounts.add("boss", role=Role.ADMIN, password=PASSWORD, now=NOON)


def test_disabling_and_another_password_end_what_was_open(accounts: Accounts, engine: Engine):
    sessions = Sessions(engine, Keys(lambda: engine))
    (account,) = accounts.all()
    for end in (
        lambda: accounts.disable("chen", now=NOON),
        lambda: accounts.set_password("chen", generated_password()),
    ):
        accounts.set_password("chen", PASSWORD)
        token = sessions.open_for(account.id, now=NOON)
        assert sessions.find(token, now=NOON).id == account.id
        end()
        with pytest.raises(UnauthenticatedError):
            sessions.find(token, now=NOON)
    with pytest.raises(NotFoundError):
        accounts.disable("nobody", now=NOON)


def test_another_password_lets_in_at_once_whoever_has_to_wait(accounts: Accounts):
    guess(accounts, "chen", FREE["name"])
    accounts.set_password("chen", "another long password")
    accounts.enter("chen", "another long password", address=HERE, now=NOON)


def test_a_session_of_an_account_ends_when_idle_and_when_its_day_is_over(
    accounts: Accounts, engine: Engine
):
    sessions, limits = Sessions(engine, Keys(lambda: engine)), LIMITS[Role.COUNSELLOR]
    (account,) = accounts.all()
    token = sessions.open_for(account.id, now=NOON)
    with pytest.raises(UnauthenticatedError):
        sessions.find(token, now=NOON + limits.idle)
    now = NOON
    while now - NOON < limits.longest - limits.idle:
        now += limits.idle - timedelta(seconds=1)
        assert sessions.find(token, now=now).role is Role.COUNSELLOR
    with pytest.raises(UnauthenticatedError):
        sessions.find(token, now=NOON + limits.longest)


def test_a_provider_lets_in_whom_an_account_names(accounts: Accounts):
    made = accounts.add("wu", role=Role.SUPERVISOR, subject="provider|7", now=NOON)
    assert accounts.of_subject("provider|7") == made
    accounts.disable("wu", now=NOON)
    for subject in ("provider|7", "provider|8", ""):
        with pytest.raises(UnauthenticatedError):
            accounts.of_subject(subject)
