"""A supervisor erases a person through the interface: no list and no record knows them then."""

from __future__ import annotations

from matcher.service.keys import Role
from tests.bureau import SEEKER, Bureau


def erase(bureau: Bureau, path: str = "/v1/seekers/S-1", role: Role = Role.SUPERVISOR):
    return bureau.client.delete(path, headers=bureau.headers(role))


def test_an_erased_person_is_unknown_at_once_and_never_comes_back(bureau: Bureau):
    def candidates() -> list[str]:
        answer = bureau.get("/v1/vacancies/V-1/candidates?reason=present&k=100").json()
        return [line["id"] for line in answer["lines"]]

    assert "S-1" in candidates()
    answer = erase(bureau)
    assert answer.status_code == 202
    assert answer.json() == {"id": "S-1", "files_pending": True}
    assert "S-1" not in candidates()
    assert bureau.get("/v1/seekers/S-1/matches?reason=present").status_code == 404
    again = bureau.put("/v1/seekers/S-1", SEEKER)
    assert again.status_code == 409
    assert "new id" in again.json()["remedy"]


def test_erasing_again_is_no_error_and_erasing_nobody_is_one(bureau: Bureau):
    assert [erase(bureau).status_code for _ in range(2)] == [202, 202]
    assert erase(bureau, "/v1/seekers/S-77").status_code == 404
    assert erase(bureau, "/v1/seekers/S-2?reason=because").status_code == 422
    assert erase(bureau, "/v1/seekers/S-2?reason=mistake").status_code == 202
