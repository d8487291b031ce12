"""What the report says, against counts made by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import Engine

from matcher.db.engine import migrate, open_engine
from matcher.entities import Placement
from matcher.errors import InvalidInputError
from matcher.rates.dimensions import Dimension
from matcher.rates.events import Kind
from matcher.rates.lints import Finding, Lint
from matcher.rates.periods import Period, month_of, year_of
from matcher.rates.registry import FORMULAS
from matcher.reference import Reference
from matcher.reporting import words
from matcher.reporting.assemble import assemble
from matcher.reporting.document import Document, Names, Table
from matcher.service.publication import Publisher
from tests.rates.register import noon, write
from tests.reporting.conftest import CLOSED, QUARTER, records


def table(document: Document, key: str) -> Table:
    return next(table for table in document.tables if table.key == key)


def lines(document: Document, key: str) -> dict[str, tuple[object, ...]]:
    return {row.names.zh: row.cells for row in table(document, key).rows}


def test_the_summary_prints_each_rate_with_both_counts(document: Document):
    told = {key: (c[0], c[2], c[4]) for key, c in lines(document, "summary").items()}
    assert told == {
        "求職就業率": (Decimal("25.00"), 1, 4),
        "求才利用率": (Decimal("60.00"), 3, 5),
        "求供倍數": (Decimal("1.25"), 5, 4),
        "初步媒合率": (Decimal("57.14"), 4, 7),
    }


def test_months_follow_the_whole_and_a_person_placed_twice_is_one_in_it(document: Document):
    assert lines(document, "bureau_by_month") == {
        "全期": (4, 1, Decimal("25.00"), 5, 3, Decimal("60.00"), Decimal("1.25")),
        "民國115年1月": (2, 1, Decimal("50.00"), 5, 0, Decimal("0.00"), Decimal("2.50")),
        "民國115年2月": (2, 0, Decimal("0.00"), 0, 0, None, Decimal("0.00")),
        "民國115年3月": (0, 1, None, 0, 3, None, None),
    }


def test_districts_and_occupations_are_told_and_what_no_record_tells_stands_last(
    document: Document,
):
    seekers = {name: cells[0] for name, cells in lines(document, "bureau_by_district").items()}
    assert list(seekers.items()) == [("全期", 4), ("前鎮區", 2), ("左營區", 1), ("未登錄", 1)]
    groups = table(document, "bureau_by_occupation").rows
    assert [(row.names.en, row.cells[0]) for row in groups] == [
        ("whole period", 4),
        ("clerical support workers", 2),
        ("service and sales workers", 1),
        ("not on record", 1),
    ]


def test_other_places_stand_behind_the_districts_of_the_city(
    publisher: Publisher, reference: Reference
):
    publication = publisher.gather(QUARTER)
    (first, *_) = publication.bureau[Dimension.DISTRICT]
    places = [replace(first, key=key) for key in ("02", "03", "806", None)]
    moved = replace(publication, bureau={Dimension.DISTRICT: places})
    document = assemble(moved, [], reference=reference)
    told = [row.names.zh for row in table(document, "bureau_by_district").rows]
    assert told[1] == "前鎮區"
    assert told[2] == "高雄市（行政區未註明）"
    assert told[4] == "未登錄"


def test_a_fair_is_told_without_what_was_handed_in_on_behalf(document: Document):
    (fair,) = table(document, "each_fair").rows
    assert fair.cells == (
        date(2026, 2, 7),
        "民國115年2月7日",
        Names("前鎮區", "Qianzhen"),
        10,
        3,
        7,
        4,
        Decimal("57.14"),
    )
    assert lines(document, "fairs_by_fair_type")["聯合徵才"] == (1, *fair.cells[3:])
    assert lines(document, "fairs_by_fair_size")["1"] == (1, *fair.cells[3:])


def test_every_formula_has_the_number_by_which_the_rates_name_it(document: Document):
    numbers = {row.key: row.cells[0] for row in table(document, "formulas").rows}
    assert numbers == {key: n for n, key in enumerate(FORMULAS, start=1)}
    rows = [*table(document, "summary").rows, *table(document, "programmes").rows]
    assert {row.key: row.note for row in rows} == numbers


def test_every_word_of_the_registry_has_its_chinese():
    for formula in FORMULAS.values():
        assert formula.source in words.SOURCES
        assert set(formula.excluded) <= set(words.EXCLUSIONS)
    assert set(words.LINTS) == set(Lint)


def test_suspicions_are_told_without_ids(document: Document):
    (row,) = table(document, "suspicions").rows
    assert row.names.zh == "分母不明"
    assert row.cells[0] == Names("計畫服務", "programme step")
    assert "1 steps follow nothing" in str(row.cells[1])


def test_a_register_without_suspicions_says_so(publisher: Publisher, reference: Reference):
    document = assemble(publisher.gather(QUARTER), [], reference=reference)
    assert table(document, "suspicions").rows == ()
    assert table(document, "suspicions").remarks == (words.NONE_FOUND,)


@pytest.mark.parametrize("kind", [Kind.SEEKER_PLACED, Kind.RESUME_HANDED_IN, Kind.FAIR_HELD])
def test_every_kind_that_is_proved_can_be_printed(
    publisher: Publisher, reference: Reference, kind: Kind
):
    finding = Finding(lint=Lint.COUNTED_TWICE, where=kind.value, text="x")
    document = assemble(publisher.gather(QUARTER), [finding], reference=reference)
    assert table(document, "suspicions").rows[0].cells[1] == "x"


def test_one_month_is_not_told_by_month(publisher: Publisher, reference: Reference):
    document = assemble(publisher.gather(month_of("115-02")), [], reference=reference)
    keys = [table.key for table in document.tables]
    assert document.title.zh == "民國115年2月公立就業服務統計報告"
    assert not [key for key in keys if key.endswith("_by_month")]
    assert "bureau_by_district" in keys


def test_months_that_the_period_cuts_are_called_so(publisher: Publisher, reference: Reference):
    cut = replace(QUARTER, last=date(2026, 3, 30))
    for period, told in ((QUARTER, False), (cut, True)):
        document = assemble(publisher.gather(period), [], reference=reference)
        assert (words.CUT_MONTHS in table(document, "bureau_by_month").remarks) is told


def test_a_period_of_which_nothing_is_recorded_has_no_rates(
    publisher: Publisher, reference: Reference
):
    document = assemble(publisher.gather(year_of(108)), [], reference=reference)
    assert {row.cells[0] for row in table(document, "summary").rows} == {None}
    assert table(document, "each_fair").rows == ()


def test_a_report_as_of_a_day_prints_what_was_known_then(database_url: str, reference: Reference):
    engine: Engine = open_engine(database_url)
    migrate(engine)
    write(engine, *records("K-"), on=CLOSED)
    later = date(2026, 4, 9)
    placed = Placement(id="P9", seeker_id="K-S1", placed_on=date(2026, 3, 30))
    write(engine, placed, on=later)
    publisher = Publisher(engine, lambda: noon(later))
    rates = []
    for as_of in (None, CLOSED):
        document = assemble(publisher.gather(QUARTER, as_of=as_of), [], reference=reference)
        assert not document.simulated
        rates.append(table(document, "summary").rows[0].cells[0])
    assert rates == [Decimal("50.00"), Decimal("25.00")]
    with pytest.raises(InvalidInputError, match="not known yet"):
        publisher.gather(QUARTER, as_of=date(2026, 4, 10))
    engine.dispose()


def test_a_long_period_has_a_plain_title(publisher: Publisher, reference: Reference):
    period = Period(first=date(2026, 1, 2), last=date(2026, 3, 31))
    assert assemble(publisher.gather(period), [], reference=reference).title == words.TITLE


def test_what_a_plan_says_of_crowded_and_starved_vacancies_stands_in_an_appendix(
    publisher: Publisher, reference: Reference
):
    line = {"openings": 3, "shown": 0, "free": 1.0, "eligible": 4}
    mend = [
        {"criterion": "pay", "people": 25, "detail": 31_000},
        {"criterion": "place", "people": 9, "detail": None},
    ]
    market = {
        "starved": [{"vacancy": "V-1", **line, "mend": mend}],
        "starved_count": 1,
        "crowded": [{"vacancy": "V-2", **line, "mend": [], "load": 3.21, "sent": 2.0}],
        "crowded_count": 7,
    }
    document = assemble(publisher.gather(QUARTER), [], reference=reference, market=market)
    (told,) = table(document, "starved").rows
    assert told.key == "V-1"
    assert told.cells[:4] == (3, 0, Decimal("100.0"), 4)
    assert told.cells[4].en == "Pay floor 31,000 (+25); Place of work (+9)"
    crowded = table(document, "crowded")
    assert crowded.rows[0].cells[4:] == (Decimal("3.2"), Decimal("2.0"))
    assert crowded.remarks[0].en == "7 in all."
    none = {**market, "starved": [], "starved_count": 0}
    document = assemble(publisher.gather(QUARTER), [], reference=reference, market=none)
    assert table(document, "starved").remarks == (words.NONE_FOUND,)
