"""Small registers of the past for the jobs that look back, and the import of a simulated one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from matcher.bootstrap import App
from matcher.db.engine import migrate, open_engine, writing
from matcher.db.store import upsert
from matcher.entities import (
    Channel,
    Employer,
    HireReport,
    Impression,
    JobSeeker,
    Outcome,
    Referral,
    ReferralOutcome,
    Vacancy,
)
from matcher.identity import IdentityKey
from matcher.jobs.importing import import_files
from matcher.jobs.lookback import Lookback, look_back
from matcher.ranking.examples import PLACED_WITHIN, REFERRED_WITHIN
from tests.bureau import settings_in, untracked

DAY = date(2026, 1, 5)
FAR = DAY + timedelta(days=REFERRED_WITHIN + PLACED_WITHIN + 1)
"""Something recorded on this day makes DAY mature."""
START = date(2025, 3, 17)
LATER = date(2027, 1, 1)
"""Today, where everything recorded shall count."""


def days(count: int) -> timedelta:
    return timedelta(days=count)


def opened(folder: Path, model: Path) -> App:
    app = App(settings_in(folder, model))
    engine = open_engine(app.settings.sqlalchemy_url)
    migrate(engine)
    engine.dispose()
    return app


def store(app: App, records: Sequence[Any]) -> None:
    with writing(app.engine) as connection:
        for record in records:
            upsert(connection, [record])


def vacancy(key: str, **facts: Any) -> Vacancy:
    standard = {
        "employer_id": "E-1", "title": "倉管", "openings": 3, "posted_on": DAY - days(20)
    }  # fmt: skip
    return Vacancy(id=key, **(standard | facts))


def slate(key: str, seeker: str, shown_at: datetime) -> Impression:
    return Impression(
        id=key,
        shown_at=shown_at,
        channel=Channel.COUNSELLOR,
        policy="keyword",
        items=(("V-a", None),),
        seeker_id=seeker,
    )


def morning(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 2, tzinfo=UTC)


def referred(seeker: str, key: str, made_on: date, **outcomes: int) -> list[Any]:
    """A referral, and its outcomes so many days after it."""
    referral = Referral(
        id=f"R-{seeker}-{key}-{made_on}", seeker_id=seeker, vacancy_id=key, made_on=made_on
    )
    steps = [
        ReferralOutcome(
            referral_id=referral.id, outcome=Outcome(name), happened_on=made_on + days(after)
        )
        for name, after in outcomes.items()
    ]
    return [referral, *steps]


def bureau_of(folder: Path, model: Path, records: Sequence[Any], *, vacancies: str = "a") -> App:
    """A register of S-1, who asked on DAY, of vacancies V-a and so on, and of `records`."""
    app = opened(folder, model)
    store(
        app,
        [
            Employer(id="E-1", name="前鎮倉儲"),
            JobSeeker(id="S-1", registered_on=DAY, title="倉管"),
            *(vacancy(f"V-{letter}") for letter in vacancies),
            vacancy("V-old", posted_on=DAY - days(300), closes_on=DAY - days(200)),
            HireReport(id="H-far", vacancy_id="V-old", reported_on=FAR, openings_filled=1),
            slate("I-1", "S-1", morning(DAY)),
            *records,
        ],
    )
    return app


def back(app: App, **options: Any) -> Lookback:
    options = {"people": 1_000, "today": LATER, "track": untracked} | options
    return look_back(app.engine, app.indexer, **options)


def imported(folder: Path, model: Path, register: Path) -> App:
    """A bureau in `folder` that has taken in the simulated files of `register`."""
    app = opened(folder, model)
    reports = import_files(
        app.engine,
        [register],
        reference=app.reference,
        key=IdentityKey(1, b"k" * 32),
        rejects_dir=app.settings.var_dir / "rejects",
        today=START + days(365),
        track=untracked,
    )
    assert not any(report.error or report.rejected for report in reports)
    return app
