"""What the service says of a vacancy that is not in a list."""

from __future__ import annotations

import json
from datetime import date

import pytest
from sqlalchemy import text

from matcher.db.engine import writing
from matcher.db.store import upsert
from matcher.entities import Employer, HireReport, Language
from matcher.errors import NotFoundError
from matcher.ranking.advice import FailureCode, Verdict
from matcher.ranking.wording import Voice
from matcher.retrieval.changes import Change, ChangeKind
from matcher.retrieval.criteria import Criterion
from matcher.service.advice import Advice
from matcher.service.advice_views import changes_view, why_not_view
from tests.bureau import NOON, SEEKER, VACANCY, Bureau


def advice(bureau: Bureau) -> Advice:
    app = bureau.app
    return Advice(app.engine, app.live, app.indexer, clock=app.clock)


def put_vacancy(bureau: Bureau, key: str, **fields: object) -> None:
    assert bureau.put(f"/v1/vacancies/{key}", VACANCY | fields).status_code == 201


def put_seeker(bureau: Bureau, key: str, **fields: object) -> None:
    assert bureau.put(f"/v1/seekers/{key}", SEEKER | fields).status_code == 201


def listed(bureau: Bureau, seeker_id: str) -> set[str]:
    answer = bureau.get(f"/v1/seekers/{seeker_id}/matches?reason=present&k=50")
    return {line["id"] for line in answer.json()["lines"]}


def test_a_vacancy_of_the_list_fails_nothing(either: Bureau):
    found = advice(either).why_not("S-1", "V-1")
    assert found.eligible
    assert found.open
    assert (found.failures, found.changes, found.verdict) == ((), (), Verdict.ELIGIBLE)


def test_a_vacancy_that_somebody_was_sent_to_is_said_to_be_left_out_for_that(either: Bureau):
    sent = {"seeker_id": "S-1", "vacancy_id": "V-1"}
    assert either.post("/v1/referrals", sent).status_code == 201
    assert "V-1" not in listed(either, "S-1")
    found = advice(either).why_not("S-1", "V-1")
    assert (found.eligible, found.verdict) == (True, Verdict.SENT)
    told = either.get("/v1/seekers/S-1/vacancies/V-1/why-not?reason=present&lang=en").json()
    assert "already referred" in told["text"]


def test_a_vacancy_is_explained_and_the_changes_put_it_in_the_list(either: Bureau):
    put_vacancy(either, "V-9", shifts=["night"], licences=["forklift", "crane"])
    assert "V-9" not in listed(either, "S-1")
    found = advice(either).why_not("S-1", "V-9")
    assert [failure.criterion for failure in found.failures] == ["work_time", "licences"]
    assert found.verdict is Verdict.OPENABLE
    assert found.changes == (
        Change(ChangeKind.SHIFT, 4),
        Change(ChangeKind.LICENCE, "crane"),
    )
    put_seeker(either, "S-9", shifts=["day", "night"], licences=["forklift", "crane"])
    assert "V-9" in listed(either, "S-9")


def test_why_a_vacancy_is_shut_is_told_from_the_register(either: Bureau):
    put_vacancy(either, "V-8", posted_on="2026-04-01")
    # Written past the log of changes: the index cannot know, only the register does.
    with writing(either.app.engine) as connection:
        connection.execute(text("UPDATE vacancies SET closes_on = '2026-03-15' WHERE id = 'V-1'"))
        connection.execute(text("UPDATE vacancies SET closed_on = '2026-03-16' WHERE id = 'V-2'"))
        full = HireReport(id="H-1", vacancy_id="V-2", reported_on=NOON.date(), openings_filled=2)
        upsert(connection, [full])
    asked = advice(either)
    told = {key: asked.why_not("S-1", key) for key in ("V-1", "V-2", "V-8")}
    assert {key: [f.code for f in found.failures] for key, found in told.items()} == {
        "V-1": [FailureCode.EXPIRED],
        "V-2": [FailureCode.CLOSED, FailureCode.FULL],
        "V-8": [FailureCode.NOT_POSTED],
    }
    assert told["V-1"].failures[0].facts == {"day": date(2026, 3, 15)}
    for found in told.values():
        assert (found.open, found.changes, found.verdict) == (False, None, Verdict.SHUT)


