"""What the law objects to is said with a vacancy; somebody may let it stand, with a reason."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import Engine, delete, func, select, update
from sqlalchemy.exc import DBAPIError

from api.schemas import Findings, Overridden, StoredVacancy
from matcher.compliance.findings import Code, Finding, Severity
from matcher.db import tables
from matcher.db.engine import reading, writing
from matcher.db.overrides import Override, add_override, overrides_of
from matcher.db.store import upsert
from matcher.entities import Employer, Vacancy
from matcher.service.keys import Role
from matcher.service.lint import Checked, newest
from tests.bureau import NOON, VACANCY, Bureau
from tests.strategies import TODAY

OBJECTIONABLE = VACANCY | {"text": "年齡35歲以下，女性佳"}
WITHHELD = VACANCY | {"pay_low": None, "pay_high": None, "pay_disclosed": False}
REASON = "保全業法第10條之1"
MADE = Override(
    id="O1",
    vacancy_id="V1",
    code="age",
    words="35歲以下",
    reason=REASON,
    made_at=NOON,
    made_by="k1",
    severity=Severity.FORBIDDEN,
)


def override(bureau: Bureau, words: str, *, role: Role = Role.SUPERVISOR, code: str = "age"):
    body = {"code": code, "words": words, "reason": REASON}
    return bureau.post("/v1/vacancies/V-1/overrides", body, role=role)


def test_a_draft_is_held_against_the_law_and_not_kept(bureau: Bureau):
    with reading(bureau.app.engine) as connection:
        before = connection.scalar(select(func.count()).select_from(tables.vacancies))
    answer = bureau.post("/v1/vacancies/lint?lang=en", OBJECTIONABLE | {"employer_id": "E-9"})
    assert answer.status_code == 200
    found = Findings.model_validate(answer.json())
    assert [(one.code, one.words) for one in found.findings] == [
        ("age", "年齡35歲以下"),
        ("sex", "女性佳"),
    ]
    assert found.forbidden == 2
    assert found.findings[0].rule.text == "Employment Service Act, section 5, paragraph 1"
    with reading(bureau.app.engine) as connection:
        after = connection.scalar(select(func.count()).select_from(tables.vacancies))
    assert before == after


def test_a_sound_draft_has_no_findings(bureau: Bureau):
    answer = bureau.post("/v1/vacancies/lint", VACANCY)
    assert answer.json() == {"forbidden": 0, "check": 0, "findings": []}


def test_storing_a_vacancy_says_what_is_found_and_rejects_nothing(bureau: Bureau):
    answer = bureau.put("/v1/vacancies/V-9", OBJECTIONABLE)
    assert answer.status_code == 201
    stored = StoredVacancy.model_validate(answer.json())
    assert (stored.id, stored.created, stored.forbidden) == ("V-9", True, 2)
    assert "就業服務法第5條第1項" in answer.text
    listed = bureau.get("/v1/vacancies/V-9/lint?lang=vi").json()
    assert listed["forbidden"] == 2
    assert "Luật" in listed["findings"][0]["rule"]["text"]


def test_the_findings_of_an_unknown_vacancy_are_not_found(bureau: Bureau):
    assert bureau.get("/v1/vacancies/V-99/lint").status_code == 404


def test_a_supervisor_lets_a_finding_stand_with_a_reason(bureau: Bureau):
    bureau.put("/v1/vacancies/V-1", OBJECTIONABLE)
    answer = override(bureau, "年齡35歲以下")
    assert answer.status_code == 201
    Overridden.model_validate(answer.json())
    found = Findings.model_validate(bureau.get("/v1/vacancies/V-1/lint").json())
    age, sex = found.findings
    assert age.override is not None
    assert age.override.reason == REASON
    assert age.override.made_by == bureau.keys[Role.SUPERVISOR].split("_")[1]
    assert sex.override is None
    assert found.forbidden == 1


def test_an_override_ends_with_the_words_it_was_made_for(bureau: Bureau):
    bureau.put("/v1/vacancies/V-1", OBJECTIONABLE)
    override(bureau, "年齡35歲以下")
    changed = bureau.put("/v1/vacancies/V-1", VACANCY | {"text": "年齡30歲以下"}).json()
    assert changed["forbidden"] == 1
    assert bureau.put("/v1/vacancies/V-1", OBJECTIONABLE).json()["forbidden"] == 1


def test_only_what_is_found_can_be_overridden(bureau: Bureau):
    assert override(bureau, "年齡35歲以下").status_code == 409
    bureau.put("/v1/vacancies/V-1", OBJECTIONABLE)
    assert override(bureau, "年齡35歲以下", code="sex").status_code == 409
    assert override(bureau, "年齡35歲以下", code="colour").status_code == 422


def test_a_reason_is_needed_and_holds_no_identity_number(bureau: Bureau):
    bureau.put("/v1/vacancies/V-1", OBJECTIONABLE)
    body = {"code": "age", "words": "年齡35歲以下"}
    for reason in ("", "A123456789"):
        answer = bureau.post(
            "/v1/vacancies/V-1/overrides", body | {"reason": reason}, role=Role.SUPERVISOR
        )
        assert answer.status_code == 422
        assert "A123456789" not in answer.text


def test_a_counsellor_cannot_let_stand_what_the_law_forbids(bureau: Bureau):
    bureau.put("/v1/vacancies/V-1", OBJECTIONABLE)
    refused = override(bureau, "年齡35歲以下", role=Role.COUNSELLOR)
    assert refused.status_code == 403
    assert "supervisor" in refused.json()["remedy"]
    assert bureau.get("/v1/vacancies/V-1/lint").json()["forbidden"] == 2


def test_a_counsellor_confirms_what_is_only_to_be_checked(bureau: Bureau):
    bureau.put("/v1/vacancies/V-1", WITHHELD)
    (finding,) = bureau.get("/v1/vacancies/V-1/lint").json()["findings"]
    assert (finding["code"], finding["severity"]) == ("pay_withheld", "check")
    answer = override(bureau, finding["words"], code="pay_withheld", role=Role.COUNSELLOR)
    assert answer.status_code == 201
    assert Overridden.model_validate(answer.json()).severity == "check"
    assert bureau.get("/v1/vacancies/V-1/lint").json()["check"] == 0


def test_a_check_that_was_confirmed_lets_nothing_stand_that_is_forbidden():
    confirmed = replace(MADE, severity=Severity.CHECK)
    check = Finding(Code.AGE, Severity.CHECK, "text", 0, 5, MADE.words)
    forbidden = replace(check, severity=Severity.FORBIDDEN)
    for overrides, standing in (
        ([confirmed], [forbidden]),
        ([MADE], []),
        ([MADE, replace(confirmed, id="O2")], []),
    ):
        checked = Checked((check, forbidden), newest(overrides))
        assert list(checked.open) == standing


def test_all_of_it_works_on_postgres(bureau_on_postgres: Bureau):
    bureau_on_postgres.put("/v1/vacancies/V-1", OBJECTIONABLE)
    assert override(bureau_on_postgres, "年齡35歲以下").status_code == 201
    assert bureau_on_postgres.get("/v1/vacancies/V-1/lint").json()["forbidden"] == 1


def test_the_record_of_an_override_is_never_changed_or_deleted(engine: Engine):
    vacancy = Vacancy(id="V1", employer_id="E1", title="保全", openings=1, posted_on=TODAY)
    with writing(engine) as connection:
        upsert(connection, [Employer(id="E1", name="大港保全")])
        upsert(connection, [vacancy])
        add_override(connection, MADE)
    table = tables.lint_overrides
    for statement in (update(table).values(reason="x"), delete(table)):
        with pytest.raises(DBAPIError, match="never changed"), writing(engine) as connection:
            connection.execute(statement)
    with reading(engine) as connection:
        assert overrides_of(connection, "V1") == [MADE]
