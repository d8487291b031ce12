"""The appendix on how the openings are shared out: which vacancies nobody is shown, or too many."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from matcher.entities import Language
from matcher.ranking.wording import word_criterion
from matcher.reference import Reference
from matcher.reporting import words
from matcher.reporting.document import Column, Names, Row, Section, Table

TOLD = 20
"""Vacancies in each table: a report is no list of work to do."""
MENDS = 3


def sharing(market: Mapping[str, Any], reference: Reference) -> Section:
    """The section of a plan's `market`, as `matcher plan` tells it."""
    tables = [
        _table(kind, caption, market[kind][:TOLD], market[f"{kind}_count"], reference)
        for kind, caption in (("starved", words.STARVED), ("crowded", words.CROWDED))
    ]
    return Section(key="sharing", names=words.SHARING, tables=tuple(tables))


def _table(
    kind: str, caption: Names, lines: Sequence[Mapping[str, Any]], count: int, reference: Reference
) -> Table:
    rows = [
        Row(
            key=line["vacancy"],
            names=Names(line["vacancy"], line["vacancy"]),
            cells=(
                line["openings"],
                line["shown"],
                Decimal(str(round(100 * line["free"], 1))),
                line["eligible"],
                _mends(line["mend"][:MENDS], reference),
            ),
        )
        for line in lines
    ]
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
            Column(key="mend", names=words.WOULD_MEND),
        ),
        rows=tuple(rows),
        remarks=(many, words.HOW_SHARED) if rows else (words.NONE_FOUND,),
    )


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
