"""What the answers about missing vacancies and changes look like."""

from __future__ import annotations

from api.schemas import Answer, Origin, Unknown


class Failed(Answer):
    """A criterion that the pair fails; `text` says both sides."""

    criterion: str
    name: str
    code: str
    text: str


class Change(Answer):
    """One change of the person's record; `value`: km, NT$, a code, or a name such as `night`."""

    kind: str
    value: int | str
    text: str


class Opening(Change):
    """A change and how many further vacancies it alone would open."""

    opens: int


class WhyNot(Origin):
    """What keeps a vacancy out of a person's lists, as the register holds both now.

    `changes` would together meet every criterion; null: no small changes would.
    """

    seeker_id: str
    vacancy_id: str
    title: str
    language: str
    open: bool
    eligible: bool
    text: str
    failed: list[Failed]
    unknown: list[Unknown]
    changes: list[Change] | None


class Outlook(Origin):
    """How many vacancies fit a person now, and what would open more, most first."""

    seeker_id: str
    language: str
    eligible: int
    text: str
    changes: list[Opening]
    index_generation: str
    change_seq: int
