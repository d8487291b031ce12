"""The nightly figures: what each says, how it is computed, and the band it should stay in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Definition:
    """A figure by its key; `low` and `high` are None where there is no such end of its band.

    Of fewer than `least` things no figure leaves its band: chance moves it too far.
    """

    key: str
    formula: str
    low: float | None = None
    high: float | None = None
    least: int = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A figure of a part, such as a ranker or a column, or of the whole; `value` None: not told.

    `count` is how many things it was computed from.
    """

    key: str
    value: float | None
    count: int
    part: str = ""


@dataclass(frozen=True, slots=True)
class Alert:
    """A figure that left its band."""

    figure: Figure
    definition: Definition

    @property
    def text(self) -> str:
        """What left which band."""
        of = f" of {self.figure.part}" if self.figure.part else ""
        ends = [
            f"{word} {end:g}"
            for word, end in (("under", self.definition.low), ("over", self.definition.high))
            if end is not None
        ]
        return (
            f"{self.figure.key}{of} is {self.figure.value:.4g}, counted over "
            f"{self.figure.count:,}: an alert when {' or '.join(ends)}"
        )


DEFINITIONS = {
    definition.key: definition
    for definition in (
        Definition(
            "lists_shown", "lists that registered persons read yesterday, one a person and ranker"
        ),
        Definition(
            "referred_rate",
            "pairs referred within 14 days / pairs shown, of the last 30 final days",
        ),
        Definition(
            "hired_rate", "pairs hired within 60 days of the referral / pairs referred, same days"
        ),
        Definition(
            "hit@10",
            "lists with the vacancy of the hire in the first ten lines / lists followed by a hire "
            "at a vacancy of the register within 74 days, of the last 90 final days, by ranker",
            low=0.2,
        ),
        Definition("hit@1", "the same with the vacancy in the first line"),
        Definition(
            "days_to_fill",
            "median of the days from posting to the report that filled the last opening, of the "
            "vacancies filled in the last 30 days",
            high=60,
        ),
        Definition(
            "unseen_share",
            "open vacancies posted at least 7 days ago that no list of the last 30 days held / "
            "all of them",
            high=0.9,
        ),
        Definition(
            "unlisted_share",
            "open vacancies in nobody's slate of tonight / open vacancies",
            high=0.9,
        ),
        Definition(
            "empty_share", "active seekers for whom no vacancy is eligible / all", high=0.02
        ),
        Definition("poor_share", "active seekers with 1 to 4 eligible vacancies / all", high=0.05),
        Definition(
            "kept_out_by",
            "share of the seekers with an empty or poor list for whom this criterion alone keeps "
            "out most vacancies; `several`: no vacancy lacks one criterion only",
        ),
        Definition(
            "retrieval_recall",
            "share of the 100 most similar eligible vacancies that the search of lists finds, "
            "mean over 256 seekers drawn by a seed",
            low=0.97,
        ),
        Definition(
            "text_shift",
            "length of the difference of the mean vectors of recent and earlier texts, sampling "
            "noise taken out",
            high=0.2,
        ),
        Definition("criteria_psi", "population stability index of a column", high=0.25),
        Definition(
            "score_psi",
            "population stability index of the scores in the first line, last 30 days against the "
            "30 days before, by ranker",
            high=0.25,
        ),
        Definition(
            "calibration_error",
            "expected calibration error of the chances of a hire, of the referrals that followed a "
            "list of the ranker in the last 90 final days",
            high=0.05,
            least=300,
        ),
    )
}


def alerts(figures: Iterable[Figure]) -> list[Alert]:
    """The figures that left their bands."""
    found = []
    for figure in figures:
        band = DEFINITIONS[figure.key]
        if figure.value is None or figure.count < band.least:
            continue
        low = band.low is not None and figure.value < band.low
        high = band.high is not None and figure.value > band.high
        if low or high:
            found.append(Alert(figure, band))
    return found
