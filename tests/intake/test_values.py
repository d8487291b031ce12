from __future__ import annotations

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.intake.values import TAIPEI, Unreadable, day, decimal, moment, whole, yes_no

days = st.dates(date(1912, 1, 1), date(2100, 12, 31))


@given(days)
def test_a_date_is_read_in_every_documented_form_of_both_calendars(when: date) -> None:
    roc = when.year - 1911
    month, day_of_month = when.month, when.day
    for written in (
        f"{when:%Y-%m-%d}",
        f"{when:%Y/%m/%d}",
        f"{when:%Y%m%d}",
        f"{when.year}/{month}/{day_of_month}",
        f"{roc:03}/{month:02}/{day_of_month:02}",
        f"{roc:03}-{month}-{day_of_month}",
        f"{roc:03}{month:02}{day_of_month:02}",
        f"民國{roc}年{month}月{day_of_month}日",
    ):
        assert day(written) == when, written


@pytest.mark.parametrize(
    "written", ["108/07/27", "1080727", "民國108年7月27日", "１０８／０７／２７"]
)
def test_the_fair_of_july_is_found_in_the_roc_calendar(written: str) -> None:
    assert day(written) == date(2019, 7, 27)


@pytest.mark.parametrize(
    "written",
    [
        "2019-02-29",
        "2019-13-01",
        "2019-00-10",
        "108/02/30",
        "1080732",
        "19/07/27",
        "27.07.2019",
        "2019-07/27",
        "2562-07-27",
        "000/01/01",
        "190727",
        "tomorrow",
        "43673",
    ],
)
def test_an_impossible_or_ambiguous_date_is_not_read(written: str) -> None:
    assert isinstance(day(written), Unreadable)


def test_a_roc_year_of_three_digits_with_a_leading_zero_is_read() -> None:
    assert day("0580304") == date(1969, 3, 4)


def test_a_time_is_taipei_time_and_a_date_alone_is_midnight() -> None:
    assert moment("2019-07-27 09:30") == datetime(2019, 7, 27, 9, 30, tzinfo=TAIPEI)
    assert moment("108/07/27 09:30:05") == datetime(2019, 7, 27, 9, 30, 5, tzinfo=TAIPEI)
    assert moment("1080727") == datetime(2019, 7, 27, tzinfo=TAIPEI)
    assert isinstance(moment("2019-07-27 24:00"), Unreadable)
    assert isinstance(moment("2019-07-27 9am"), Unreadable)


@pytest.mark.parametrize(
    ("written", "read"),
    [("35000", 35000), ("35,000", 35000), ("1,234,567", 1234567), ("35000.0", 35000), ("３５", 35)],
)
def test_a_whole_number_is_read_with_or_without_separators(written: str, read: int) -> None:
    assert whole(1, 10_000_000)(written) == read


@pytest.mark.parametrize(
    "written",
    ["0", "-5", "3.5", "3,50", "35,00", "1e5", "nan", "inf", "三萬", "35000元", "10000001"],
)
def test_anything_else_is_not_a_whole_number_of_dollars(written: str) -> None:
    assert isinstance(whole(1, 10_000_000)(written), Unreadable)


def test_decimals_have_a_limit() -> None:
    assert decimal(80)("2.5") == 2.5
    assert isinstance(decimal(80)("80.1"), Unreadable)


def test_yes_and_no_are_read_in_both_languages() -> None:
    assert [yes_no(word) for word in ("1", "TRUE", "yes", "Y", "是")] == [True] * 5
    assert [yes_no(word) for word in ("0", "false", "No", "N", "否")] == [False] * 5
    assert isinstance(yes_no("perhaps"), Unreadable)
