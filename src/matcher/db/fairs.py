"""Reading what stands and happens at a job fair."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, and_, case, func, or_, select

from matcher.db import tables
from matcher.db.codec import from_row
from matcher.entities import Booth, Employer, FairResume, JobFair


@dataclass(frozen=True, slots=True, kw_only=True)
class BoothTally:
    """What was counted at one booth; `number` None: résumés that name no booth."""

    number: str | None
    employer: str
    resumes: int
    on_behalf: int
    interviews: int
    matches: int


def newest_fairs(connection: Connection, limit: int) -> list[JobFair]:
    """The fairs held last, or to be held, newest first."""
    table = tables.job_fairs
    query = select(table).order_by(table.c.held_on.desc(), table.c.id).limit(limit)
    return [from_row(JobFair, row) for row in connection.execute(query).mappings()]


def booths_of(connection: Connection, fair_id: str) -> list[tuple[Booth, Employer]]:
    """The booths of a fair with their employers, by number."""
    booths, employers = tables.booths, tables.employers
    query = select(booths).where(booths.c.fair_id == fair_id)
    found = [from_row(Booth, row) for row in connection.execute(query).mappings()]
    ids = {booth.employer_id for booth in found}
    rows = connection.execute(select(employers).where(employers.c.id.in_(ids))).mappings()
    by_id = {row["id"]: from_row(Employer, row) for row in rows}
    return sorted(
        ((booth, by_id[booth.employer_id]) for booth in found), key=lambda pair: in_order(pair[0])
    )


def in_order(booth: Booth) -> tuple[int, str]:
    """Booths stand as people count: 2 before 10."""
    return len(booth.number), booth.number


def vacancies_at(connection: Connection, fair_id: str) -> list[str]:
    """Ids of all vacancies, open or not, of the employers with a booth at this fair."""
    vacancies, booths = tables.vacancies.c, tables.booths.c
    here = select(booths.employer_id).where(booths.fair_id == fair_id)
    query = select(vacancies.id).where(vacancies.employer_id.in_(here)).order_by(vacancies.id)
    return list(connection.execute(query).scalars())


def tallies(connection: Connection, fair_id: str) -> list[BoothTally]:
    """What was counted at each booth of a fair that got a résumé; a match is an interview too."""
    resumes, booths, employers = tables.fair_resumes.c, tables.booths, tables.employers

    def counted(condition: Any) -> Any:
        return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)

    query = (
        select(
            resumes.booth_number,
            func.max(employers.c.name).label("employer"),
            func.count().label("resumes"),
            counted(resumes.handed_in_on_behalf).label("on_behalf"),
            counted(or_(resumes.interviewed, resumes.matched)).label("interviews"),
            counted(and_(resumes.matched, ~resumes.handed_in_on_behalf)).label("matches"),
        )
        .select_from(
            tables.fair_resumes.outerjoin(
                booths,
                and_(booths.c.fair_id == resumes.fair_id, booths.c.number == resumes.booth_number),
            ).outerjoin(employers, employers.c.id == booths.c.employer_id)
        )
        .where(resumes.fair_id == fair_id)
        .group_by(resumes.booth_number)
    )
    return [
        BoothTally(
            number=row.booth_number,
            employer=row.employer or "",
            resumes=row.resumes,
            on_behalf=int(row.on_behalf),
            interviews=int(row.interviews),
            matches=int(row.matches),
        )
        for row in connection.execute(query)
    ]


def resumes_at(connection: Connection, fair_id: str, booth_number: str) -> list[FairResume]:
    """The résumés handed in at one booth, newest first."""
    table = tables.fair_resumes
    query = (
        select(table)
        .where(table.c.fair_id == fair_id, table.c.booth_number == booth_number)
        .order_by(table.c.number.desc().nulls_last(), table.c.id)
    )
    return [from_row(FairResume, row) for row in connection.execute(query).mappings()]


def handed_in(
    connection: Connection, fair_id: str, *, seeker_id: str, vacancy_id: str
) -> FairResume | None:
    """The résumé that this person handed in for this vacancy at this fair, if there is one."""
    table = tables.fair_resumes
    query = select(table).where(
        table.c.fair_id == fair_id,
        table.c.seeker_id == seeker_id,
        table.c.vacancy_id == vacancy_id,
    )
    row = connection.execute(query.limit(1)).mappings().first()
    return None if row is None else from_row(FairResume, row)


def next_number(connection: Connection, fair_id: str) -> int:
    """The number of the next résumé of a fair; the transaction must be one of the register's."""
    table = tables.fair_resumes.c
    last = connection.execute(select(func.max(table.number)).where(table.fair_id == fair_id))
    return (last.scalar() or 0) + 1
