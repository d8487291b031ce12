"""Writes the simulated events as they happen, so that a year never has to fit in memory."""

from __future__ import annotations

import csv
import shutil
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

COLUMNS = {
    "seekers": (
        "id registered_on name id_number language title text occupation district commute_km"
        " districts_wanted shifts employment pay_floor pay_floor_basis education"
        " experience_years licences languages status"
    ),
    "protected": "seeker_id sex birth_date special_groups",
    "employers": "id name district industry",
    "vacancies": (
        "id employer_id title openings posted_on text language occupation place address"
        " pay_basis pay_low pay_high pay_disclosed shifts employment education"
        " experience_years licences languages closes_on closed_on"
    ),
    "fairs": "id name held_on district address type",
    "booths": "fair_id number employer_id",
    "fair_resumes": (
        "id fair_id handed_in_at booth_number seeker_id vacancy_id handed_in_on_behalf matched"
    ),
    "impressions": "id shown_at channel policy seeker_id vacancy_id items",
    "referrals": "id seeker_id vacancy_id made_on channel",
    "outcomes": "referral_id outcome happened_on",
    "placements": "id seeker_id placed_on vacancy_id referral_id",
    "hire_reports": "id vacancy_id reported_on openings_filled",
    "services": "id programme step happened_on seeker_id follows fair_id district",
    "oracle": "seeker_id vacancy_id utility",
}
"""The columns of each file, in the words of `data/formats.md`."""

SUMMED = {
    "vacancies": ("openings",),
    "hire_reports": ("openings_filled",),
    "fair_resumes": ("handed_in_on_behalf", "matched"),
}
"""Columns whose sum is part of the totals."""

HIDDEN = "hidden"
README = """這個資料夾的資料全部是電腦模擬的。人名、公司、證號、履歷、職缺、推介與錄用都是虛構，
不代表任何人，也不是任何機關的統計。
hidden/ 內是模擬用的隱藏偏好，只供評估，不得匯入。

Everything in this folder is simulated. People, firms, numbers, texts, referrals and hires are
invented and are no statistics of any bureau. The folder hidden/ holds the hidden preferences
behind the simulation: for evaluation only, never to be imported.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """What a simulated year amounts to, counted while its events were written."""

    seekers: int
    employers: int
    vacancies: int
    openings: int
    impressions: int
    referrals: int
    placements: int
    placed_seekers: int
    placed_by_referral: int
    hire_reports: int
    openings_filled: int
    fairs: int
    booths: int
    fair_resumes: int
    resumes_on_behalf: int
    on_site_matches: int

    @property
    def employment_rate(self) -> float:
        """Distinct placed seekers per registered seeker."""
        return self.placed_seekers / self.seekers

    @property
    def fill_rate(self) -> float:
        """Openings filled in hire reports per registered opening."""
        return self.openings_filled / self.openings

    @property
    def openings_per_seeker(self) -> float:
        """Registered openings per registered seeker."""
        return self.openings / self.seekers

    @property
    def on_site_match_rate(self) -> float:
        """On-site matches per résumé handed in by the person themselves."""
        return self.on_site_matches / max(self.fair_resumes - self.resumes_on_behalf, 1)


class EventWriter(Protocol):
    """Takes the events of a market in as they happen."""

    def write(self, kind: str, rows: Iterable[Sequence[object]]) -> None:
        """Take in rows of a `kind`, in the order of `COLUMNS`."""


class Ledger:
    """The files of one simulated year, open for appending, and the tally of what went in.

    They appear in `out` when the year is over: a run that breaks off leaves nothing half done.
    """

    def __init__(self, out: Path) -> None:
        self._out = out
        self._partial = out.with_name(f".{out.name}.partial")
        self._stack = ExitStack()
        self._tally: Counter[str] = Counter()
        self._placed: set[str] = set()

    def __enter__(self) -> Self:
        hidden = self._partial / HIDDEN
        hidden.mkdir(parents=True, exist_ok=True)
        (self._partial / "README.txt").write_text(README, encoding="utf-8", newline="\n")
        self._writers = {}
        for kind, columns in COLUMNS.items():
            path = (hidden if kind == "oracle" else self._partial) / f"{kind}.csv"
            file = self._stack.enter_context(path.open("w", encoding="utf-8", newline=""))
            self._writers[kind] = csv.writer(file, lineterminator="\n")
            self._writers[kind].writerow(columns.split())
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.close()
        if kind is None:
            (self._out / HIDDEN).mkdir(parents=True, exist_ok=True)
            for path in sorted(self._partial.rglob("*.*")):
                path.replace(self._out / path.relative_to(self._partial))
        shutil.rmtree(self._partial)

    def write(self, kind: str, rows: Iterable[Sequence[object]]) -> None:
        """Append rows to the file of `kind`, in the order of `COLUMNS`."""
        kept = list(rows)
        self._writers[kind].writerows(kept)
        self._tally[kind] += len(kept)
        position = {name: at for at, name in enumerate(COLUMNS[kind].split())}
        if kind == "placements":
            self._placed.update(str(row[position["seeker_id"]]) for row in kept)
            referred = position["referral_id"]
            self._tally["placed_by_referral"] += sum(bool(row[referred]) for row in kept)
        for column in SUMMED.get(kind, ()):
            self._tally[column] += sum(int(str(row[position[column]])) for row in kept)

    def totals(self) -> Totals:
        """The tally so far."""
        tally = self._tally
        return Totals(
            seekers=tally["seekers"],
            employers=tally["employers"],
            vacancies=tally["vacancies"],
            openings=tally["openings"],
            impressions=tally["impressions"],
            referrals=tally["referrals"],
            placements=tally["placements"],
            placed_seekers=len(self._placed),
            placed_by_referral=tally["placed_by_referral"],
            hire_reports=tally["hire_reports"],
            openings_filled=tally["openings_filled"],
            fairs=tally["fairs"],
            booths=tally["booths"],
            fair_resumes=tally["fair_resumes"],
            resumes_on_behalf=tally["handed_in_on_behalf"],
            on_site_matches=tally["matched"],
        )
