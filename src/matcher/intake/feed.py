"""The TaiwanJobs open-data feed: its fields under any of their names, read into two entities."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Final, cast

import pandera.pandas as pa

from matcher.entities import Employer, Vacancy
from matcher.intake import feed_words, values
from matcher.intake.model import Row
from matcher.intake.schema import column
from matcher.intake.values import MAX_OPENINGS, MAX_PAY, Parse, Unreadable

OPENINGS_NOT_STATED: Final = "openings_not_stated"

_OLD_NAMES: Final = {
    "AVAILREQNUM": "JOB_PERSON",
    "SALARY_L": "NT_L",
    "SALARY_U": "NT_U",
    "CJOB_NO": "CJOB2_COUNT",
    "CJOB_TYPE": "CJOB1_COUNT",
}
_TELLING: Final = {"URL_QUERY", "OCCU_DESC"}
_VACANCY_ID: Final = re.compile(r"[?&]HIRE_ID=([A-Za-z0-9._-]{1,28})(?:&|$)")
_EMPLOYER_ID: Final = re.compile(r"[?&]EMPLOYER_ID=([A-Za-z0-9._-]{1,28})(?:&|$)")
_CATEGORY: Final = re.compile(r"[0-9]{2}(?:[0-9]{2}){0,2}")
_NO_DAY: Final = {"-", "不限"}
_figure_above_0: Final = values.whole(1, MAX_PAY)


@dataclass(frozen=True, slots=True)
class Address:
    """Where a vacancy is published, and the two ids that stand there."""

    url: str
    vacancy_id: str
    employer_id: str


@dataclass(frozen=True, slots=True)
class FeedRow:
    """What one row holds; `unread` are field and word where the word was left as unknown."""

    employer: Employer
    vacancy: Vacancy
    openings_stated: bool
    unread: tuple[tuple[str, str], ...]


def field_name(column_name: str) -> str:
    """The 2026 name of a field, without the annotation in brackets behind it."""
    name = re.split(r"[（(]", column_name, maxsplit=1)[0].strip()
    return _OLD_NAMES.get(name, name)


def is_feed(columns: Iterable[str]) -> bool:
    """Whether these columns are the feed's."""
    return {field_name(name) for name in columns} >= _TELLING


def renamed(row: Row) -> Row:
    """The same row under the 2026 names."""
    cells = {field_name(name): cell for name, cell in row.cells.items()}
    if row.problem is None:
        return Row(row.number, cells)
    problem = replace(row.problem, field=field_name(row.problem.field))
    return Row(row.number, cells, problem)


def schema() -> pa.DataFrameSchema:
    """The rules of the feed's fields under their 2026 names."""
    needed: dict[str, Parse] = {
        "URL_QUERY": _address,
        "OCCU_DESC": values.text,
        "COMPNAME": values.text,
        "TRANDATE": values.day,
    }
    others: dict[str, Parse] = {
        "STOP_DATE": _last_day,
        "JOB_PERSON": values.whole(1, MAX_OPENINGS),
        "NT_L": _figure,
        "NT_U": _figure,
        "SALARYCD": values.text,
        "SALARY_TEXT": values.text,
        "JOB_DETAIL": values.text,
        "CITYNAME": values.text,
        "WK_TYPE": values.text,
        "WKTIME": values.text,
        "EXPERIENCE": values.text,
        "EDGRDESC": values.text,
        "CJOB1_COUNT": values.text,
        "CJOB2_COUNT": values.text,
        "CJOB_NAME1": values.text,
        "CJOB_NAME2": values.text,
    }
    return pa.DataFrameSchema(
        {name: column(parse, required=True, nullable=False) for name, parse in needed.items()}
        | {name: column(parse) for name, parse in others.items()},
        strict=True,
    )


def interpret(fields: Mapping[str, object], place_of: Callable[[str], str | None]) -> FeedRow:
    """Read a validated row, `fields` by 2026 name; `place_of` is a `feed_words.place_finder`."""
    words = {name: value for name, value in fields.items() if isinstance(value, str)}

    def said(name: str) -> str:
        return words.get(name, "")

    address = cast("Address", fields["URL_QUERY"])
    openings = cast("int | None", fields["JOB_PERSON"])
    category = said("CJOB2_COUNT") or said("CJOB1_COUNT")
    read: dict[str, object] = {
        "EXPERIENCE": (years := feed_words.experience(said("EXPERIENCE"))),
        "EDGRDESC": (schooling := feed_words.education(said("EDGRDESC"))),
        "CITYNAME": (place := place_of(said("CITYNAME"))),
    }
    vacancy = Vacancy(
        id=address.vacancy_id,
        employer_id=address.employer_id,
        title=said("OCCU_DESC"),
        openings=openings or 1,
        posted_on=cast("date", fields["TRANDATE"]),
        text=said("JOB_DETAIL"),
        job_category=category if _CATEGORY.fullmatch(category) else None,
        place=place,
        address=said("CITYNAME"),
        pay=feed_words.pay_of(
            said("SALARYCD"),
            said("SALARY_TEXT"),
            low=cast("int | None", fields["NT_L"]),
            high=cast("int | None", fields["NT_U"]),
        ),
        shifts=feed_words.shifts(said("WKTIME")),
        employment=feed_words.employment(
            " ".join((said("WK_TYPE"), said("SALARYCD"), said("SALARY_TEXT")))
        ),
        education=schooling,
        experience_years=years,
        closes_on=cast("date | None", fields["STOP_DATE"]),
        url=address.url,
    )
    return FeedRow(
        Employer(id=address.employer_id, name=said("COMPNAME")),
        vacancy,
        openings_stated=openings is not None,
        unread=tuple((n, said(n)[:40]) for n, value in read.items() if said(n) and value is None),
    )


def _address(raw: str) -> Address | Unreadable:
    vacancy, employer = _VACANCY_ID.search(raw), _EMPLOYER_ID.search(raw)
    url = values.url(raw)
    if isinstance(url, Unreadable):
        return url
    if vacancy is None or employer is None:
        return Unreadable(
            "the address of a vacancy holds EMPLOYER_ID= and HIRE_ID=",
            "Write the address as the feed gives it; ids are never made up.",
        )
    return Address(url, f"TWJ-{vacancy[1]}", f"TWJ-{employer[1]}")


def _figure(raw: str) -> object:
    return None if raw in {"-", "0"} else _figure_above_0(raw)


def _last_day(raw: str) -> date | Unreadable | None:
    return None if raw in _NO_DAY else values.day(raw)