def test_what_could_not_be_told_is_named(bureau: Bureau):
    found = advice(bureau).why_not("S-2", "V-1")
    assert found.eligible
    assert Criterion.PAY in found.unknown


@pytest.mark.parametrize(("seeker_id", "vacancy_id"), [("S-0", "V-1"), ("S-1", "V-0")])
def test_unknown_ids_are_not_found(bureau: Bureau, seeker_id: str, vacancy_id: str):
    with pytest.raises(NotFoundError):
        advice(bureau).why_not(seeker_id, vacancy_id)


def test_changes_count_the_index_and_what_came_in_since(bureau: Bureau):
    # V-1 lies in the base and needs the licence; V-7 and V-9 come into the overlay.
    put_seeker(bureau, "S-9", licences=[])
    put_vacancy(bureau, "V-7")
    put_vacancy(bureau, "V-9", shifts=["night"], licences=[])
    before = advice(bureau).changes("S-9")
    assert before.eligible == len(listed(bureau, "S-9")) == 2
    assert [(o.change, o.opens) for o in before.openings] == [
        (Change(ChangeKind.LICENCE, "forklift"), 2),
        (Change(ChangeKind.SHIFT, 4), 1),
    ]
    assert bureau.put("/v1/seekers/S-9", SEEKER).status_code == 200
    after = advice(bureau).changes("S-9")
    assert after.eligible == len(listed(bureau, "S-9")) == 4
    assert bureau.post("/v1/vacancies/V-9/close").status_code == 200
    assert advice(bureau).changes("S-9").openings == ()


def test_nobody_unknown_gets_changes(bureau: Bureau):
    with pytest.raises(NotFoundError):
        advice(bureau).changes("S-0")


def test_the_views_are_plain_values_in_words(bureau: Bureau):
    put_vacancy(bureau, "V-9", shifts=["night"])
    asked, reference = advice(bureau), bureau.app.reference
    found = asked.why_not("S-1", "V-9")
    why = why_not_view(found, language=Language.ZH, reference=reference)
    assert json.loads(json.dumps(why)) == {
        "seeker_id": "S-1",
        "vacancy_id": "V-9",
        "title": "堆高機操作員",
        "language": "zh",
        "open": True,
        "eligible": False,
        "text": "作以下調整即可符合條件",
        "failed": [
            {
                "criterion": "work_time",
                "name": "工作時段",
                "code": "work_time",
                "text": "需要：夜班；您登記的是日班",
            }
        ],
        "unknown": [],
        "changes": [{"kind": "shift", "value": "night", "text": "也接受夜班"}],
        "simulated": False,
        "notice": None,
    }
    counsellor = why_not_view(
        found, language=Language.EN, reference=reference, voice=Voice.COUNSELLOR
    )
    assert counsellor["failed"][0]["text"] == (
        "asks for night shift; the candidate registered day shift"
    )
    changes = changes_view(asked.changes("S-1"), language=Language.EN, reference=reference)
    assert json.loads(json.dumps(changes))["changes"] == [
        {"kind": "shift", "value": "night", "text": "night shift too: 1 more vacancy", "opens": 1}
    ]
    assert changes["text"] == "3 vacancies fit your record now"


def test_advice_names_nobody_and_calls_simulated_data_simulated(bureau: Bureau):
    with writing(bureau.app.engine) as connection:
        upsert(connection, [Employer(id="SIM-1", name="模擬")])
    asked, reference = advice(bureau), bureau.app.reference
    views = [
        why_not_view(asked.why_not("S-1", "V-1"), language=Language.EN, reference=reference),
        changes_view(asked.changes("S-1"), language=Language.EN, reference=reference),
    ]
    for view in views:
        assert view["simulated"] is True
        assert "Simulated" in view["notice"]
        assert "王小明" not in json.dumps(view, ensure_ascii=False)
