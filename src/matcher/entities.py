"""The things a bureau registers, as frozen records that carry no behaviour of storage or web.

Codes: districts are three-digit postal codes, counties two-digit TaiwanJobs codes, occupations the
Ministry of Labor classification (6th revision) at any of its four levels, licences and spoken
languages the codes of `data/reference/`. `None` (or an empty flag) always means *unknown*.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import IntEnum, IntFlag, StrEnum


class Language(StrEnum):
    """Languages the service shows and reads, in the order they are offered."""

    ZH = "zh"
    EN = "en"
    VI = "vi"
    ID = "id"
    TH = "th"


class Shift(IntFlag):
    """Work times, combinable; 0 is unknown."""

    DAY = 1
    EVENING = 2
    NIGHT = 4
    ROTATING = 8


class Employment(IntFlag):
    """Kinds of employment, combinable; 0 is unknown."""

    FULL_TIME = 1
    PART_TIME = 2


class Education(IntEnum):
    """Levels of schooling; as a requirement, ANY asks for none (不拘)."""

    ANY = 0
    PRIMARY = 1
    JUNIOR_HIGH = 2
    SENIOR_HIGH = 3
    COLLEGE = 4
    BACHELOR = 5
    MASTER = 6
    DOCTOR = 7


class PayBasis(StrEnum):
    """What one pay figure is paid for."""

    MONTH = "month"
    DAY = "day"
    HOUR = "hour"
    PIECE = "piece"


class PayFlag(StrEnum):
    """Why a pay figure is not to be trusted as it stands."""

    HOURLY_IN_MONTHLY_FIELD = "hourly_in_monthly_field"
    DAILY_IN_MONTHLY_FIELD = "daily_in_monthly_field"
    HOURLY_STATED_IN_TEXT = "hourly_stated_in_text"
    LOW_ABOVE_HIGH = "low_above_high"


class SeekerStatus(StrEnum):
    """Whether a person is looking for work now."""

    ACTIVE = "active"
    PLACED = "placed"
    WITHDRAWN = "withdrawn"


class ErasureReason(StrEnum):
    """Why a person is erased; a closed list, so that no sentence about them outlasts them."""

    REQUEST = "request"
    EXPIRED = "expired"
    MISTAKE = "mistake"


class Channel(StrEnum):
    """Where a list was shown or a referral made."""

    COUNSELLOR = "counsellor"
    KIOSK = "kiosk"
    FAIR = "fair"
    API = "api"


class Outcome(StrEnum):
    """What became of a referral; HIRED_ELSEWHERE is censored, not negative."""

    INTERVIEWED = "interviewed"
    HIRED = "hired"
    REJECTED = "rejected"
    DECLINED = "declined"
    NO_SHOW = "no_show"
    HIRED_ELSEWHERE = "hired_elsewhere"


class FairType(StrEnum):
    """How a job fair is held: by one employer, by several together, or at a school."""

    SINGLE = "single"
    JOINT = "joint"
    CAMPUS = "campus"


class Programme(StrEnum):
    """What the bureau does beside its counters, each with figures of its own."""

    LOW_INCOME = "low_income"
    VAN = "employment_van"
    E_RESUME = "e_resume"
    TRAINING = "training"
    SUPPORTED = "supported_employment"
    RETURNEE_DESK = "returnee_desk"
    SUBSIDY = "subsidy"


class Step(StrEnum):
    """What happened in a programme: VISIT is the van's, the others are with a person."""

    VISIT = "visit"
    SERVED = "served"
    GRADUATED = "graduated"
    GRANTED = "granted"
    REFERRED = "referred"
    PLACED = "placed"
    STABLE = "stable"


class Voidable(StrEnum):
    """Kinds of record that a figure counts and that can be taken back."""

    SEEKERS = "seekers"
    VACANCIES = "vacancies"
    FAIRS = "fairs"
    FAIR_RESUMES = "fair_resumes"
    PLACEMENTS = "placements"
    HIRE_REPORTS = "hire_reports"
    SERVICES = "services"


@dataclass(frozen=True, slots=True, kw_only=True)
class JobSeeker:
    """A person looking for work. Holds no protected attribute and no identity number."""

    id: str
    registered_on: date
    name: str = ""
    language: Language = Language.ZH
    title: str = ""
    text: str = ""
    occupation: str | None = None
    district: str | None = None
    commute_km: float | None = None
    districts_wanted: tuple[str, ...] = ()
    shifts: Shift = Shift(0)
    employment: Employment = Employment(0)
    pay_floor: int | None = None
    pay_floor_basis: PayBasis = PayBasis.MONTH
    education: Education | None = None
    experience_years: float | None = None
    licences: tuple[str, ...] | None = None
    languages: tuple[str, ...] | None = None
    status: SeekerStatus = SeekerStatus.ACTIVE


