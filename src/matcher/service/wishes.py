"""Fills what a profile leaves open from what its text says."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from matcher.entities import JobSeeker
from matcher.features.reading import Wishes


def with_wishes(profile: JobSeeker, read: Wishes) -> JobSeeker:
    """The profile with its unknown fields filled from what its text says."""
    pay_floor, basis = (
        (profile.pay_floor, profile.pay_floor_basis)
        if profile.pay_floor is not None or read.pay is None or read.pay_basis is None
        else (read.pay, read.pay_basis)
    )
    return replace(
        profile,
        districts_wanted=profile.districts_wanted or read.districts,
        shifts=profile.shifts or read.shifts,
        employment=profile.employment or read.employment,
        pay_floor=pay_floor,
        pay_floor_basis=basis,
        licences=_joined(profile.licences, read.licences),
        languages=_joined(profile.languages, read.languages),
        experience_years=read.experience_years
        if profile.experience_years is None
        else profile.experience_years,
    )


def _joined(stated: Sequence[str] | None, read: Iterable[str]) -> tuple[str, ...] | None:
    return tuple(sorted({*(stated or ()), *read})) or (None if stated is None else ())
