"""Puts validated values together into entities."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Final, cast

from matcher.entities import Pay, PayBasis, Vacancy
from matcher.identity import IdentityDigest
from matcher.intake import pay
from matcher.intake.layouts import LAYOUTS
from matcher.intake.model import Kind, Record

PAY_UNDISCLOSED: Final = "pay_undisclosed"


def record(kind: Kind, row: int, values: Mapping[str, object]) -> Record:
    """The record of a row; where a value is None the entity's own default holds."""
    given = {name: value for name, value in values.items() if value is not None}
    identity = cast("IdentityDigest | None", given.pop("id_number", None))
    if kind is Kind.VACANCIES:
        given = _with_pay(given)
    elif kind is Kind.IMPRESSIONS:
        given["items"] = tuple((item, None) for item in cast("tuple[str, ...]", given["items"]))
    return Record(row, LAYOUTS[kind].entity(**given), identity)


def pay_flags(records: list[Record]) -> Counter[str]:
    """Count the vacancies among `records` whose pay is odd or undisclosed."""
    vacancies = [r.entity for r in records if isinstance(r.entity, Vacancy)]
    flags = Counter(v.pay.flag.value for v in vacancies if v.pay.flag)
    flags.update(PAY_UNDISCLOSED for v in vacancies if v.pay.disclosed is False)
    return flags


def _with_pay(given: dict[str, object]) -> dict[str, object]:
    basis = cast("PayBasis | None", given.pop("pay_basis", None))
    low = cast("int | None", given.pop("pay_low", None))
    high = cast("int | None", given.pop("pay_high", None))
    disclosed = cast("bool | None", given.pop("pay_disclosed", None))
    if low is None and high is None:
        return given | {"pay": Pay(basis=basis, disclosed=disclosed)}
    return given | {"pay": pay.stated(basis, low, high)}
