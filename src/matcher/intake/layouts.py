"""Which columns each kind of file has: the tables of `data/formats.md` as data."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from matcher import entities
from matcher.intake.model import Entity, Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Columns of a kind and the type of each (a key of `schema.parsers`).

    `filled` columns must be there and filled in; `present` ones must be there. `key` names the
    columns that together are the id; `private` values never reach a message or a rejects file.
    """

    entity: Callable[..., Entity]
    columns: Mapping[str, str]
    filled: frozenset[str]
    present: frozenset[str] = frozenset()
    key: tuple[str, ...] = ("id",)
    private: frozenset[str] = frozenset()

    @property
    def needed(self) -> frozenset[str]:
        """Columns that the file must have."""
        return self.filled | self.present


LAYOUTS: Mapping[Kind, Layout] = {
    Kind.SEEKERS: Layout(
        entity=entities.JobSeeker,
        columns={
            "id": "id",
            "registered_on": "date",
            "name": "text",
            "id_number": "identity",
            "language": "text language",
            "title": "text",
            "text": "text",
            "occupation": "occupation",
            "district": "district",
            "commute_km": "kilometres",
            "districts_wanted": "districts",
            "shifts": "shifts",
            "employment": "employment",
            "pay_floor": "money",
            "pay_floor_basis": "floor basis",
            "education": "education",
            "experience_years": "years",
            "licences": "licences",
            "languages": "languages",
            "status": "status",
        },
        filled=frozenset({"id", "registered_on"}),
        private=frozenset({"id_number", "name", "title", "text"}),
    ),
    Kind.PROTECTED: Layout(
        entity=entities.ProtectedAttributes,
        columns={
            "seeker_id": "id",
            "sex": "sex",
            "birth_date": "date",
            "special_groups": "special groups",
        },
        filled=frozenset({"seeker_id"}),
        key=("seeker_id",),
        private=frozenset({"sex", "birth_date", "special_groups"}),
    ),
    Kind.EMPLOYERS: Layout(
        entity=entities.Employer,
        columns={"id": "id", "name": "text", "district": "district", "industry": "text"},
        filled=frozenset({"id", "name"}),
        present=frozenset({"industry"}),
    ),
    Kind.VACANCIES: Layout(
        entity=entities.Vacancy,
        columns={
            "id": "id",
            "employer_id": "id",
            "title": "text",
            "openings": "count",
            "posted_on": "date",
            "text": "text",
            "language": "text language",
            "occupation": "occupation",
            "place": "place",
            "address": "text",
            "pay_basis": "pay basis",
            "pay_low": "money",
            "pay_high": "money",
            "pay_disclosed": "yes/no",
            "shifts": "shifts",
            "employment": "employment",
            "education": "education",
            "experience_years": "years",
            "licences": "licences",
            "languages": "languages",
            "closes_on": "date",
            "closed_on": "date",
            "url": "url",
        },
        filled=frozenset({"id", "employer_id", "title", "openings", "posted_on"}),
    ),
    Kind.FAIRS: Layout(
        entity=entities.JobFair,
        columns={
            "id": "id",
            "name": "text",
            "held_on": "date",
            "district": "district",
            "address": "text",
            "type": "fair type",
        },
        filled=frozenset({"id", "name", "held_on"}),
    ),
    Kind.BOOTHS: Layout(
        entity=entities.Booth,
        columns={
            "fair_id": "id",
            "number": "label",
            "employer_id": "id",
            "interviewers": "count",
            "minutes": "count",
        },
        filled=frozenset({"fair_id", "number", "employer_id"}),
        key=("fair_id", "number"),
    ),
    Kind.FAIR_RESUMES: Layout(
        entity=entities.FairResume,
        columns={
            "id": "id",
            "fair_id": "id",
            "handed_in_at": "date",
            "booth_number": "label",
            "seeker_id": "id",
            "vacancy_id": "id",
            "handed_in_on_behalf": "yes/no",
            "matched": "yes/no",
            "interviewed": "yes/no",
            "number": "count",
        },
        filled=frozenset({"id", "fair_id", "handed_in_at", "handed_in_on_behalf", "matched"}),
    ),
    Kind.IMPRESSIONS: Layout(
        entity=entities.Impression,
        columns={
            "id": "id",
            "shown_at": "time",
            "channel": "channel",
            "policy": "label",
            "seeker_id": "id",
            "vacancy_id": "id",
            "items": "ids",
        },
        filled=frozenset({"id", "shown_at", "channel", "policy", "items"}),
    ),
    Kind.REFERRALS: Layout(
        entity=entities.Referral,
        columns={
            "id": "id",
            "seeker_id": "id",
            "vacancy_id": "id",
            "made_on": "date",
            "channel": "channel",
        },
        filled=frozenset({"id", "seeker_id", "vacancy_id", "made_on"}),
    ),
    Kind.OUTCOMES: Layout(
        entity=entities.ReferralOutcome,
        columns={"referral_id": "id", "outcome": "outcome", "happened_on": "date"},
        filled=frozenset({"referral_id", "outcome", "happened_on"}),
        key=("referral_id", "outcome"),
    ),
    Kind.PLACEMENTS: Layout(
        entity=entities.Placement,
        columns={
            "id": "id",
            "seeker_id": "id",
            "placed_on": "date",
            "vacancy_id": "id",
            "referral_id": "id",
        },
        filled=frozenset({"id", "seeker_id", "placed_on"}),
    ),
    Kind.HIRE_REPORTS: Layout(
        entity=entities.HireReport,
        columns={
            "id": "id",
            "vacancy_id": "id",
            "reported_on": "date",
            "openings_filled": "count",
        },
        filled=frozenset({"id", "vacancy_id", "reported_on", "openings_filled"}),
    ),
    Kind.SERVICES: Layout(
        entity=entities.Service,
        columns={
            "id": "id",
            "programme": "programme",
            "step": "step",
            "happened_on": "date",
            "seeker_id": "id",
            "follows": "id",
            "fair_id": "id",
            "employer_id": "id",
            "district": "district",
            "occupation": "occupation",
        },
        filled=frozenset({"id", "programme", "step", "happened_on"}),
    ),
    Kind.VOIDS: Layout(
        entity=entities.Void,
        columns={"kind": "voidable", "record_id": "id", "reason": "text"},
        filled=frozenset({"kind", "record_id"}),
        key=("kind", "record_id"),
    ),
}
