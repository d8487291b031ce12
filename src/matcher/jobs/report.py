"""Writes the bureau's report of a period: a page, a workbook, and the same figures as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from matcher.durable import write_whole
from matcher.evaluation.plots import chinese_font
from matcher.rates.periods import Period, key_of, span_of
from matcher.reference import Reference
from matcher.reporting.assemble import assemble
from matcher.reporting.html import html_of
from matcher.reporting.ods import ods_of
from matcher.reporting.plain import json_of
from matcher.service.proof import Proof
from matcher.service.publication import Publisher


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """The files of a report; `chinese` is whether its pictures are labelled in Chinese too."""

    page: Path
    workbook: Path
    figures: Path
    simulated: bool
    chinese: bool


def write_report(
    publisher: Publisher,
    proof: Proof,
    *,
    reference: Reference,
    period: Period,
    out: Path,
    as_of: date | None = None,
    market: Mapping[str, Any] | None = None,
) -> Written:
    """Write the report of `period`, as known at the end of `as_of`, into the folder `out`.

    `market` is what the newest plan tells, where there is one. Files of the same report are
    replaced, each at once. Raises InvalidInputError for a day that the log does not know.
    """
    publication = publisher.gather(period, as_of=as_of)
    document = assemble(publication, proof.findings(), reference=reference, market=market)
    font = chinese_font()
    name = report_name(period, as_of)
    out.mkdir(parents=True, exist_ok=True)
    return Written(
        page=_write(out / f"{name}.html", html_of(document, font=font)),
        workbook=_write(out / f"{name}.ods", ods_of(document, font=font)),
        figures=_write(out / f"{name}.json", json_of(document)),
        simulated=document.simulated,
        chinese=font is not None,
    )


def report_name(period: Period, as_of: date | None = None) -> str:
    """The name of a report's files, such as report-2026-10, report-2026 or one of both days."""
    span = span_of(period)
    told = key_of(period.first, span) if span else f"{period.first}-{period.last}"
    return f"report-{told}" + (f"-as-of-{as_of}" if as_of else "")


def _write(path: Path, content: bytes) -> Path:
    write_whole(path, content)
    return path
