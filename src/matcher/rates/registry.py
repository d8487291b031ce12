"""The formula registry: a rate is computed from counts and printed with them, never stored."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from matcher.entities import Programme
from matcher.errors import InvalidInputError
from matcher.rates.dimensions import HELD, By, Dimension
from matcher.rates.measures import COUNTINGS, Counting, Measure
from matcher.rates.periods import Period

_PUBLISHED = (
    "Kaohsiung City labour bureau, statistics of the public employment service, 2019 (民國108年)"
)
_OWN = "definition of this project, after the programme's purpose; no published formula is known"


@dataclass(frozen=True, slots=True, kw_only=True)
class Formula:
    """One rate: `numerator` over `denominator`, times 100 for a percentage, rounded half up."""

    key: str
    name_zh: str
    name_en: str
    numerator: Measure
    denominator: Measure
    is_percentage: bool = True
    decimals: int = 2
    source: str = _OWN
    programme: Programme | None = None

    @property
    def is_share(self) -> bool:
        """Whether the numerator counts part of what the denominator counts: at most 100 %."""
        part, whole = COUNTINGS[self.numerator], COUNTINGS[self.denominator]
        narrower = part.where.items() >= whole.where.items() and whole.followed_by is None
        return part.kind == whole.kind and part.unit == whole.unit and narrower

    @property
    def dimensions(self) -> tuple[Dimension, ...]:
        """What it can be told by: what both its counts can."""
        part, whole = HELD[self._part.kind], HELD[self._whole.kind]
        return tuple(dimension for dimension in part if dimension in whole)

    @property
    def excluded(self) -> tuple[str, ...]:
        """What its counts leave out, in words."""
        found = (self._part.excluded, self._whole.excluded)
        return tuple(dict.fromkeys(text for text in found if text))

    @property
    def _part(self) -> Counting:
        return COUNTINGS[self.numerator]

    @property
    def _whole(self) -> Counting:
        return COUNTINGS[self.denominator]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """A computed rate with all it was computed from."""

    formula: Formula
    period: Period
    numerator: int
    denominator: int

    @property
    def value(self) -> Decimal | None:
        """The rounded value; None where nothing was registered, for 0 / 0 is no rate."""
        if self.denominator == 0:
            return None
        scale = 100 if self.formula.is_percentage else 1
        return quotient(self.numerator * scale, self.denominator, self.formula.decimals)


def quotient(numerator: int, denominator: int, decimals: int) -> Decimal:
    """The exact quotient, rounded half up once."""
    scaled = abs(numerator) * 10**decimals
    whole, rest = divmod(scaled, denominator)
    return Decimal(whole + (2 * rest >= denominator)).scaleb(-decimals)


_M, _P = Measure, Programme

FORMULAS: Mapping[str, Formula] = {
    formula.key: formula
    for formula in (
        Formula(
            key="employment_rate",
            name_zh="求職就業率",
            name_en="employment rate",
            numerator=_M.SEEKERS_PLACED,
            denominator=_M.SEEKERS_REGISTERED,
            source=_PUBLISHED,
        ),
        Formula(
            key="fill_rate",
            name_zh="求才利用率",
            name_en="fill rate",
            numerator=_M.OPENINGS_FILLED,
            denominator=_M.OPENINGS_REGISTERED,
            source=_PUBLISHED,
        ),
        Formula(
            key="openings_per_seeker",
            name_zh="求供倍數",
            name_en="openings per seeker",
            numerator=_M.OPENINGS_REGISTERED,
            denominator=_M.SEEKERS_REGISTERED,
            is_percentage=False,
            source=_PUBLISHED,
        ),
        Formula(
            key="on_site_match_rate",
            name_zh="初步媒合率",
            name_en="on-site match rate",
            numerator=_M.ON_SITE_MATCHES,
            denominator=_M.RESUMES_IN_PERSON,
            source=_PUBLISHED,
        ),
        Formula(
            key="low_income_rate",
            name_zh="低收入戶個案就業率",
            name_en="low-income case service rate",
            numerator=_M.LOW_INCOME_PLACED,
            denominator=_M.LOW_INCOME_SERVED,
            decimals=1,
            source=_PUBLISHED,
            programme=_P.LOW_INCOME,
        ),
        Formula(
            key="van_rate",
            name_zh="就業服務車就業率",
            name_en="employment van rate",
            numerator=_M.VAN_PLACED,
            denominator=_M.VAN_SERVED,
            programme=_P.VAN,
        ),
        Formula(
            key="van_services_per_visit",
            name_zh="就業服務車每場服務人次",
            name_en="services per visit of the van",
            numerator=_M.VAN_SERVED,
            denominator=_M.VAN_VISITS,
            is_percentage=False,
            programme=_P.VAN,
        ),
        Formula(
            key="e_resume_rate",
            name_zh="e化履歷就業率",
            name_en="e-résumé placement rate",
            numerator=_M.E_RESUMES_PLACED,
            denominator=_M.E_RESUMES,
            programme=_P.E_RESUME,
        ),
        Formula(
            key="training_rate",
            name_zh="職訓結訓三個月內就業率",
            name_en="training graduates placed within three months",
            numerator=_M.GRADUATES_PLACED,
            denominator=_M.GRADUATES,
            programme=_P.TRAINING,
        ),
        Formula(
            key="supported_referral_rate",
            name_zh="支持性就業推介就業率",
            name_en="supported employment referral rate",
            numerator=_M.SUPPORTED_REFERRED_PLACED,
            denominator=_M.SUPPORTED_REFERRED,
            programme=_P.SUPPORTED,
        ),
        Formula(
            key="supported_stable_rate",
            name_zh="支持性就業穩定就業率",
            name_en="supported employment stable placement rate",
            numerator=_M.SUPPORTED_STABLE,
            denominator=_M.SUPPORTED_PLACED,
            programme=_P.SUPPORTED,
        ),
        Formula(
            key="returnee_desk_rate",
            name_zh="返鄉專櫃就業率",
            name_en="returnees' desk rate",
            numerator=_M.RETURNEES_PLACED,
            denominator=_M.RETURNEES_SERVED,
            programme=_P.RETURNEE_DESK,
        ),
        Formula(
            key="subsidy_rate",
            name_zh="就業促進工具就業率",
            name_en="subsidy tools placement rate",
            numerator=_M.SUBSIDIES_PLACED,
            denominator=_M.SUBSIDIES_GRANTED,
            programme=_P.SUBSIDY,
        ),
    )
}


def formulas_for(
    keys: Iterable[str] = (), *, by: By | None = None, where: Iterable[Dimension] = ()
) -> tuple[Formula, ...]:
    """The registered formulas called `keys` (all where none is), as far as they can be so told.

    Raises InvalidInputError for a key that is not registered, for one named that cannot be told
    by `by` and `where`, and where none can.
    """
    named = tuple(keys)
    unknown = [key for key in named if key not in FORMULAS]
    if unknown:
        raise InvalidInputError(
            "A rate of this name is not registered.",
            remedy=f"Choose among {', '.join(FORMULAS)}.",
        )
    needed = {*where, *({by} if isinstance(by, Dimension) else ())}
    chosen = [FORMULAS[key] for key in named] or list(FORMULAS.values())
    able = tuple(formula for formula in chosen if needed <= set(formula.dimensions))
    if not able or (named and len(able) < len(chosen)):
        lacking = next(formula for formula in chosen if formula not in able)
        told = ", ".join(lacking.dimensions)
        raise InvalidInputError(
            f"The {lacking.name_en} cannot be told by {', '.join(sorted(needed))}.",
            remedy=f"Its counts can both be told by month, quarter, year, {told}.",
        )
    return able
