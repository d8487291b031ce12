"""What answers look like, for the documentation and the tests; serving never goes through these."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from pydantic import BaseModel, ConfigDict

from api.examples import PROBLEM_EXAMPLE
from api.problems import MEDIA_TYPE


class Answer(BaseModel):
    """What every part of an answer is: it has these fields and no others."""

    model_config = ConfigDict(extra="forbid")


class Problem(BaseModel):
    """RFC 9457 problem details."""

    model_config = ConfigDict(json_schema_extra={"examples": [PROBLEM_EXAMPLE]})

    type: str
    title: str
    status: int
    detail: str
    remedy: str
    instance: str
    errors: list[dict[str, str]] | None = None
    checks: dict[str, str] | None = None


class Health(Answer):
    """The service lives, or is ready."""

    status: str
    checks: dict[str, str] | None = None


class Named(Answer):
    """A code with its name; null: the tables have none."""

    code: str
    name: str | None


class Reason(Answer):
    """Why a line stands where it does; `points` is what it added to the score."""

    code: str
    text: str
    speaks_for: bool
    points: float


class Unknown(Answer):
    """A criterion that could not be told for this pair; it excluded nothing."""

    criterion: str
    text: str


class Pay(Answer):
    """Pay as the employer states it, NT$ per `basis`; `flag`: the figure is to be checked."""

    basis: str | None
    low: int | None
    high: int | None
    disclosed: bool | None
    flag: str | None
    text: str


class Employer(Answer):
    """Who offers the work."""

    id: str
    name: str


class Chances(Answer):
    """Calibrated probabilities of what follows within 60 days if this pair is referred."""

    hired: float
    interviewed: float
    text: str


class _Line(Answer):
    rank: int
    id: str
    score: float
    similarity: float
    chances: Chances | None
    reasons: list[Reason]
    unknown: list[Unknown]


class Crowd(Answer):
    """In how many people's lists a vacancy stands, and the chance that an opening is still free."""

    shown_to: int
    free: float
    text: str


class VacancyLine(_Line):
    """A vacancy in a list; `crowd` null: the list was made by itself."""

    title: str
    employer: Employer | None
    occupation: Named | None
    place: Named | None
    address: str
    pay: Pay
    openings_left: int
    crowd: Crowd | None
    posted_on: str
    closes_on: str | None
    closes_on_roc: str | None
    url: str


class CandidateLine(_Line):
    """A job seeker in a list: no name, no résumé, no protected attribute."""

    title: str
    occupation: Named | None
    district: Named | None
    education: str | None
    experience_years: float | None
    licences: list[Named] | None


class Names(Answer):
    """A name in the languages the bureau's statistics are published in."""

    zh: str
    en: str


class Counted(Answer):
    """What was counted, how often, and as what: persons, person-times, openings, occasions."""

    event: str
    names: Names
    count: int
    unit: Names


class Period(Answer):
    """Days from `first` to `last`, both counted."""

    first: str
    last: str
    first_roc: str
    last_roc: str


class Rate(Answer):
    """A rate with all it was computed from; `value` null: nothing was registered."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "key": "employment_rate",
                    "names": {"zh": "求職就業率", "en": "employment rate"},
                    "value": "54.34",
                    "number": 54.34,
                    "unit": "%",
                    "numerator": {
                        "event": "seekers_placed",
                        "names": {"zh": "求職就業人數", "en": "registered persons placed"},
                        "count": 40969,
                        "unit": {"zh": "人", "en": "persons"},
                    },
                    "denominator": {
                        "event": "seekers_registered",
                        "names": {"zh": "新登記求職人數", "en": "persons registered"},
                        "count": 75398,
                        "unit": {"zh": "人", "en": "persons"},
                    },
                    "period": {
                        "first": "2019-01-01",
                        "last": "2019-12-31",
                        "first_roc": "民國108年1月1日",
                        "last_roc": "民國108年12月31日",
                    },
                    "formula": "employment rate = seekers_placed / seekers_registered × 100 %, "
                    "rounded half up to 2 decimals",
                    "excluded": ["people who are not on the register"],
                    "source": "statistics of the public employment service",
                    "programme": None,
                }
            ]
        }
    )

    key: str
    names: Names
    value: str | None
    number: float | None
    unit: str
    numerator: Counted
    denominator: Counted
    period: Period
    formula: str
    excluded: list[str]
    source: str
    programme: str | None


class Versions(Answer):
    """What the list was made with."""

    index_generation: str
    change_seq: int
    encoder: str
    ranker: str
    plan: str | None


class Ranking(Answer):
    """How the list was ordered, and whether chance exchanged two of its places.

    `shared` says that the openings are shared out among all people; null: the list stands alone.
    """

    trained: bool
    text: str
    shared: str | None
    exploration: float | None
    swapped: tuple[int, int] | None


class Origin(Answer):
    """Whether the figures come from simulated data, and the notice that says so."""

    simulated: bool
    notice: str | None


class _Slate(Origin):
    impression_id: str
    made_at: str
    language: str
    eligible: int
    versions: Versions
    ranking: Ranking
    rates: list[Rate]


class VacancyList(_Slate):
    """Vacancies for a person, best first; `eligible` met all criteria."""

    lines: list[VacancyLine]


class Mend(Answer):
    """How many more people would be eligible if one criterion were given up."""

    criterion: str
    people: int
    detail: int | str | None


class CrowdedVacancy(Answer):
    """A vacancy that too many, or nobody, is shown; `free`: the chance of a free opening."""

    vacancy: str
    openings: int
    shown: int
    load: float
    sent: float
    free: float
    eligible: int
    candidates: int
    mend: list[Mend]


class Terms(Answer):
    """What lists owe the people they are for."""

    exposure: list[float]
    care: float
    floor: float
    discerning: float
    rivalry: float


class Market(Answer):
    """A plan: expected hires of all lists together and by themselves, and what cannot be beaten."""

    day: str
    simulated: bool
    people: int
    vacancies: int
    openings: int
    ranker: str
    terms: Terms
    steps: int
    expected_hires: float
    unpriced: float
    bound: float
    gap: float
    worse_share: float
    kept_mean: float
    kept_least: float
    best_kept_least: float
    starved_count: int
    starved_openings: int
    crowded_count: int
    starved: list[CrowdedVacancy]
    crowded: list[CrowdedVacancy]


class CandidateList(_Slate):
    """Job seekers for a vacancy, best first; `eligible` met all criteria."""

    lines: list[CandidateLine]


class Part(Answer):
    """The rates of one part; `key` null: the records do not tell which."""

    key: str | None
    names: Names
    rates: list[Rate]


class RateList(Origin):
    """The bureau's rates for a period and, with `by`, for its parts in order."""

    period: Period
    as_of: str | None
    where: dict[str, str]
    rates: list[Rate]
    by: str | None
    parts: list[Part]