@dataclass(frozen=True, slots=True, kw_only=True)
class ProtectedAttributes:
    """What the Employment Service Act section 5 protects; for statutory statistics only."""

    seeker_id: str
    sex: str | None = None
    birth_date: date | None = None
    special_groups: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Employer:
    """An organisation that registers vacancies."""

    id: str
    name: str
    district: str | None = None
    industry: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pay:
    """Pay as the employer states it, in NT$ per `basis`.

    `disclosed` is None where the record says nothing of pay, False where the employer withholds
    it (面議), which claims at least NT$40,000 a month and is not a figure.
    """

    basis: PayBasis | None = None
    low: int | None = None
    high: int | None = None
    disclosed: bool | None = None
    flag: PayFlag | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Vacancy:
    """A registered vacancy with one or more openings.

    `place` is a district code of the city or the code of another county; `address` is the place as
    written. `closes_on` is the last day it may be shown, `closed_on` the day somebody closed it.
    """

    id: str
    employer_id: str
    title: str
    openings: int
    posted_on: date
    text: str = ""
    language: Language = Language.ZH
    occupation: str | None = None
    job_category: str | None = None
    place: str | None = None
    address: str = ""
    pay: Pay = Pay()
    shifts: Shift = Shift(0)
    employment: Employment = Employment(0)
    education: Education | None = None
    experience_years: float | None = None
    licences: tuple[str, ...] | None = None
    languages: tuple[str, ...] | None = None
    closes_on: date | None = None
    closed_on: date | None = None
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobFair:
    """An on-site recruitment event."""

    id: str
    name: str
    held_on: date
    district: str | None = None
    address: str = ""
    type: FairType | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Booth:
    """An employer's place at a fair.

    Its interviews are planned where the number of `interviewers` is known; each takes `minutes`.
    """

    fair_id: str
    number: str
    employer_id: str
    interviewers: int | None = None
    minutes: int = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class FairResume:
    """A résumé handed in at a fair; `matched` says whether it led to a match on the spot.

    `number` is what stands on the paper and is called out at the booth, counted within the fair.
    """

    id: str
    fair_id: str
    handed_in_at: date
    booth_number: str | None = None
    seeker_id: str | None = None
    vacancy_id: str | None = None
    handed_in_on_behalf: bool = False
    matched: bool = False
    interviewed: bool = False
    number: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Referral:
    """A person sent to a vacancy by the bureau."""

    id: str
    seeker_id: str
    vacancy_id: str
    made_on: date
    channel: Channel = Channel.COUNSELLOR


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralOutcome:
    """One step in what became of a referral."""

    referral_id: str
    outcome: Outcome
    happened_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """A registered seeker found work (seeker side)."""

    id: str
    seeker_id: str
    placed_on: date
    vacancy_id: str | None = None
    referral_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HireReport:
    """An employer filled openings (employer side), possibly with people nobody registered."""

    id: str
    vacancy_id: str
    reported_on: date
    openings_filled: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """One step of a programme, once; `follows` is the id of the step that led to this one."""

    id: str
    programme: Programme
    step: Step
    happened_on: date
    seeker_id: str | None = None
    follows: str | None = None
    fair_id: str | None = None
    employer_id: str | None = None
    district: str | None = None
    occupation: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Void:
    """A record that was an error: no figure counts it from now on."""

    kind: Voidable
    record_id: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Impression:
    """A slate that was shown: `items` are candidate ids in rank order with their scores.

    `chances` are those of a hire that were told with them, empty where none were.
    Exactly one of `seeker_id` and `vacancy_id` is set; neither for a profile nobody registered.
    `exploration` is the share of such slates in which chance exchanges two places, None where it
    may not; `swapped` are the ranks exchanged in this one. `plan` names the plan by whose prices
    the openings were shared out, None where the list was made by itself, and `station` the key it
    was asked for with; in a `trial` it was to be made so with the chance `propensity`.
    """

    id: str
    shown_at: datetime
    channel: Channel
    policy: str
    items: tuple[tuple[str, float | None], ...]
    seeker_id: str | None = None
    vacancy_id: str | None = None
    index_generation: str | None = None
    plan: str | None = None
    station: str | None = None
    trial: str | None = None
    propensity: float | None = None
    exploration: float | None = None
    swapped: tuple[int, ...] = ()
    chances: tuple[float, ...] = ()
