"""Years of the Republic of China."""

from datetime import date

import pytest

from matcher.calendar_roc import roc_text, roc_year, roc_year_text
from matcher.errors import InvalidInputError


def test_2019_is_the_year_108() -> None:
    assert roc_year(date(2019, 7, 27)) == 108
    assert roc_year_text(date(2019, 7, 27)) == "民國108年"
    assert roc_text(date(2019, 7, 27)) == "民國108年7月27日"


def test_1912_is_the_first_year() -> None:
    assert roc_year(date(1912, 1, 1)) == 1


def test_a_year_before_the_republic_is_an_error_that_names_the_day() -> None:
    with pytest.raises(InvalidInputError, match="1911-12-31") as caught:
        roc_text(date(1911, 12, 31))
    assert caught.value.remedy
