"""Published tables as rows of a file: `table, role, item, value, unit`, see docs/rates.md."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from enum import StrEnum

from matcher.errors import InvalidInputError
from matcher.rates.lints import Printed, PublishedTable
from matcher.rates.measures import UNIT_NAMES

COLUMNS = frozenset({"table", "role", "item", "value", "unit"})
NEEDED = frozenset({"table", "role"})


class Role(StrEnum):
    """What a row of a published table is."""

    TOTAL = "total"
    PART = "part"
    NUMERATOR = "numerator"
    DENOMINATOR = "denominator"
    RATE = "rate"
    PERSON = "person"
    FAIR = "fair"


LISTED = (Role.PERSON, Role.FAIR)
_UNITS = {word: names[1] for names in UNIT_NAMES.values() for word in names}


def tables_of(rows: Iterable[tuple[int, Mapping[str, str]]]) -> list[PublishedTable]:
    """The tables in rows of (number, cells), in the order in which they begin.

    Raises InvalidInputError naming the first row that cannot be read.
    """
    found: dict[str, dict[Role, list[Printed]]] = {}
    listed: dict[str, dict[Role, list[str]]] = {}
    for number, cells in rows:
        if not NEEDED <= cells.keys() <= COLUMNS:
            raise InvalidInputError(
                f"Row {number} has not the columns {', '.join(sorted(COLUMNS))}.",
                remedy="See docs/rates.md.",
            )
        name, role = cells["table"].strip(), _role(number, cells["role"])
        numbers = found.setdefault(name, {kind: [] for kind in Role})
        lines = listed.setdefault(name, {kind: [] for kind in LISTED})
        if role in LISTED:
            lines[role].append(cells.get("item", ""))
            continue
        numbers[role].append(_printed(number, cells))
        if role is not Role.PART and len(numbers[role]) > 1:
            raise InvalidInputError(
                f"Row {number} is a second {role} of one table.",
                remedy="Give each figure a table of its own.",
            )
    return [
        PublishedTable(
            name=name,
            parts=tuple(numbers[Role.PART]),
            total=_only(numbers[Role.TOTAL]),
            numerator=_only(numbers[Role.NUMERATOR]),
            denominator=_only(numbers[Role.DENOMINATOR]),
            rate=_only(numbers[Role.RATE]),
            persons=tuple(listed[name][Role.PERSON]),
            fairs=tuple(listed[name][Role.FAIR]),
        )
        for name, numbers in found.items()
    ]


def _role(number: int, word: str) -> Role:
    try:
        return Role(word.strip())
    except ValueError:
        raise InvalidInputError(
            f"Row {number} has an unknown role.", remedy=f"Choose among {', '.join(Role)}."
        ) from None


def _printed(number: int, cells: Mapping[str, str]) -> Printed:
    unit = cells.get("unit", "").strip()
    text = cells.get("value", "").replace(",", "").strip()
    try:
        value = Decimal(text)
    except InvalidOperation:
        value = Decimal("nan")
    if not value.is_finite() or value < 0:
        raise InvalidInputError(
            f"The value of row {number} is no number.", remedy="Write it as it is printed."
        )
    return Printed(value, _UNITS.get(unit, unit))


def _only(figures: list[Printed]) -> Printed | None:
    return figures[0] if figures else None
