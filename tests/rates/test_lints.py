"""What cannot be right is found: in published tables and in the register's own log."""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine

from matcher.entities import (
    Employer,
    FairResume,
    JobFair,
    JobSeeker,
    Placement,
    Programme,
    Service,
    Step,
    Vacancy,
    Void,
    Voidable,
)
from matcher.errors import InvalidInputError
from matcher.jobs.proof import findings_in_file
from matcher.rates.lints import Lint, Printed, PublishedTable, denominators, findings_in
from matcher.rates.published import tables_of
from matcher.service.proof import Proof
from tests.rates.register import write

DAY = date(2019, 7, 27)


def printed(*values: str, unit: str = "") -> tuple[Printed, ...]:
    return tuple(Printed(Decimal(value), unit) for value in values)


def found(**table: object) -> dict[Lint, str]:
    return {f.lint: f.text for f in findings_in(PublishedTable(name="t", **table))}


def test_parts_that_do_not_sum_are_told_with_both_sums():
    parts = printed("2", "2", "3", "8", "34", "42", "3")
    assert found(parts=parts, total=Printed(Decimal(93))) == {
        Lint.PARTS_DO_NOT_SUM: "2 + 2 + 3 + 8 + 34 + 42 + 3 is 94, where 93 is printed."
    }
    assert found(parts=parts, total=Printed(Decimal(94))) == {}
    assert found(parts=parts) == {}


def test_persons_and_person_times_are_not_mixed():
    (persons,), (times,) = printed("1", unit="persons"), printed("2", unit="person-times")
    mixed = "Units are mixed: person-times, persons."
    assert found(numerator=times, denominator=persons, rate=Printed(Decimal(200), "%")) == {
        Lint.UNITS_MIXED: mixed
    }
    assert found(parts=(times, persons)) == {Lint.UNITS_MIXED: mixed}
    # Openings per seeker are no share.
    assert found(numerator=times, denominator=persons, rate=Printed(Decimal(2))) == {}


@pytest.mark.parametrize(
    ("rate", "unit", "text"),
    [
        ("54.34", "%", None),
        ("54.3", "%", None),
        ("54.35", "%", "40,969 / 75,398 gives 54.34, where 54.35 is printed."),
        ("0.54", "", None),
    ],
)
def test_a_rate_that_does_not_follow_from_its_counts_is_told(rate: str, unit: str, text):
    counts = {"numerator": printed("40969")[0], "denominator": printed("75398")[0]}
    expected = {} if text is None else {Lint.RATE_DOES_NOT_FOLLOW: text}
    assert found(**counts, rate=Printed(Decimal(rate), unit)) == expected


def test_a_rate_over_nothing_is_told():
    (one, none), rate = printed("1", "0"), Printed(Decimal(50), "%")
    assert Lint.RATE_DOES_NOT_FOLLOW in found(numerator=one, denominator=none, rate=rate)


def test_the_denominator_that_is_not_printed_lies_in_an_interval():
    rate, (numerator,) = Printed(Decimal("47.13"), "%"), printed("12365")
    assert found(numerator=numerator, rate=rate) == {
        Lint.DENOMINATOR_NOT_TOLD: "The denominator of 12,365 at 47.13 % is not printed; "
        "it lies between 26,234 and 26,238."
    }


@pytest.mark.parametrize(
    ("numerator", "rate", "text"),
    [
        (None, "50.0", "neither numerator nor denominator"),
        ("5", "0.0", "any large one would do"),
        ("7", "99.99", "no whole number gives this rate"),
    ],
)
def test_where_no_interval_can_be_told_it_is_said_why(numerator, rate: str, text: str):
    figures = {"numerator": printed(numerator)[0]} if numerator else {}
    table = found(**figures, rate=Printed(Decimal(rate), "%"))
    assert text in table[Lint.DENOMINATOR_NOT_TOLD]


@given(st.integers(1, 3_000), st.integers(1, 5_000), st.integers(0, 2))
def test_the_interval_holds_exactly_the_denominators_that_give_the_rate(n, over, decimals):
    def as_printed(denominator: int) -> Decimal:
        exact = Decimal(100 * n) / denominator
        return exact.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)

    rate = as_printed(over)
    if rate == 0:
        with pytest.raises(ValueError, match="too large"):
            denominators(n, rate)
        return
    possible = denominators(n, rate)
    assert over in possible
    for inside in {possible[0], possible[-1]}:
        assert as_printed(inside) == rate
    assert as_printed(possible[-1] + 1) < rate
    if possible[0] > 1:
        assert as_printed(possible[0] - 1) > rate


def test_a_person_and_a_fair_stand_in_a_list_once():
    assert found(persons=("甲 1", "乙 2"), fairs=("臺南 7/27", "台北 7/27")) == {}
    assert found(persons=("甲 1", "甲　１"), fairs=("臺南 7/27", "台南7/27")) == {
        Lint.COUNTED_TWICE: "'甲1' is listed 2 times.",
        Lint.FAIR_LISTED_TWICE: "'台南7/27' is listed 2 times.",
    }


def rows(*lines: str) -> list[tuple[int, dict[str, str]]]:
    names = ("table", "role", "item", "value", "unit")
    cells = (dict(zip(names, line.split(","), strict=True)) for line in lines)
    return list(enumerate(cells, start=2))


