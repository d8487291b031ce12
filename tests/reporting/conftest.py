"""A small simulated register at the end of March 2026, and the report of its first quarter."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine

from matcher.config import ROOT
from matcher.db.engine import migrate, open_engine
from matcher.entities import (
    Booth,
    Employer,
    FairResume,
    FairType,
    HireReport,
    JobFair,
    JobSeeker,
    Placement,
    Programme,
    Service,
    Step,
    Vacancy,
)
from matcher.evaluation.plots import chinese_font
from matcher.jobs.report import Written, write_report
from matcher.rates.periods import Period
from matcher.reference import Reference
from matcher.reporting.assemble import assemble
from matcher.reporting.document import Document
from matcher.service.proof import Proof
from matcher.service.publication import Publisher
from tests.chromium import lacking
from tests.rates.register import noon, write

CLOSED = date(2026, 4, 2)
QUARTER = Period(first=date(2026, 1, 1), last=date(2026, 3, 31))
FAIR = JobFair(
    id="F-1",
    name="<前鎮> & 聯合徵才",
    held_on=date(2026, 2, 7),
    district="806",
    type=FairType.JOINT,
)


def records(prefix: str = "SIM-") -> Iterable[object]:
    """Four seekers, one placed twice; five openings, three filled; a fair of ten résumés."""
    yield Employer(id=f"{prefix}E", name="x")
    homes = [("806", "4321"), ("806", "5120"), ("813", None), (None, "4321")]
    for n, (district, occupation) in enumerate(homes):
        yield JobSeeker(
            id=f"{prefix}S{n}",
            registered_on=date(2026, 1 + n % 2, 5),
            district=district,
            occupation=occupation,
        )
    for n, day in enumerate((date(2026, 1, 20), date(2026, 3, 3))):
        yield Placement(id=f"P{n}", seeker_id=f"{prefix}S0", placed_on=day)
    yield Vacancy(
        id=f"{prefix}V",
        employer_id=f"{prefix}E",
        title="x",
        openings=5,
        posted_on=date(2026, 1, 2),
        place="806",
        occupation="4321",
    )
    yield HireReport(
        id="H", vacancy_id=f"{prefix}V", reported_on=date(2026, 3, 9), openings_filled=3
    )
    yield FAIR
    yield Booth(fair_id=FAIR.id, number="1", employer_id=f"{prefix}E")
    for n in range(10):
        yield FairResume(
            id=f"R{n}",
            fair_id=FAIR.id,
            handed_in_at=FAIR.held_on,
            handed_in_on_behalf=n < 3,
            matched=n > 5,
        )
    for n in range(2):
        yield Service(
            id=f"L{n}",
            programme=Programme.LOW_INCOME,
            step=Step.SERVED if n else Step.PLACED,
            happened_on=date(2026, 2, 2),
            seeker_id=f"{prefix}S1",
        )
    # Whose steps follow nothing: something for the appendix.
    yield Service(
        id="U", programme=Programme.TRAINING, step=Step.PLACED, happened_on=date(2026, 3, 3)
    )


@pytest.fixture(scope="session")
def reference() -> Reference:
    return Reference.load(ROOT / "data" / "reference")


@pytest.fixture(scope="session")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    engine = open_engine(f"sqlite:///{tmp_path_factory.mktemp('register') / 'matcher.db'}")
    migrate(engine)
    write(engine, *records(), on=CLOSED)
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def publisher(engine: Engine) -> Publisher:
    return Publisher(engine, lambda: noon(CLOSED))


@pytest.fixture(scope="session")
def document(engine: Engine, publisher: Publisher, reference: Reference) -> Document:
    findings = Proof(engine).findings()
    return assemble(publisher.gather(QUARTER), findings, reference=reference)


@pytest.fixture(scope="session")
def written(
    engine: Engine,
    publisher: Publisher,
    reference: Reference,
    tmp_path_factory: pytest.TempPathFactory,
) -> Written:
    out: Path = tmp_path_factory.mktemp("report")
    return write_report(publisher, Proof(engine), reference=reference, period=QUARTER, out=out)


@pytest.fixture(scope="session")
def font() -> str:
    found = chinese_font()
    if found is None:
        lacking("No font that writes Chinese is installed, so no picture was labelled in it.")
    assert found is not None
    return found
