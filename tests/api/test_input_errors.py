"""What is wrong with a request is said in sentences of our own, with the way to mend it."""

from __future__ import annotations

import pytest
from fastapi.exceptions import RequestValidationError

from api.access import MAY
from api.input_errors import SENTENCES, found_in
from matcher.service.keys import Role
from tests.api.test_access import BODIES, concrete
from tests.bureau import SEEKER, VACANCY, Bureau

PYDANTIC = ("Input should", "String should", "Field required", "Value error", "Extra inputs")
SECRET = "A123456789"


def errors(answer) -> list[dict[str, str]]:
    assert answer.status_code == 422, answer.text
    assert not [words for words in PYDANTIC if words in answer.text]
    assert SECRET not in answer.text
    found = answer.json()["errors"]
    for error in found:
        assert error["field"]
        assert error["rule"]
        assert error["remedy"]
    return found


@pytest.mark.parametrize(
    ("field", "value", "rule", "remedy"),
    [
        ("registered_on", None, "takes a day", "2019-07-27"),
        ("registered_on", SECRET, "takes a day", "2019-07-27"),
        ("registered_on", "1900-01-01", "must be 1912-01-01 or more", "larger"),
        ("name", 7, "takes text", "quotation marks"),
        ("text", "x" * 20_001, "at most 20000 characters", "Shorten"),
        ("text", f"我是 {SECRET}", "holds no identity number", "Remove the number"),
        ("text", "\x07", "no control characters", "Remove"),
        ("language", SECRET, "takes one of 'zh'", "Choose"),
        ("education", SECRET, "takes one of 'any'", "Choose"),
        ("shifts", "day", "takes a list", "[]"),
        ("shifts", ["day"] * 65, "at most 64 items", "Leave some out"),
        ("commute_km", "10", "takes a number", "point"),
        ("commute_km", -1, "must be 0 or more", "larger"),
        ("commute_km", 1_001, "must be 1000 or less", "smaller"),
        ("pay_floor", 1.5, "takes a whole number", "digits"),
        ("colour", "red", "is no field of this request", "Leave it out"),
    ],
)
def test_a_wrong_field_is_told_with_rule_and_remedy(
    bureau: Bureau, field: str, value: object, rule: str, remedy: str
):
    (error,) = errors(bureau.put("/v1/seekers/S-5", SEEKER | {field: value}))
    assert error["field"].startswith(f"body.{field}")
    assert rule in error["rule"]
    assert remedy in error["remedy"]


def test_what_is_missing_or_no_object_is_told(bureau: Bureau):
    (error,) = errors(bureau.put("/v1/seekers/S-5", {}))
    assert error == {
        "field": "body.registered_on",
        "rule": "is needed and was not sent",
        "remedy": "Add it.",
    }
    for content in (b"[]", b"7", b"{", b'"x"'):
        assert errors(bureau.post_bytes("/v1/matches", content))
    (error,) = errors(bureau.put("/v1/vacancies/V-5", VACANCY | {"pay_disclosed": "yes"}))
    assert "true or false" in error["rule"]
    (error,) = errors(bureau.put("/v1/vacancies/V-5", VACANCY | {"pay_disclosed": False}))
    assert "pay_disclosed" in error["remedy"]
    (error,) = errors(bureau.post("/v1/matches", {}))
    assert "text, title or occupation" in error["rule"]


def test_an_id_in_an_address_is_told_without_repeating_it(bureau: Bureau):
    (error,) = errors(bureau.get(f"/v1/seekers/{SECRET}/matches?reason=present"))
    assert error["field"] == "path.seeker_id"


@pytest.mark.parametrize("route", sorted(MAY))
def test_a_parameter_that_an_address_does_not_know_is_refused(bureau: Bureau, route: str):
    method, path = concrete(route)
    answer = bureau.client.request(
        method,
        path,
        params={"colour": "red"},
        json=BODIES.get(route),
        headers=bureau.headers(Role.ADMIN),
    )
    assert answer.status_code == 422
    told = answer.json()
    assert "'colour'" in told["detail"]
    assert "red" not in answer.text
    described = bureau.client.get("/openapi.json").json()["paths"][route.split()[1]]
    known = {
        parameter["name"]
        for parameter in described[method.lower()].get("parameters", [])
        if parameter["in"] == "query"
    }
    named = told["remedy"].removeprefix("It knows ").rstrip(".").split(", ")
    assert named == sorted(known) if known else "none" in told["remedy"]


def test_the_name_of_a_parameter_is_not_repeated_where_it_may_be_anything(bureau: Bureau):
    answer = bureau.get(f"/v1/rates?{SECRET}=1&<b>=2")
    assert answer.status_code == 422
    assert SECRET not in answer.text
    assert "<b>" not in answer.text


def test_every_sentence_can_be_filled_with_the_limits_of_its_rule():
    limits = dict.fromkeys(
        ("max_length", "min_length", "pattern", "gt", "ge", "lt", "le", "expected"), "x"
    )
    for rule, remedy in SENTENCES.values():
        assert rule.format_map(limits)
        assert remedy.endswith(".")


def test_an_error_that_nobody_foresaw_has_a_sentence_too():
    told = RequestValidationError([{"loc": ("body", 0, SECRET), "type": "new", "msg": SECRET}])
    (error,) = found_in(told.errors())
    assert error["field"] == "body.0.(unknown)"
    assert SECRET not in str(error)
