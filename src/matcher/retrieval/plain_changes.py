"""The rules of single changes, written to be read: the fast code is held to these."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

from matcher.entities import Employment, JobSeeker, PayBasis, Shift, Vacancy
from matcher.reference import Reference
from matcher.retrieval.changes import COMMUTE_STEPS, PAY_STEPS, Change, ChangeKind, Tally
from matcher.retrieval.plain import eligibility_of


def imaginable_changes(seeker: JobSeeker, reference: Reference) -> Iterator[Change]:
    """Every change of one criterion that the person has stated."""
    if seeker.commute_km is not None:
        yield from (Change(ChangeKind.COMMUTE, step) for step in COMMUTE_STEPS)
    elif seeker.districts_wanted:
        others = set(reference.districts) - set(seeker.districts_wanted)
        yield from (Change(ChangeKind.DISTRICT, code) for code in others)
    if seeker.pay_floor is not None:
        monthly = seeker.pay_floor_basis is PayBasis.MONTH
        kind = ChangeKind.MONTHLY_PAY if monthly else ChangeKind.HOURLY_PAY
        for step in PAY_STEPS.get(seeker.pay_floor_basis, ()):
            if step < seeker.pay_floor:
                yield Change(kind, step)
    if seeker.shifts:
        yield from (Change(ChangeKind.SHIFT, one) for one in Shift if one not in seeker.shifts)
    if seeker.employment:
        missing = (form for form in Employment if form not in seeker.employment)
        yield from (Change(ChangeKind.EMPLOYMENT, form) for form in missing)
    if seeker.licences is not None:
        lacked = set(reference.licences) - set(seeker.licences)
        yield from (Change(ChangeKind.LICENCE, code) for code in lacked)
    if seeker.languages is not None:
        unspoken = set(reference.languages) - set(seeker.languages)
        yield from (Change(ChangeKind.LANGUAGE, code) for code in unspoken)


def changed(seeker: JobSeeker, change: Change) -> JobSeeker:
    """The person after the change."""
    code, number = str(change.value), int(change.value) if isinstance(change.value, int) else 0
    match change.kind:
        case ChangeKind.COMMUTE:
            return replace(seeker, commute_km=(seeker.commute_km or 0) + number)
        case ChangeKind.DISTRICT:
            return replace(seeker, districts_wanted=(*seeker.districts_wanted, code))
        case ChangeKind.MONTHLY_PAY | ChangeKind.HOURLY_PAY:
            return replace(seeker, pay_floor=(seeker.pay_floor or 0) - number)
        case ChangeKind.SHIFT:
            return replace(seeker, shifts=seeker.shifts | Shift(number))
        case ChangeKind.EMPLOYMENT:
            return replace(seeker, employment=seeker.employment | Employment(number))
        case ChangeKind.LICENCE:
            return replace(seeker, licences=(*(seeker.licences or ()), code))
        case ChangeKind.LANGUAGE:
            return replace(seeker, languages=(*(seeker.languages or ()), code))


def tally_plainly(
    seeker: JobSeeker,
    vacancies: Sequence[tuple[Vacancy, int]],
    *,
    reference: Reference,
    today: date,
) -> Tally:
    """The tally over (vacancy, openings left): each change is made, and all is counted again."""

    def eligible(person: JobSeeker) -> int:
        return sum(
            not eligibility_of(person, vacancy, left, reference=reference, today=today)[0]
            for vacancy, left in vacancies
        )

    now = eligible(seeker)
    opens = {
        change: eligible(changed(seeker, change)) - now
        for change in imaginable_changes(seeker, reference)
    }
    return Tally(now, Counter({change: more for change, more in opens.items() if more}))
