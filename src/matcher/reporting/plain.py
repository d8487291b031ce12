"""The report as plain values, for JSON."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal

from matcher.reporting import words
from matcher.reporting.document import Cell, Column, Document, Names, Row, Section, Table
from matcher.service.rate_views import View, period_view


def json_of(document: Document) -> bytes:
    """The report as JSON; a rate is a number, null where there is none."""
    return json.dumps(view_of(document), ensure_ascii=False, indent=1).encode() + b"\n"


def view_of(document: Document) -> View:
    """The report as dictionaries and lists."""
    return {
        "title": _names(document.title),
        "period": period_view(document.period),
        "as_of": document.as_of and document.as_of.isoformat(),
        "counted_on": document.counted_on.isoformat(),
        "simulated": document.simulated,
        "notice": _names(words.SIMULATED_NOTICE) if document.simulated else None,
        "sections": [_section(section) for section in document.sections],
    }


def _section(section: Section) -> View:
    return {
        "key": section.key,
        "names": _names(section.names),
        "tables": [_table(table) for table in section.tables],
    }


def _table(table: Table) -> View:
    return {
        "key": table.key,
        "caption": _names(table.caption),
        "head": _names(table.head),
        "columns": [_column(column) for column in table.columns],
        "rows": [_row(row, table) for row in table.rows],
        "remarks": [_names(remark) for remark in table.remarks],
    }


def _column(column: Column) -> View:
    return {
        "key": column.key,
        "names": _names(column.names),
        "unit": column.unit and _names(column.unit),
        "note": column.note,
    }


def _row(row: Row, table: Table) -> View:
    cells = zip(table.columns, row.cells, strict=True)
    return {
        "key": row.key,
        "names": _names(row.names),
        "whole": row.whole,
        "note": row.note,
        "cells": {column.key: _cell(cell) for column, cell in cells},
    }


def _cell(cell: Cell) -> object:
    match cell:
        case Decimal():
            return float(cell)
        case date():
            return cell.isoformat()
        case Names():
            return _names(cell)
        case _:
            return cell


def _names(names: Names) -> View:
    return {"zh": names.zh, "en": names.en}
