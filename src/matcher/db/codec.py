"""Entities to rows and back, told by their type hints, so that tables and entities cannot drift."""

from __future__ import annotations

import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import fields
from enum import Enum, IntEnum, IntFlag
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import Table

from matcher import entities
from matcher.db import tables
from matcher.entities import Pay

E = TypeVar("E")

TABLES: dict[type, Table] = {
    entities.Employer: tables.employers,
    entities.JobSeeker: tables.job_seekers,
    entities.ProtectedAttributes: tables.protected_attributes,
    entities.Vacancy: tables.vacancies,
    entities.JobFair: tables.job_fairs,
    entities.Booth: tables.booths,
    entities.FairResume: tables.fair_resumes,
    entities.Impression: tables.impressions,
    entities.Referral: tables.referrals,
    entities.ReferralOutcome: tables.referral_outcomes,
    entities.Placement: tables.placements,
    entities.HireReport: tables.hire_reports,
    entities.Service: tables.services,
    entities.Void: tables.voids,
}
"""In an order in which nothing refers to a later one."""


def to_row(entity: Any) -> dict[str, Any]:
    """Column values of `entity`, comparable with a row read back."""
    row: dict[str, Any] = {}
    kind: Any = type(entity)
    for name, encode in _encoders(kind):
        value = getattr(entity, name)
        if isinstance(value, Pay):
            row |= {f"pay_{key}": part for key, part in to_row(value).items()}
        else:
            row[name] = None if value is None else encode(value)
    return row


def from_row(kind: type[E], row: Mapping[Any, Any]) -> E:
    """The `kind` of entity that `row` holds; columns it does not know are ignored."""
    values: dict[str, Any] = {}
    hashable: Any = kind
    for name, decode in _decoders(hashable):
        if name == "pay":
            values[name] = from_row(Pay, {k: row[f"pay_{k}"] for k, _ in _decoders(Pay)})
        else:
            value = row[name]
            values[name] = None if value is None else decode(value)
    return kind(**values)


@cache
def _encoders(kind: Any) -> tuple[tuple[str, Callable[[Any], Any]], ...]:
    return tuple((f.name, _encoder(_plain_type(kind, f.name))) for f in fields(kind))


@cache
def _decoders(kind: Any) -> tuple[tuple[str, Callable[[Any], Any]], ...]:
    return tuple((f.name, _decoder(_plain_type(kind, f.name))) for f in fields(kind))


@cache
def _plain_type(kind: Any, name: str) -> Any:
    hint = typing.get_type_hints(kind)[name]
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        (hint,) = (part for part in typing.get_args(hint) if part is not types.NoneType)
    return hint


def _encoder(hint: Any) -> Callable[[Any], Any]:
    if typing.get_origin(hint) is tuple:
        return lambda items: [list(i) if isinstance(i, tuple) else i for i in items]
    if issubclass(hint, IntEnum | IntFlag):
        return int
    if issubclass(hint, Enum):
        return lambda member: member.value
    return _same


def _decoder(hint: Any) -> Callable[[Any], Any]:
    if typing.get_origin(hint) is tuple:
        return lambda items: tuple(tuple(i) if isinstance(i, list) else i for i in items)
    if issubclass(hint, Enum):
        decode: Callable[[Any], Any] = hint
        return decode
    return _same


def _same(value: Any) -> Any:
    return value
