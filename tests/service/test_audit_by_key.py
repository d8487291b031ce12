"""Whoever asks about people by key stands in the audit log: who, whom, why and when."""

from __future__ import annotations

import pytest

from matcher.db.audit import Entry
from matcher.service.audit import Action
from matcher.service.keys import Role
from tests.bureau import NOON, SEEKER, VACANCY, Bureau, logged

PERSON = "/v1/seekers/S-1/matches"
SHORTLIST = "/v1/vacancies/V-1/candidates"
PAIR = "/v1/seekers/S-1/vacancies/V-1/why-not"
CHANGES = "/v1/seekers/S-1/changes"


def told(entry: Entry) -> tuple[object, ...]:
    return entry.action, entry.person, entry.vacancy, entry.reason


def test_a_list_of_a_person_is_a_look_at_them(either: Bureau):
    assert either.get(f"{PERSON}?reason=follow_up").status_code == 200
    (look,) = logged(either.app)
    assert told(look) == (Action.LISTED, "S-1", None, "follow_up")
    key = either.keys[Role.COUNSELLOR].split("_")[1]
    assert (look.who, look.role, look.made_at) == (key, Role.COUNSELLOR, NOON)
    assert either.app.audit.names([(1, look)]) == {key: "counsellor"}


def test_a_shortlist_is_a_look_at_everybody_in_it(either: Bureau):
    lines = either.get(f"{SHORTLIST}?reason=for_vacancy").json()["lines"]
    look, *shown = logged(either.app)
    assert told(look) == (Action.SHORTLISTED, None, "V-1", "for_vacancy")
    assert [told(one) for one in shown] == [
        (Action.SHOWN, line["id"], "V-1", "for_vacancy") for line in lines
    ]
    assert {one.look for one in shown} == {look.id}
    assert len(shown) == 2


@pytest.mark.parametrize(
    ("path", "action", "vacancy"),
    [(PAIR, Action.OPENED, "V-1"), (CHANGES, Action.LISTED, None)],
)
def test_advice_about_a_person_is_a_look_at_them(
    bureau: Bureau, path: str, action: Action, vacancy: str | None
):
    assert bureau.get(f"{path}?reason=present").status_code == 200
    assert [told(one) for one in logged(bureau.app)] == [(action, "S-1", vacancy, "present")]


@pytest.mark.parametrize("path", [PERSON, SHORTLIST, PAIR, CHANGES])
@pytest.mark.parametrize("reason", ["", "?reason=", "?reason=other", "?reason=curious"])
def test_without_a_reason_nobody_is_looked_at(bureau: Bureau, path: str, reason: str):
    answer = bureau.get(f"{path}{reason}")
    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    assert error["field"] == "query.reason"
    assert "lines" not in answer.text
    if reason:
        assert "'present', 'requested', 'for_vacancy' or 'follow_up'" in error["rule"]
    assert logged(bureau.app) == []


def test_whom_nobody_registered_nobody_looked_at(bureau: Bureau):
    for path in (PERSON, PAIR, CHANGES):
        unknown = path.replace("S-1", "S-404")
        assert bureau.get(f"{unknown}?reason=present").status_code == 404
    assert bureau.get("/v1/vacancies/V-404/candidates?reason=for_vacancy").status_code == 404
    assert logged(bureau.app) == []


def test_a_list_for_nobody_known_is_no_look(bureau: Bureau):
    assert bureau.post("/v1/matches", {"text": "倉庫"}, role=Role.KIOSK).status_code == 200
    assert bureau.post("/v1/matches?reason=present", {"text": "倉庫"}).status_code == 422
    assert logged(bureau.app) == []


def test_what_a_program_does_to_a_person_is_logged_with_it(either: Bureau):
    pair = {"seeker_id": "S-1", "vacancy_id": "V-1"}
    referral = either.post("/v1/referrals", pair).json()["id"]
    outcome = {"outcome": "interviewed", "happened_on": "2026-03-16"}
    for _ in range(2):
        path = f"/v1/referrals/{referral}/outcome"
        assert either.post(path, outcome).status_code == 200
    either.put("/v1/seekers/S-2", SEEKER)
    found = logged(either.app)
    assert [told(one) for one in found] == [
        (Action.REFERRED, "S-1", "V-1", "duty"),
        (Action.OUTCOME, "S-1", "V-1", "duty"),
        (Action.CORRECTED, "S-1", "V-1", "duty"),
        (Action.STORED, "S-2", None, "duty"),
    ]
    assert [one.record for one in found] == [referral] * 3 + [None]
    assert found[1].detail == "interviewed"


def test_who_erases_a_person_is_logged_once_and_without_the_person(either: Bureau):
    for _ in range(2):
        path, headers = "/v1/seekers/S-1", either.headers(Role.SUPERVISOR)
        assert either.client.delete(path, headers=headers).status_code == 202
    (entry,) = logged(either.app)
    assert told(entry) == (Action.ERASED, "erased", None, "duty")
    assert entry.role == Role.SUPERVISOR


def test_what_a_program_does_to_a_vacancy_is_logged_with_it(either: Bureau):
    either.put("/v1/vacancies/V-9", VACANCY | {"text": "年齡35歲以下"})
    body = {"code": "age", "words": "年齡35歲以下", "reason": "依保全業法"}
    answer = either.post("/v1/vacancies/V-9/overrides", body, role=Role.SUPERVISOR)
    for _ in range(2):
        either.post("/v1/vacancies/V-9/close")
    published, let_stand, closed = logged(either.app)
    assert told(published) == (Action.PUBLISHED, None, "V-9", "duty")
    assert told(let_stand) == (Action.LET_STAND, None, "V-9", "duty")
    assert (let_stand.record, let_stand.detail, let_stand.words) == (
        answer.json()["id"],
        "age",
        "依保全業法",
    )
    assert told(closed) == (Action.CLOSED, None, "V-9", "duty")


def test_who_traces_a_figure_to_its_records_is_logged(bureau: Bureau):
    path = "/v1/rates/employment_rate/events?side=denominator"
    assert bureau.get(path, role=Role.ANALYST).json()["events"]
    (entry,) = logged(bureau.app)
    assert told(entry) == (Action.EVIDENCE, None, None, "figure")
    assert (entry.role, entry.detail) == (Role.ANALYST, "employment_rate")


def test_a_list_that_cannot_be_logged_is_not_shown(bureau: Bureau):
    with bureau.app.engine.begin() as connection:
        connection.exec_driver_sql(
            "CREATE TRIGGER no_entry BEFORE INSERT ON audit_log "
            "BEGIN SELECT RAISE(ABORT, 'full'); END"
        )
    for path in (PERSON, SHORTLIST, PAIR, CHANGES):
        answer = bureau.client.get(f"{path}?reason=present", headers=bureau.headers())
        assert answer.status_code >= 500
        assert "lines" not in answer.text
    assert logged(bureau.app) == []
