"""A vacancy survives its form, and what cannot be read is named."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import FormData

from api.vacancy_form import (
    LISTS,
    NUMBERS,
    WITHHELD,
    WORDS,
    Fields,
    UnreadableFieldsError,
    fields_of,
    holds_a_number,
    marked,
    said,
    vacancy_in,
)
from api.words import WORDS as TABLE
from matcher.compliance.findings import Code, Finding, Severity
from matcher.entities import Education, Employment, Language, Pay, PayBasis, Shift, Vacancy
from tests.strategies import REFERENCE

WHOLE = Vacancy(
    id="V-1",
    employer_id="E-1",
    title="倉管",
    openings=2,
    posted_on=date(2026, 3, 1),
    text="進出貨\n理貨",
    language=Language.VI,
    occupation="4321",
    job_category="140100",
    place="806",
    address="前鎮區",
    pay=Pay(basis=PayBasis.MONTH, low=36_000, high=40_000, disclosed=True),
    shifts=Shift.DAY | Shift.NIGHT,
    employment=Employment.FULL_TIME,
    education=Education.ANY,
    experience_years=1.5,
    licences=("forklift",),
    languages=(),
    closes_on=date(2026, 12, 31),
    closed_on=date(2026, 4, 1),
    url="https://example.org/1",
)
BARE = Vacancy(id="V-1", employer_id="E-1", title="x", openings=1, posted_on=date(2026, 3, 1))


def sent(fields: Fields) -> FormData:
    """The fields as a browser sends them."""
    pairs: list[tuple[str, str]] = []
    for name, value in fields.items():
        if isinstance(value, bool):
            pairs += [(name, "yes")] if value else []
        else:
            pairs += [(name, one) for one in (value if isinstance(value, list) else [value])]
    return FormData(pairs)


@pytest.mark.parametrize(
    "vacancy",
    [
        WHOLE,
        BARE,
        replace(BARE, pay=Pay(disclosed=False)),
        replace(BARE, pay=Pay(basis=PayBasis.HOUR, low=200, disclosed=True), licences=()),
    ],
)
def test_a_vacancy_that_nobody_changed_comes_back_as_it_was(vacancy: Vacancy):
    assert vacancy_in(said(sent(fields_of(vacancy))), REFERENCE, before=vacancy) == vacancy


def test_a_new_vacancy_has_the_id_it_was_given_or_one_of_its_own():
    fields = fields_of(BARE)
    assert vacancy_in(fields, REFERENCE, before=None).id == "V-1"
    ids = {vacancy_in(fields | {"id": ""}, REFERENCE, before=None).id for _ in range(3)}
    assert len(ids) == 3


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({"openings": "two"}, {"openings"}),
        ({"openings": "1.5", "pay_low": "nan"}, {"openings", "pay_low"}),
        ({"title": ""}, {"title"}),
        ({"posted_on": "yesterday", "employer_id": ""}, {"posted_on", "employer_id"}),
        ({"id": "no id"}, {"id"}),
        ({WITHHELD: True, "pay_low": "50000"}, {WITHHELD}),
        ({"experience_years": "-1"}, {"experience_years"}),
    ],
)
def test_fields_that_cannot_be_read_are_named(change: Fields, wrong: set[str]):
    with pytest.raises(UnreadableFieldsError) as raised:
        vacancy_in(fields_of(BARE) | change, REFERENCE, before=None)
    assert raised.value.names == wrong


def test_every_field_has_a_name_to_be_called_by():
    for name in (*WORDS, *NUMBERS, *LISTS, WITHHELD):
        assert f"vacancy.field.{name}" in TABLE


def test_an_identity_number_is_noticed_and_not_shown_again():
    form = sent(fields_of(BARE) | {"text": "洽 A123456789"})
    assert holds_a_number(form)
    assert said(form)["text"] == ""
    assert not holds_a_number(sent(fields_of(WHOLE)))


def finding(start: int, end: int, field: str = "text") -> Finding:
    return Finding(Code.AGE, Severity.FORBIDDEN, field, start, end, "x")


def test_words_are_marked_with_the_numbers_of_their_findings():
    found = [finding(0, 1, "title"), finding(2, 5), finding(4, 6)]
    pieces = [(piece.text, piece.findings) for piece in marked("abcdefgh", "text", found)]
    assert pieces == [("ab", ()), ("cd", (2,)), ("e", (2, 3)), ("f", (3,)), ("gh", ())]


@given(
    st.text(max_size=20),
    st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)), max_size=4),
)
def test_marking_changes_no_letter(text: str, spans: list[tuple[int, int]]):
    found = [finding(*sorted(min(end, len(text)) for end in span)) for span in spans]
    assert "".join(piece.text for piece in marked(text, "text", found)) == text
