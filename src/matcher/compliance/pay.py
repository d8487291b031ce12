"""What the law says of the pay of a vacancy: disclosed, in its own field, and not too little."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from matcher.compliance.findings import Code, Finding, Severity
from matcher.compliance.wages import MinimumWage
from matcher.entities import Employment, PayBasis, PayFlag, Vacancy
from matcher.features.reading import PayFigure

DISCLOSED_BELOW = 40_000
"""Regular pay a month, NT$, under which a vacancy must say what it pays."""

_FLAGS = {
    PayFlag.HOURLY_IN_MONTHLY_FIELD: Code.HOURLY_IN_MONTHLY_FIELD,
    PayFlag.DAILY_IN_MONTHLY_FIELD: Code.DAILY_IN_MONTHLY_FIELD,
}
_MEANT = {
    PayFlag.HOURLY_IN_MONTHLY_FIELD: PayBasis.HOUR,
    PayFlag.DAILY_IN_MONTHLY_FIELD: PayBasis.DAY,
}


def field_findings(
    vacancy: Vacancy, told: Sequence[PayFigure], wage: MinimumWage | None
) -> Iterator[Finding]:
    """Findings of the pay field; `told` are the figures that title and text name.

    `wage` is the minimum in force, None where the table does not reach back so far.
    """
    pay = vacancy.pay
    figure = pay.high if pay.low is None else pay.low
    if figure is None:
        yield from _without_figure(vacancy, told)
        return
    shown = f"{pay.low or ''}~{pay.high or ''}".strip("~") if pay.low != pay.high else str(figure)
    if pay.flag in _FLAGS:
        yield _of_pay(_FLAGS[pay.flag], Severity.CHECK, shown)
    basis = _MEANT.get(pay.flag, pay.basis) if pay.flag else pay.basis
    least = wage.of(basis) if wage and basis else None
    if least and figure < least:
        # Part-time pay by the month, and pay by the day, may be for fewer hours.
        whole = vacancy.employment == Employment.FULL_TIME and basis is PayBasis.MONTH
        sure = pay.flag is None and (whole or basis is PayBasis.HOUR)
        severity = Severity.FORBIDDEN if sure else Severity.CHECK
        yield _of_pay(Code.PAY_BELOW_MINIMUM, severity, shown)


def is_below(figure: PayFigure, wage: MinimumWage | None) -> bool:
    """Whether a figure that a text calls pay is under the minimum in force."""
    least = wage.of(figure.basis) if wage and figure.named else None
    return least is not None and figure.amount < least


def _without_figure(vacancy: Vacancy, told: Sequence[PayFigure]) -> Iterator[Finding]:
    monthly = [figure.amount for figure in told if figure.basis is PayBasis.MONTH]
    if vacancy.pay.disclosed is False:
        if monthly and min(monthly) < DISCLOSED_BELOW:
            yield _of_pay(Code.PAY_CONTRADICTS, Severity.CHECK, str(min(monthly)))
        elif not told:
            yield _of_pay(Code.PAY_WITHHELD, Severity.CHECK, "")
    elif not told:
        yield _of_pay(Code.PAY_NOT_STATED, Severity.FORBIDDEN, "")


def _of_pay(code: Code, severity: Severity, words: str) -> Finding:
    return Finding(code, severity, "pay", 0, 0, words)
