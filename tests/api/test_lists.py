"""What a list shows, and what it never shows."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

from api.follower import Follower
from api.schemas import CandidateList, VacancyList
from matcher.db.engine import writing
from matcher.db.store import get, set_identity, upsert
from matcher.entities import Channel, Employer, HireReport, ProtectedAttributes, Vacancy
from matcher.identity import IdentityDigest
from matcher.service.keys import Role
from tests.bureau import NOON, VACANCY, Bureau, publish_index

OWN = ("impression_id", "made_at", "versions")
"""What differs from list to list by itself."""


def ids(answer) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [line["id"] for line in answer.json()["lines"]]


def content(answer) -> dict[str, object]:
    assert answer.status_code == 200
    return {name: value for name, value in answer.json().items() if name not in OWN}


def test_a_list_for_a_seeker_is_as_documented(bureau: Bureau):
    answer = bureau.get("/v1/seekers/S-1/matches?reason=present&k=2&lang=zh")
    found = VacancyList.model_validate(answer.json())
    assert [line.rank for line in found.lines] == [1, 2]
    assert found.eligible == 3
    best = next(line for line in found.lines if line.id == "V-1")
    assert best.employer.name == "前鎮倉儲"
    assert best.place.name == "前鎮區"
    assert best.pay.text == "月薪 36,000–40,000 元"
    assert (best.closes_on, best.closes_on_roc) == ("2026-12-31", "民國115年12月31日")
    assert best.openings_left == 2
    assert "licence_held" in {reason.code for reason in best.reasons}
    assert all(reason.text for reason in best.reasons)


def test_a_list_carries_its_versions_and_both_rates(bureau: Bureau):
    found = VacancyList.model_validate(bureau.get("/v1/seekers/S-1/matches?reason=present").json())
    assert found.versions.index_generation == bureau.app.live.snapshot.index.manifest.generation
    assert found.versions.encoder == bureau.app.indexer.encoder.name
    rates = {rate.key: rate for rate in found.rates}
    assert rates.keys() == {"employment_rate", "fill_rate"}
    assert (rates["employment_rate"].value, rates["employment_rate"].denominator.count) == (
        "0.00",
        2,
    )
    assert rates["fill_rate"].denominator.count == 6


def test_a_list_is_logged_as_it_was_shown(bureau: Bureau):
    answer = bureau.get("/v1/seekers/S-1/matches?reason=present&k=2").json()
    query = text("SELECT channel, seeker_id, items FROM impressions WHERE id = :id")
    with bureau.app.engine.connect() as connection:
        row = connection.execute(query, {"id": answer["impression_id"]}).one()
    assert (row.channel, row.seeker_id) == ("counsellor", "S-1")
    assert all(line["id"] in row.items for line in answer["lines"])


def test_candidates_have_no_name_and_no_resume(bureau: Bureau):
    answer = bureau.get("/v1/vacancies/V-1/candidates?reason=present&lang=en")
    found = CandidateList.model_validate(answer.json())
    assert {line.id for line in found.lines} == {"S-1", "S-2"}
    assert "王小明" not in answer.text
    assert "陳美華" not in answer.text
    assert "做過三年" not in answer.text
    first = next(line for line in found.lines if line.id == "S-1")
    assert first.district.name == "Qianzhen"
    assert [licence.name for licence in first.licences] == ["forklift licence"]
    assert any("the candidate" in reason.text for reason in first.reasons)
    unsaid = next(line for line in found.lines if line.id == "S-2")
    criteria = {unknown.criterion for unknown in unsaid.unknown}
    assert criteria == {"place", "work_time", "employment", "pay", "licences"}


@pytest.mark.parametrize("role", [Role.KIOSK, Role.COUNSELLOR, Role.ADMIN])
def test_a_profile_gets_a_list_and_leaves_nothing_behind(
    bureau: Bureau, role: Role, tmp_path: Path
):
    words = "會開堆高機，想找前鎮的倉庫日班，月薪三萬五"
    answer = bureau.post("/v1/matches?lang=vi", {"text": words}, role=role)
    found = VacancyList.model_validate(answer.json())
    assert len(found.lines) == 3
    assert found.language == "vi"
    kept = [p for p in tmp_path.rglob("*") if p.is_file() and words.encode() in p.read_bytes()]
    assert kept == []
    with bureau.app.engine.connect() as connection:
        query = text("SELECT channel FROM impressions WHERE id = :id")
        channel = connection.execute(query, {"id": found.impression_id}).scalar_one()
    assert channel == {Role.KIOSK: Channel.KIOSK, Role.COUNSELLOR: Channel.COUNSELLOR}.get(
        role, Channel.API
    )


def test_criteria_of_a_profile_shorten_its_list(bureau: Bureau):
    without = {"title": "倉儲", "licences": []}
    assert sorted(ids(bureau.post("/v1/matches", without))) == ["V-2", "V-3"]
    dear = {"title": "倉儲", "pay_floor": 90000}
    assert ids(bureau.post("/v1/matches", dear)) == []


def test_a_closed_vacancy_is_gone_from_the_next_list(bureau: Bureau):
    assert "V-1" in ids(bureau.get("/v1/seekers/S-1/matches?reason=present"))
    closed = bureau.post("/v1/vacancies/V-1/close")
    assert closed.json() == {
        "id": "V-1", "closed_on": "2026-03-16", "closed_on_roc": "民國115年3月16日",
    }  # fmt: skip
    assert "V-1" not in ids(bureau.get("/v1/seekers/S-1/matches?reason=present"))
    assert ids(bureau.get("/v1/vacancies/V-1/candidates?reason=present")) == []


def test_a_vacancy_the_person_was_sent_to_is_not_offered_again(bureau: Bureau):
    path = "/v1/seekers/S-1/matches?reason=present"
    before = bureau.get(path).json()
    first, *others = [line["id"] for line in before["lines"]]
    assert others
    sent = {"seeker_id": "S-1", "vacancy_id": first}
    assert bureau.post("/v1/referrals", sent).status_code == 201
    after = bureau.get(path).json()
    assert [line["id"] for line in after["lines"]] == others
    assert [line["rank"] for line in after["lines"]] == list(range(1, len(others) + 1))
    assert after["eligible"] == before["eligible"] - 1
    assert (
        bureau.get("/v1/seekers/S-1/changes?reason=present").json()["eligible"] == after["eligible"]
    )
    assert first in {
        line["id"] for line in bureau.post("/v1/matches", {"text": "堆高機"}).json()["lines"]
    }


def test_who_was_sent_to_a_vacancy_is_no_longer_its_candidate(bureau: Bureau):
    path = "/v1/vacancies/V-1/candidates?reason=for_vacancy"
    before = bureau.get(path).json()
    assert {line["id"] for line in before["lines"]} == {"S-1", "S-2"}
    sent = {"seeker_id": "S-1", "vacancy_id": "V-1"}
    assert bureau.post("/v1/referrals", sent).status_code == 201
    after = bureau.get(path).json()
    assert [(line["id"], line["rank"]) for line in after["lines"]] == [("S-2", 1)]
    assert after["eligible"] == before["eligible"] - 1
    other = bureau.get("/v1/vacancies/V-2/candidates?reason=for_vacancy")
    assert set(ids(other)) == {"S-1", "S-2"}


def test_a_vacancy_put_now_is_found_now(bureau: Bureau):
    assert bureau.put("/v1/vacancies/V-9", VACANCY).status_code == 201
    assert "V-9" in ids(bureau.get("/v1/seekers/S-1/matches?reason=present"))
    assert bureau.put("/v1/vacancies/V-9", VACANCY | {"pay_high": 36000}).status_code == 200
    lines = bureau.get("/v1/seekers/S-1/matches?reason=present&lang=en").json()["lines"]
    assert next(v for v in lines if v["id"] == "V-9")["pay"]["text"] == "NT$36,000 a month"


def test_an_expired_or_full_vacancy_is_not_listed_even_by_an_old_index(bureau: Bureau):
    # Written past the log of changes: the index cannot know, only the register does.
    with writing(bureau.app.engine) as connection:
        connection.execute(text("UPDATE vacancies SET closes_on = '2026-03-15' WHERE id = 'V-1'"))
        report = HireReport(id="H-1", vacancy_id="V-2", reported_on=NOON.date(), openings_filled=2)
        upsert(connection, [report])
        connection.execute(text("DELETE FROM changes WHERE entity_id = 'V-2'"))
    assert ids(bureau.get("/v1/seekers/S-1/matches?reason=present")) == ["V-3"]
    assert ids(bureau.post("/v1/matches", {"text": "倉庫"})) == ["V-3"]


def test_a_seeker_who_withdrew_is_no_candidate(bureau: Bureau):
    gone = {"registered_on": "2026-02-01", "title": "廚師", "status": "withdrawn"}
    assert bureau.put("/v1/seekers/S-2", gone).status_code == 200
    assert ids(bureau.get("/v1/vacancies/V-1/candidates?reason=present")) == ["S-1"]


def test_lists_stay_the_same_when_protected_attributes_or_the_id_number_change(bureau: Bureau):
    paths = (
        "/v1/seekers/S-1/matches?reason=present",
        "/v1/vacancies/V-1/candidates?reason=present",
    )
    before = [content(bureau.get(path)) for path in paths]
    for sex, digest in (("female", "a" * 64), ("male", "b" * 64)):
        with writing(bureau.app.engine) as connection:
            flags = ProtectedAttributes(
                seeker_id="S-1", sex=sex, birth_date=NOON.date(), special_groups=("indigenous",)
            )
            upsert(connection, [flags])
            set_identity(connection, {"S-1": IdentityDigest(digest, 1)})
        publish_index(bureau.app)
        bureau.app.sync()
        assert [content(bureau.get(path)) for path in paths] == before


def test_simulated_records_are_called_so(bureau: Bureau):
    with writing(bureau.app.engine) as connection:
        upsert(connection, [Employer(id="SIM-1", name="模擬")])
    answer = bureau.get("/v1/seekers/S-1/matches?reason=present&lang=en").json()
    assert answer["simulated"] is True
    assert "Simulated" in answer["notice"]
    assert "模擬" in bureau.get("/v1/rates").json()["notice"]


def test_an_import_becomes_searchable_without_a_request(bureau: Bureau):
    with writing(bureau.app.engine) as connection:
        known = get(connection, Vacancy, "V-1")
        assert known is not None
        upsert(connection, [replace(known, id="V-8")])
    assert "V-8" not in ids(bureau.get("/v1/seekers/S-1/matches?reason=present"))
    follower = Follower(bureau.app, every=0.01)
    follower.start()
    deadline = time.monotonic() + 10
    while "V-8" not in ids(bureau.get("/v1/seekers/S-1/matches?reason=present")):
        assert time.monotonic() < deadline
    follower.stop()
    assert not follower.running
