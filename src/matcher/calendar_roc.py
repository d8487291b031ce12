"""Years of the Republic of China, as public offices in Taiwan write them: 2019 is 民國108年."""

from __future__ import annotations

from datetime import date

from matcher.errors import InvalidInputError

YEARS_BEFORE = 1911


def roc_year(day: date) -> int:
    """The year of the Republic; raises InvalidInputError for a day before 1912-01-01."""
    year = day.year - YEARS_BEFORE
    if year < 1:
        raise InvalidInputError(
            f"{day.isoformat()} lies before the Republic of China's first year, 1912.",
            remedy="Give a date from 1912-01-01 on, or show this one as an ISO date.",
            code="before_1912",
        )
    return year


def roc_year_text(day: date) -> str:
    """The year as shown, such as 民國108年; raises InvalidInputError as `roc_year` does."""
    return f"民國{roc_year(day)}年"


def roc_text(day: date) -> str:
    """The day as shown, such as 民國108年7月27日; raises InvalidInputError as `roc_year` does."""
    return f"{roc_year_text(day)}{day.month}月{day.day}日"
