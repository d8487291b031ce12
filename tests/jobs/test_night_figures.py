"""Who finds nothing and why, what nobody is shown, and what comes in otherwise than before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from matcher.bootstrap import App
from matcher.entities import Education, Employer, JobSeeker, Pay, PayBasis, SeekerStatus
from matcher.features.columns import day_number
from matcher.jobs.candidates import prepare_candidates
from matcher.jobs.night_figures import night_figures
from matcher.jobs.prepared import prepare_slates
from matcher.service.clock import day_of
from tests.bureau import NOON, publish_index
from tests.jobs.past import opened, store, vacancy

TODAY = day_of(NOON)
PAY = Pay(basis=PayBasis.MONTH, low=36_000, high=40_000, disclosed=True)
OLD, NEW = TODAY - timedelta(days=60), TODAY - timedelta(days=5)


def counted(folder: Path, model: Path, records: Sequence[Any]) -> dict[tuple[str, str], Any]:
    """The figures of a night of a register of `records`, by key and part."""
    app = opened(folder, model)
    store(app, [Employer(id="E-1", name="前鎮倉儲"), *records])
    app = App(app.settings, clock=lambda: NOON)
    publish_index(app)
    app.sync()
    index = app.live.snapshot.index
    ranker, quiet = app.champion.ranker, lambda _done, _total: None
    prepare_candidates(
        index,
        folder / "candidates",
        ranker=ranker,
        reference=app.reference,
        today=day_number(TODAY),
        sent={},
        progress=quiet,
    )
    prepare_slates(
        index,
        folder / "candidates",
        folder / "slates",
        prices=None,
        progress=quiet,
    )
    figures = night_figures(
        app.engine,
        index,
        folder / "slates",
        reference=app.reference,
        rankers=app.ranker_folder,
        today=TODAY,
    )
    app.engine.dispose()
    return {(one["key"], one["part"]): one for one in figures["figures"]}


def test_empty_and_poor_lists_are_told_with_what_keeps_people_out(tmp_path: Path, tiny_model: Path):
    person = JobSeeker(id="S-1", registered_on=OLD, title="倉管")
    choosy = {"pay_floor": 90_000, "pay_floor_basis": PayBasis.MONTH}
    found = counted(
        tmp_path,
        tiny_model,
        [
            *(vacancy(f"V-{letter}", place="806", pay=PAY, posted_on=OLD) for letter in "abcdef"),
            vacancy("V-g", place="804", pay=PAY, posted_on=OLD),
            vacancy("V-h", place="805", pay=PAY, posted_on=TODAY + timedelta(days=1)),
            person,
            replace(person, id="S-2", districts_wanted=("805",)),
            replace(person, id="S-3", **choosy),
            replace(person, id="S-4", districts_wanted=("805",), **choosy),
            replace(person, id="S-5", districts_wanted=("804",)),
            replace(person, id="S-6", status=SeekerStatus.PLACED),
        ],
    )
    value = {key: one["value"] for key, one in found.items()}
    assert value["empty_share", ""] == 3 / 5
    assert value["poor_share", ""] == 1 / 5
    assert value["kept_out_by", "place"] == 2 / 4
    assert value["kept_out_by", "pay"] == 1 / 4
    assert value["kept_out_by", "several"] == 1 / 4
    assert value["unlisted_share", ""] == 0
    assert found["unlisted_share", ""]["count"] == 7
    assert value["retrieval_recall", ""] == 1


def test_what_comes_in_otherwise_than_before_is_told_by_column(tmp_path: Path, tiny_model: Path):
    def person(number: int, came_on, schooling: Education) -> JobSeeker:
        return JobSeeker(
            id=f"S-{number:03}",
            registered_on=came_on,
            education=schooling,
            district="806" if number % 2 else "804",
            text=f"倉庫{number % 7}",
        )

    found = counted(
        tmp_path,
        tiny_model,
        [
            *(person(n, OLD, Education.SENIOR_HIGH) for n in range(60)),
            *(person(n, NEW, Education.BACHELOR) for n in range(100, 160)),
            vacancy("V-a", posted_on=OLD),
        ],
    )
    assert found["criteria_psi", "seekers/education"]["value"] > 1
    assert found["criteria_psi", "seekers/home"]["value"] == pytest.approx(0, abs=1e-6)
    assert found["criteria_psi", "seekers/education"]["count"] == 60
    assert found["text_shift", "seekers"]["value"] < 0.2
    assert found["criteria_psi", "vacancies/place"]["value"] is None
