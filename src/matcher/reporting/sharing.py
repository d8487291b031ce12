"""The appendix on how the openings are shared out: which vacancies nobody is shown, or too many."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from matcher.entities import Language
from matcher.ranking.wording import word_criterion
from matcher.reference import Reference
from matcher.reporting import words
from matcher.reporting.document import Cell, Column, Names, Row, Section, Table

TOLD = 20
"""Vacancies in each table: a report is no list of work to do."""
MENDS = 3


def sharing(market: Mapping[str, Any], reference: Reference) -> Section:
    """The section of a plan's `market`, as `matcher plan` tells it."""
    return Section(
        key="sharing",
        names=words.SHARING,
        tables=(
            _table(
                "starved",
                words.STARVED,
                market,
                (Column(key="mend", names=words.WOULD_MEND),),
                lambda line: (_mends(line["mend"][:MENDS], reference),),
                words.HOW_MENDED,
            ),
            _table(
                "crowded",
                words.CROWDED,
                market,
                (
                    Column(key="load", names=words.WOULD_BE_HIRED),
                    Column(key="sent", names=words.SENT_ALREADY),
                ),
                lambda line: (_decimal(line["load"]), _decimal(line["sent"])),
                words.HOW_CROWDED,
            ),
        ),
    )


def _table(
    kind: str,
    caption: Names,
    market: Mapping[str, Any],
    own_columns: tuple[Column, ...],
    own_cells: Callable[[Mapping[str, Any]], tuple[Cell, ...]],
    how: Names,
) -> Table:
    rows = [
        Row(
            key=line["vacancy"],
            names=Names(line["vacancy"], line["vacancy"]),
            cells=(
                line["openings"],
                line["shown"],
                _decimal(100 * line["free"]),
                line["eligible"],
                *own_cells(line),
            ),
        )
        for line in market[kind][:TOLD]
    ]
    count = market[f"{kind}_count"]
    many = Names(f"共 {count:,} 個職缺，列出前 {len(rows)} 個。", f"{count:,} in all.")
    return Table(
        key=kind,
        caption=caption,
        head=words.VACANCY,
        columns=(
            Column(key="openings", names=words.OPENINGS_LEFT),
            Column(key="shown", names=words.SHOWN_TO),
            Column(key="free", names=words.STILL_FREE, unit=Names("%", "%")),
            Column(key="eligible", names=words.ELIGIBLE),
            *own_columns,
        ),
        rows=tuple(rows),
        remarks=(many, how) if rows else (words.NONE_FOUND,),
    )


def _decimal(value: float) -> Decimal:
    return Decimal(str(round(value, 1)))


def _mends(mends: Sequence[Mapping[str, Any]], reference: Reference) -> Names:
    if not mends:
        return words.NOTHING
    zh, en = (
        "；".join(_mend(mend, language, reference) for mend in mends)
        for language in (Language.ZH, Language.EN)
    )
    return Names(zh, en.replace("；", "; "))


def _mend(mend: Mapping[str, Any], language: Language, reference: Reference) -> str:
    name, detail = word_criterion(mend["criterion"], language), mend["detail"]
    if isinstance(detail, int):
        name = f"{name} {detail:,}"
    elif detail is not None:
        name = f"{name} {reference.licences[detail].get(language, detail)}"
    return f"{name} (+{mend['people']:,})"
