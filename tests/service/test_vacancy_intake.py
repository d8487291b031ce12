"""Vacancies are published when nothing is to be said against them, or when somebody said why."""

from __future__ import annotations

from dataclasses import replace

import pytest

from matcher.db.audit import newest_entries
from matcher.db.engine import reading
from matcher.db.overrides import overrides_of
from matcher.db.store import get, must_get
from matcher.entities import Pay, PayBasis, Vacancy
from matcher.errors import ConflictError, InvalidInputError
from matcher.service.audit import Action
from matcher.service.clock import day_of
from matcher.service.keys import Principal
from matcher.service.vacancy_intake import ObjectionError, VacancyIntake
from tests.bureau import BOSS, CLERK, NOON, Bureau

SOUND = Vacancy(
    id="V-90",
    employer_id="E-1",
    title="倉管",
    openings=1,
    posted_on=day_of(NOON),
    text="進出貨",
    pay=Pay(basis=PayBasis.MONTH, low=36_000, high=40_000, disclosed=True),
)
BAD = replace(SOUND, id="V-91", text="年齡35歲以下，女性佳")
REASONS = {("age", "年齡35歲以下"): "保全業法", ("sex", "女性佳"): "性別工作平等法"}


@pytest.fixture(params=["sqlite", "postgresql"])
def intake(request: pytest.FixtureRequest) -> VacancyIntake:
    name = "bureau" if request.param == "sqlite" else "bureau_on_postgres"
    bureau: Bureau = request.getfixturevalue(name)
    return bureau.app.vacancy_intake


def publish(
    intake: VacancyIntake,
    vacancy: Vacancy,
    reasons: dict[tuple[str, str], str] | None = None,
    *,
    new: bool = True,
    by: Principal = BOSS,
) -> None:
    intake.publish(vacancy, reasons=reasons or {}, by=by, now=NOON, new=new)


def stored(intake: VacancyIntake, key: str) -> Vacancy | None:
    with reading(intake._engine) as connection:
        return get(connection, Vacancy, key)


def test_a_sound_vacancy_is_published_and_can_be_found_at_once(bureau: Bureau):
    publish(bureau.app.vacancy_intake, SOUND)
    assert '"V-90"' in bureau.get("/v1/seekers/S-1/matches?reason=present").text


def test_what_the_law_objects_to_is_not_stored_without_a_reason_for_each_finding(
    intake: VacancyIntake,
):
    for reasons in ({}, dict(list(REASONS.items())[:1]), {("age", "other words"): "x"}):
        with pytest.raises(ObjectionError):
            publish(intake, BAD, reasons)
    assert stored(intake, "V-91") is None
    with reading(intake._engine) as connection:
        assert not overrides_of(connection, "V-91")


def test_with_its_reasons_it_is_stored_together_with_them(intake: VacancyIntake):
    publish(intake, BAD, REASONS)
    with reading(intake._engine) as connection:
        assert must_get(connection, Vacancy, "V-91").text == BAD.text
        made = {(one.code, one.words): one.reason for one in overrides_of(connection, "V-91")}
    assert made == REASONS
    assert not intake.check(BAD, now=NOON).open


def test_reasons_hold_for_their_words_and_are_not_recorded_twice(intake: VacancyIntake):
    publish(intake, BAD, REASONS)
    publish(intake, replace(BAD, openings=3), new=False)
    with reading(intake._engine) as connection:
        assert len(overrides_of(connection, "V-91")) == 2
    with pytest.raises(ObjectionError):
        publish(intake, replace(BAD, text="年齡30歲以下"), new=False)


def test_a_counsellor_confirms_a_check_and_lets_nothing_stand_that_is_forbidden(
    intake: VacancyIntake,
):
    withheld = replace(SOUND, pay=Pay(disclosed=False))
    (check,) = intake.check(withheld, now=NOON).open
    with pytest.raises(ObjectionError):
        publish(intake, withheld, by=CLERK)
    publish(intake, withheld, {(check.code, check.words): "月薪四萬五"}, by=CLERK)
    assert not intake.check(withheld, now=NOON).open
    with pytest.raises(ObjectionError):
        publish(intake, BAD, REASONS, by=CLERK)
    assert stored(intake, "V-91") is None


def logged(intake: VacancyIntake) -> list[tuple[str, ...]]:
    with reading(intake._engine) as connection:
        found = newest_entries(connection, who="boss", person=None, before=None, limit=9)
    return [(e.action, str(e.vacancy), e.detail, e.words) for _, e in reversed(found)]


def test_what_is_published_and_let_stand_is_in_the_audit_log(intake: VacancyIntake):
    publish(intake, BAD, REASONS)
    assert logged(intake) == [
        (Action.PUBLISHED, "V-91", "", ""),
        (Action.LET_STAND, "V-91", "age", "保全業法"),
        (Action.LET_STAND, "V-91", "sex", "性別工作平等法"),
    ]
    sent = [SOUND, replace(BAD, id="V-93")]
    for publishing in (False, True):
        intake.sieve(sent, by=BOSS, now=NOON, publish=publishing)
    assert logged(intake)[3:] == [(Action.PUBLISHED, "V-90", "", "")]


def test_a_reason_for_what_is_not_found_is_not_recorded(intake: VacancyIntake):
    publish(intake, SOUND, REASONS)
    with reading(intake._engine) as connection:
        assert not overrides_of(connection, "V-90")


def test_a_new_vacancy_replaces_none(intake: VacancyIntake):
    publish(intake, SOUND)
    with pytest.raises(ConflictError, match="registered already"):
        publish(intake, SOUND)


def test_a_vacancy_of_nobody_is_refused(intake: VacancyIntake):
    with pytest.raises(InvalidInputError, match="employer_id"):
        publish(intake, replace(SOUND, employer_id="E-404"))


def test_of_a_file_the_sound_ones_are_published_and_the_others_named(intake: VacancyIntake):
    homeless = replace(SOUND, id="V-92", employer_id="E-404")
    known = replace(BAD, id="V-1")
    sent = [SOUND, BAD, homeless, known]
    looked = intake.sieve(sent, by=CLERK, now=NOON, publish=False)
    assert looked.published == 0
    assert stored(intake, "V-90") is None
    sieved = intake.sieve(sent, by=CLERK, now=NOON, publish=True)
    assert sieved.published == 1
    assert [vacancy.id for vacancy, _ in sieved.held] == ["V-91", "V-1"]
    assert sieved.homeless == (homeless,)
    assert sieved.known == {"V-1"}
    assert stored(intake, "V-90") == SOUND
    assert stored(intake, "V-91") is None
    known_text = stored(intake, "V-1")
    assert known_text is not None
    assert known_text.text == "倉庫進出貨"