class Fair(Answer):
    """A job fair."""

    id: str
    name: str
    held_on: str
    held_on_roc: str
    type: str | None


class FairRates(Origin):
    """The rates of one fair."""

    fair: Fair
    as_of: str | None
    rates: list[Rate]


class FairPlace(Answer):
    """An interview; `number` is the résumé's, null where none was handed in."""

    number: int | None
    starts_at: str
    under_way: bool


class FairBooth(Answer):
    """A booth with those who come to it, by time."""

    number: str
    employer: str
    interviewers: int
    minutes: int
    places: list[FairPlace]


class FairPlanned(Origin):
    """Who goes where at a fair, as of a moment."""

    fair: Fair
    as_of: str
    booths: list[FairBooth]


class CountedEvent(Answer):
    """An event: its number in the log, and the id of the record it came from."""

    event: int
    record: str


class Evidence(Origin):
    """Events behind one side of a rate; `after` is where the next begin, null: no more."""

    rate: Rate
    side: str
    events: list[CountedEvent]
    after: int | None


class Stored(Answer):
    """The record is stored; lists follow at once."""

    id: str
    created: bool


class Rule(Answer):
    """Where the law says so; `text` is the citation in the language that was asked for."""

    act: str
    section: int
    paragraph: int | None
    number: int | None
    text: str


class Override(Answer):
    """Why a finding may stand; `made_by` is the id of a key."""

    reason: str
    made_at: str
    made_by: str


class Finding(Answer):
    """An objection to `words`, which stand at `field[start:end]`; of pay, they are the figures."""

    code: str
    severity: str
    field: str
    start: int
    end: int
    words: str
    rule: Rule
    message: str
    suggestion: str
    override: Override | None


class Findings(Answer):
    """What the law objects to; the counts leave out what somebody let stand."""

    forbidden: int
    check: int
    findings: list[Finding]


class StoredVacancy(Stored, Findings):
    """The vacancy is stored, whatever was found in it."""


class Overridden(Answer):
    """The record of a finding that may stand; it is never changed."""

    id: str
    vacancy_id: str
    code: str
    words: str
    reason: str
    made_at: str
    made_by: str
    severity: str


class Erased(Answer):
    """A person who is in no register and no list any more."""

    id: str
    files_pending: bool


class Closed(Answer):
    """The vacancy is closed; no list shows it from now on."""

    id: str
    closed_on: str
    closed_on_roc: str


class Referred(Answer):
    """The referral, with the id under which outcomes are noted."""

    id: str
    seeker_id: str
    vacancy_id: str
    made_on: str
    channel: str


class Noted(Answer):
    """The step that was noted."""

    referral_id: str
    outcome: str
    happened_on: str


Responses = dict[int | str, dict[str, Any]]


def problem_responses(*statuses: int) -> Responses:
    """Documentation of the errors with these statuses."""
    content = {MEDIA_TYPE: {"schema": Problem.model_json_schema()}}
    return {s: {"description": HTTPStatus(s).phrase, "content": content} for s in statuses}
