"""What is odd about a pay figure is named; the figure itself stays as the employer gave it."""

from __future__ import annotations

from matcher.entities import Pay, PayBasis, PayFlag

HOURLY_BELOW = 1_000
"""A monthly figure under this, NT$, can only be meant by the hour."""

DAILY_BELOW = 10_000
"""A monthly figure under this, NT$, can only be meant by the day."""


def stated(basis: PayBasis | None, low: int | None, high: int | None) -> Pay:
    """Disclosed pay in NT$ per `basis`, flagged where it is not to be trusted as it stands."""
    return Pay(basis=basis, low=low, high=high, disclosed=True, flag=_flag(basis, low, high))


def _flag(basis: PayBasis | None, low: int | None, high: int | None) -> PayFlag | None:
    figure = high if low is None else low
    if basis is PayBasis.MONTH and figure is not None:
        if figure < HOURLY_BELOW:
            return PayFlag.HOURLY_IN_MONTHLY_FIELD
        if figure < DAILY_BELOW:
            return PayFlag.DAILY_IN_MONTHLY_FIELD
    if low is not None and high is not None and low > high:
        return PayFlag.LOW_ABOVE_HIGH
    return None