def test_published_rows_become_tables_in_their_order():
    first, second = tables_of(
        rows(
            'a,numerator,x,"1,610",人次'.replace('"1,610"', "1610"),
            "b,person,甲,,",
            "a,rate,,57.6,%",
        )
    )
    assert (first.name, first.numerator) == ("a", Printed(Decimal(1610), "person-times"))
    assert first.rate == Printed(Decimal("57.6"), "%")
    assert (second.name, second.persons) == ("b", ("甲",))


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (("a,sum,,1,",), "Row 2 has an unknown role"),
        (("a,part,,many,",), "value of row 2"),
        (("a,part,,-1,",), "value of row 2"),
        (("a,total,,1,", "a,total,,1,"), "Row 3 is a second total"),
    ],
)
def test_rows_that_cannot_be_read_are_named(lines: tuple[str, ...], said: str):
    with pytest.raises(InvalidInputError, match=said):
        tables_of(rows(*lines))


def test_unknown_columns_are_refused():
    with pytest.raises(InvalidInputError, match="columns"):
        tables_of([(2, {"table": "a", "role": "part", "colour": "red"})])


def test_a_row_out_of_step_with_its_header_is_named(tmp_path: Path):
    path = tmp_path / "table.csv"
    path.write_text("table,role,item,value,unit\na,total,,93,\na,part,2\n", encoding="utf-8")
    with pytest.raises(InvalidInputError, match="Row 3 cannot be read"):
        findings_in_file(path)


def service(key: str, programme: Programme, step: Step, **more: str) -> Service:
    return Service(id=key, programme=programme, step=step, happened_on=DAY, **more)


REGISTER = (
    Employer(id="E1", name="x"),
    JobSeeker(id="S1", registered_on=DAY),
    JobSeeker(id="S2", registered_on=DAY),
    Vacancy(id="V1", employer_id="E1", title="x", openings=3, posted_on=DAY),
    Placement(id="P1", seeker_id="S1", placed_on=DAY, vacancy_id="V1"),
    Placement(id="P2", seeker_id="S2", placed_on=DAY),
    JobFair(id="F1", name="七月徵才", held_on=DAY),
    JobFair(id="F2", name="七月徵才", held_on=date(2019, 7, 28)),
    FairResume(id="R1", fair_id="F1", handed_in_at=DAY, seeker_id="S1", vacancy_id="V1"),
    FairResume(id="R2", fair_id="F1", handed_in_at=DAY),
    FairResume(id="R3", fair_id="F1", handed_in_at=DAY),
    service("G1", Programme.TRAINING, Step.GRADUATED, seeker_id="S1"),
    service("G2", Programme.TRAINING, Step.PLACED, seeker_id="S1", follows="G1"),
    service("G3", Programme.VAN, Step.SERVED),
)
"""A register with nothing wrong in it."""


def test_a_sound_register_gives_no_finding(engine: Engine):
    write(engine, *REGISTER, on=DAY)
    assert Proof(engine).findings() == []


@pytest.mark.parametrize(
    ("records", "lint", "ids"),
    [
        (
            [Placement(id="P9", seeker_id="S1", placed_on=DAY, vacancy_id="V1")],
            Lint.COUNTED_TWICE,
            ("P9",),
        ),
        ([Placement(id="P9", seeker_id="S2", placed_on=DAY)], Lint.COUNTED_TWICE, ("P9",)),
        (
            [FairResume(id="R9", fair_id="F1", handed_in_at=DAY, seeker_id="S1", vacancy_id="V1")],
            Lint.COUNTED_TWICE,
            ("R9",),
        ),
        (
            [service("G9", Programme.TRAINING, Step.GRADUATED, seeker_id="S1")],
            Lint.COUNTED_TWICE,
            ("G9",),
        ),
        (
            [JobFair(id="F9", name="七月 徵才", held_on=DAY)],
            Lint.FAIR_LISTED_TWICE,
            ("F1", "F9"),
        ),
        (
            [service("G9", Programme.SUBSIDY, Step.GRANTED)],
            Lint.UNITS_MIXED,
            ("G9",),
        ),
        (
            [service("G9", Programme.SUBSIDY, Step.PLACED, seeker_id="S1", follows="G1")],
            Lint.DENOMINATOR_NOT_TOLD,
            ("G9",),
        ),
        (
            [service("G9", Programme.E_RESUME, Step.PLACED)],
            Lint.DENOMINATOR_NOT_TOLD,
            ("G9",),
        ),
    ],
)
def test_each_error_is_found_in_the_register_and_gone_when_taken_back(
    engine: Engine, records, lint: Lint, ids: tuple[str, ...]
):
    write(engine, *REGISTER, *records, on=DAY)
    (finding,) = Proof(engine).findings()
    assert (finding.lint, finding.records) == (lint, ids)
    kinds = {"P": Voidable.PLACEMENTS, "R": Voidable.FAIR_RESUMES, "G": Voidable.SERVICES}
    kind = kinds.get(ids[-1][0], Voidable.FAIRS)
    write(engine, Void(kind=kind, record_id=ids[-1]), on=DAY)
    assert Proof(engine).findings() == []
