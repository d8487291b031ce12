"""Pay is disclosed, in its own field, and not below the minimum of the day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from matcher.compliance.findings import Code, Severity
from matcher.compliance.wages import in_force
from matcher.entities import Employment, Pay, PayBasis, PayFlag, Vacancy
from matcher.intake.pay import stated
from tests.compliance.tables import LINTER, WAGES

NEW_YEAR = date(2026, 1, 1)
VACANCY = Vacancy(
    id="V-1",
    employer_id="E-1",
    title="作業員",
    openings=1,
    posted_on=NEW_YEAR,
    employment=Employment.FULL_TIME,
)
MONTH, DAY, HOUR = PayBasis.MONTH, PayBasis.DAY, PayBasis.HOUR
FORBIDDEN, CHECK = Severity.FORBIDDEN, Severity.CHECK


def found(pay: Pay, text: str = "", *, on: date = NEW_YEAR, **changes) -> dict[Code, Severity]:
    vacancy = replace(VACANCY, pay=pay, text=text, **changes)
    return {one.code: one.severity for one in LINTER.findings(vacancy, on)}


@pytest.mark.parametrize(
    ("pay", "expected"),
    [
        (stated(MONTH, 29_500, 32_000), {}),
        (stated(MONTH, 29_499, 32_000), {Code.PAY_BELOW_MINIMUM: FORBIDDEN}),
        (stated(MONTH, None, 29_000), {Code.PAY_BELOW_MINIMUM: FORBIDDEN}),
        (stated(HOUR, 196, None), {}),
        (stated(HOUR, 195, 220), {Code.PAY_BELOW_MINIMUM: FORBIDDEN}),
        (stated(DAY, 1_568, None), {}),
        (stated(DAY, 1_500, None), {Code.PAY_BELOW_MINIMUM: CHECK}),
        (stated(PayBasis.PIECE, 5, None), {}),
        (stated(MONTH, 196, 200), {Code.HOURLY_IN_MONTHLY_FIELD: CHECK}),
        (
            stated(MONTH, 190, 200),
            {Code.HOURLY_IN_MONTHLY_FIELD: CHECK, Code.PAY_BELOW_MINIMUM: CHECK},
        ),
        (stated(MONTH, 1_800, None), {Code.DAILY_IN_MONTHLY_FIELD: CHECK}),
        (Pay(), {Code.PAY_NOT_STATED: FORBIDDEN}),
        (Pay(basis=MONTH), {Code.PAY_NOT_STATED: FORBIDDEN}),
        (Pay(disclosed=False), {Code.PAY_WITHHELD: CHECK}),
        (
            Pay(basis=HOUR, low=190, disclosed=True, flag=PayFlag.HOURLY_STATED_IN_TEXT),
            {Code.PAY_BELOW_MINIMUM: CHECK},
        ),
    ],
)
def test_the_pay_field_is_held_against_the_law(pay: Pay, expected: dict[Code, Severity]):
    assert found(pay) == expected


@pytest.mark.parametrize("employment", [Employment.PART_TIME, Employment(0), Employment(3)])
def test_a_low_month_that_may_be_of_fewer_hours_is_to_be_checked(employment: Employment):
    pay = stated(MONTH, 16_000, None)
    assert found(pay, employment=employment) == {Code.PAY_BELOW_MINIMUM: CHECK}


def test_pay_that_the_text_tells_is_disclosed():
    assert found(Pay(), "月薪32,000元") == {}
    assert found(Pay(disclosed=False), "月薪43,500元") == {}


def test_a_text_that_names_less_than_what_is_claimed_contradicts():
    assert found(Pay(disclosed=False), "月薪32,000元") == {Code.PAY_CONTRADICTS: CHECK}


def test_too_little_in_the_text_is_found_where_it_stands():
    text = "實習期間時薪190元，轉正後40,000元"
    vacancy = replace(VACANCY, pay=stated(MONTH, 40_000, None), text=text)
    (one,) = LINTER.findings(vacancy, NEW_YEAR)
    assert (one.code, one.severity, one.words) == (Code.PAY_BELOW_MINIMUM, CHECK, "190元")


def test_a_sum_that_is_no_pay_is_not_held_against_the_minimum():
    assert found(stated(MONTH, 40_000, None), "按年加給1萬5,600元") == {}


def test_the_minimum_is_that_of_the_day():
    pay = stated(MONTH, 28_590, None)
    assert found(pay, on=NEW_YEAR - timedelta(days=1)) == {}
    assert found(pay, on=NEW_YEAR) == {Code.PAY_BELOW_MINIMUM: FORBIDDEN}


def test_a_vacancy_that_is_over_is_held_against_the_minimum_of_its_last_day():
    pay = stated(MONTH, 28_590, None)
    over = NEW_YEAR - timedelta(days=1)
    assert found(pay, closed_on=over) == {}
    assert found(pay, closes_on=over) == {}


def test_nothing_is_said_of_days_before_the_table_begins():
    assert in_force(WAGES, date(2018, 12, 31)) is None
    assert found(stated(HOUR, 100, None), on=date(2018, 12, 31)) == {}


def test_minimum_wages_never_fall():
    assert list(WAGES) == sorted(WAGES, key=lambda wage: wage.since)
    assert [wage.month for wage in WAGES] == sorted(wage.month for wage in WAGES)
    assert [wage.hour for wage in WAGES] == sorted(wage.hour for wage in WAGES)
