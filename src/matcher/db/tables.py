"""The tables. Protected attributes and identity digests stand apart from the people."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    TypeDecorator,
    false,
)


class UtcDateTime(TypeDecorator[datetime]):
    """Aware moments, kept in UTC on databases that forget the zone too."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """Refuse naive moments: their zone would be guessed."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """Give the zone back."""
        return value and (value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC))


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Id = String(32)
Code = String(8)
Word = String(32)
Sequence = BigInteger().with_variant(Integer, "sqlite")


job_seekers = Table(
    "job_seekers",
    metadata,
    Column("id", Id, primary_key=True),
    Column("registered_on", Date, nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("language", Code, nullable=False),
    Column("title", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("occupation", Code),
    Column("district", Code),
    Column("commute_km", Float),
    Column("districts_wanted", JSON, nullable=False),
    Column("shifts", SmallInteger, nullable=False),
    Column("employment", SmallInteger, nullable=False),
    Column("pay_floor", Integer),
    Column("pay_floor_basis", Word, nullable=False),
    Column("education", SmallInteger),
    Column("experience_years", Float),
    Column("licences", JSON(none_as_null=True)),
    Column("languages", JSON(none_as_null=True)),
    Column("status", Word, nullable=False, index=True),
)

identity_digests = Table(
    "identity_digests",
    metadata,
    Column("seeker_id", Id, ForeignKey("job_seekers.id", ondelete="CASCADE"), primary_key=True),
    Column("digest", String(64), nullable=False, unique=True),
    Column("key_version", SmallInteger, nullable=False),
)

protected_attributes = Table(
    "protected_attributes",
    metadata,
    Column("seeker_id", Id, ForeignKey("job_seekers.id", ondelete="CASCADE"), primary_key=True),
    Column("sex", Word),
    Column("birth_date", Date),
    Column("special_groups", JSON, nullable=False),
)

employers = Table(
    "employers",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", Text, nullable=False),
    Column("district", Code),
    Column("industry", Text, nullable=False),
)

vacancies = Table(
    "vacancies",
    metadata,
    Column("id", Id, primary_key=True),
    Column("employer_id", Id, ForeignKey("employers.id"), nullable=False, index=True),
    Column("title", Text, nullable=False),
    Column("openings", Integer, nullable=False),
    Column("posted_on", Date, nullable=False, index=True),
    Column("text", Text, nullable=False),
    Column("language", Code, nullable=False),
    Column("occupation", Code),
    Column("job_category", Code),
    Column("place", Code),
    Column("address", Text, nullable=False),
    Column("pay_basis", Word),
    Column("pay_low", Integer),
    Column("pay_high", Integer),
    Column("pay_disclosed", Boolean),
    Column("pay_flag", Word),
    Column("shifts", SmallInteger, nullable=False),
    Column("employment", SmallInteger, nullable=False),
    Column("education", SmallInteger),
    Column("experience_years", Float),
    Column("licences", JSON(none_as_null=True)),
    Column("languages", JSON(none_as_null=True)),
    Column("closes_on", Date, index=True),
    Column("closed_on", Date),
    Column("url", Text, nullable=False),
    CheckConstraint("openings >= 1", name="openings"),
    CheckConstraint(
        "(pay_low IS NULL AND pay_high IS NULL) OR (pay_disclosed IS NOT NULL AND pay_disclosed)",
        name="figures_are_disclosed",
    ),
)

job_fairs = Table(
    "job_fairs",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", Text, nullable=False),
    Column("held_on", Date, nullable=False, index=True),
    Column("district", Code),
    Column("address", Text, nullable=False),
    Column("type", Word),
)

booths = Table(
    "booths",
    metadata,
    Column("fair_id", Id, ForeignKey("job_fairs.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Id, primary_key=True),
    Column("employer_id", Id, ForeignKey("employers.id"), nullable=False, index=True),
    Column("interviewers", Integer),
    Column("minutes", Integer, nullable=False, server_default="10"),
)

fair_resumes = Table(
    "fair_resumes",
    metadata,
    Column("id", Id, primary_key=True),
    Column("fair_id", Id, ForeignKey("job_fairs.id"), nullable=False, index=True),
    Column("handed_in_at", Date, nullable=False),
    Column("booth_number", Id),
    Column("seeker_id", Id, ForeignKey("job_seekers.id", ondelete="SET NULL"), index=True),
    Column("vacancy_id", Id, ForeignKey("vacancies.id"), index=True),
    Column("handed_in_on_behalf", Boolean, nullable=False),
    Column("matched", Boolean, nullable=False),
    Column("interviewed", Boolean, nullable=False, server_default=false()),
    Column("number", Integer),
    ForeignKeyConstraint(["fair_id", "booth_number"], ["booths.fair_id", "booths.number"]),
)

referrals = Table(
    "referrals",
    metadata,
    Column("id", Id, primary_key=True),
    Column("seeker_id", Id, ForeignKey("job_seekers.id"), nullable=False, index=True),
    Column("vacancy_id", Id, ForeignKey("vacancies.id"), nullable=False, index=True),
    Column("made_on", Date, nullable=False, index=True),
    Column("channel", Word, nullable=False),
)

referral_outcomes = Table(
    "referral_outcomes",
    metadata,
    Column("referral_id", Id, ForeignKey("referrals.id", ondelete="CASCADE"), primary_key=True),
    Column("outcome", Word, primary_key=True),
    Column("happened_on", Date, nullable=False, index=True),
)

placements = Table(
    "placements",
    metadata,
    Column("id", Id, primary_key=True),
    Column("seeker_id", Id, ForeignKey("job_seekers.id"), nullable=False, index=True),
    Column("placed_on", Date, nullable=False, index=True),
    Column("vacancy_id", Id, ForeignKey("vacancies.id"), index=True),
    Column("referral_id", Id, ForeignKey("referrals.id"), index=True),
)

hire_reports = Table(
    "hire_reports",
    metadata,
    Column("id", Id, primary_key=True),
    Column("vacancy_id", Id, ForeignKey("vacancies.id"), nullable=False, index=True),
    Column("reported_on", Date, nullable=False, index=True),
    Column("openings_filled", Integer, nullable=False),
    CheckConstraint("openings_filled >= 1", name="openings_filled"),
)

services = Table(
    "services",
    metadata,
    Column("id", Id, primary_key=True),
    Column("programme", Word, nullable=False),
    Column("step", Word, nullable=False),
    Column("happened_on", Date, nullable=False),
    Column("seeker_id", Id, ForeignKey("job_seekers.id"), index=True),
    Column("follows", Id),
    Column("fair_id", Id, ForeignKey("job_fairs.id")),
    Column("employer_id", Id, ForeignKey("employers.id")),
    Column("district", Code),
    Column("occupation", Code),
)

voids = Table(
    "voids",
    metadata,
    Column("kind", Word, primary_key=True),
    Column("record_id", Id, primary_key=True),
    Column("reason", Text, nullable=False),
)

_replacing, _following = Column("replaces", Sequence), Column("follows", Id)

events = Table(
    "events",
    metadata,
    Column("seq", Sequence, primary_key=True, autoincrement=True),
    Column("recorded_at", UtcDateTime, nullable=False),
    _replacing,
    Column("void", Boolean, nullable=False),
    Column("kind", Word, nullable=False),
    Column("record", String(65), nullable=False),
    Column("happened_on", Date),
    Column("amount", Integer, nullable=False),
    Column("person", Id),
    Column("vacancy", Id),
    Column("employer", Id),
    Column("fair", Id),
    Column("booth", String(65)),
    Column("fair_type", Word),
    Column("district", Code),
    Column("occupation", Code),
    Column("programme", Word),
    Column("step", Word),
    _following,
    Column("on_behalf", Boolean),
    Column("matched", Boolean),
    Index(None, "kind", "happened_on"),
    Index(None, "record", "kind"),
    # Few rows replace or follow another: the others need no place in these.
    Index(
        None,
        "replaces",
        unique=True,
        sqlite_where=_replacing.is_not(None),
        postgresql_where=_replacing.is_not(None),
    ),
    Index(
        None,
        "follows",
        sqlite_where=_following.is_not(None),
        postgresql_where=_following.is_not(None),
    ),
    comment="what the bureau's figures count; rows are only ever added",
    sqlite_autoincrement=True,
)

impressions = Table(
    "impressions",
    metadata,
    Column("id", Id, primary_key=True),
    Column("shown_at", UtcDateTime, nullable=False, index=True),
    Column("channel", Word, nullable=False),
    Column("policy", Word, nullable=False),
    Column("items", JSON, nullable=False),
    Column("seeker_id", Id, ForeignKey("job_seekers.id", ondelete="CASCADE"), index=True),
    Column("vacancy_id", Id, ForeignKey("vacancies.id", ondelete="CASCADE"), index=True),
    Column("index_generation", Word),
    Column("plan", Word),
    Column("station", Id),
    Column("trial", Id),
    Column("propensity", Float),
    Column("exploration", Float),
    Column("swapped", JSON, nullable=False, server_default="[]"),
    Column("chances", JSON, nullable=False, server_default="[]"),
)

lint_overrides = Table(
    "lint_overrides",
    metadata,
    Column("id", Id, primary_key=True),
    Column("vacancy_id", Id, ForeignKey("vacancies.id"), nullable=False, index=True),
    Column("code", Word, nullable=False),
    Column("words", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Column("made_by", Id, nullable=False),
    Column("severity", Word, nullable=False, server_default="forbidden"),
    comment="append-only, held by triggers: findings that somebody let stand, and why",
)

api_keys = Table(
    "api_keys",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", Text, nullable=False),
    Column("role", Word, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("revoked_at", UtcDateTime),
)

stations_apart = Table(
    "stations_apart",
    metadata,
    Column("id", Id, primary_key=True),
    comment="keys and accounts whose lists do not share out the openings",
)

trials = Table(
    "trials",
    metadata,
    Column("id", Id, primary_key=True),
    Column("unit", Word, nullable=False),
    Column("first_on", Date, nullable=False),
    Column("last_on", Date, nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    comment="randomised trials of lists that share openings against lists made by themselves",
)

staff = Table(
    "staff",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", String(64), nullable=False, unique=True),
    Column("role", Word, nullable=False),
    Column("password", Text),
    Column("subject", String(255), unique=True),
    Column("created_at", UtcDateTime, nullable=False),
    Column("disabled_at", UtcDateTime),
    comment="accounts of people who work here; of a password only its argon2id hash is kept",
)

sessions = Table(
    "sessions",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("key_id", Id, ForeignKey("api_keys.id", ondelete="CASCADE"), index=True),
    Column("staff_id", Id, ForeignKey("staff.id", ondelete="CASCADE"), index=True),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False, index=True),
    CheckConstraint("(key_id IS NULL) <> (staff_id IS NULL)", name="of_one"),
    comment="browsers signed in by key or account; the token in their cookie is not kept",
)

sign_in_tries = Table(
    "sign_in_tries",
    metadata,
    Column("who", String(64), primary_key=True),
    Column("tries", Integer, nullable=False),
    Column("last_at", UtcDateTime, nullable=False, index=True),
    comment="failed tries to sign in, by digests of names and of addresses",
)

audit_log = Table(
    "audit_log",
    metadata,
    Column("seq", Sequence, primary_key=True, autoincrement=True),
    Column("id", Id, nullable=False, unique=True),
    Column("made_at", UtcDateTime, nullable=False, index=True),
    Column("who", Id, nullable=False, index=True),
    Column("role", Word, nullable=False),
    Column("action", Word, nullable=False),
    # No foreign keys: the log outlasts whom and what it speaks of.
    Column("person", Id, index=True),
    Column("vacancy", Id),
    Column("record", Id),
    Column("detail", Word, nullable=False),
    Column("reason", Word, nullable=False),
    Column("words", Text, nullable=False),
    Column("look", Id, index=True),
    Column("undoes", Id, unique=True),
    comment="append-only, held by triggers: looks at people, and what was done",
    sqlite_autoincrement=True,
)

audit_seals = Table(
    "audit_seals",
    metadata,
    Column("last_seq", Sequence, primary_key=True, autoincrement=False),
    Column("first_seq", Sequence, nullable=False),
    Column("entries", Integer, nullable=False),
    Column("newest_at", UtcDateTime, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    comment="append-only, held by triggers: a chain of digests over the entries of each night",
)

notes = Table(
    "notes",
    metadata,
    Column("id", Id, primary_key=True),
    Column("seeker_id", Id, ForeignKey("job_seekers.id", ondelete="CASCADE"), index=True),
    Column("vacancy_id", Id, ForeignKey("vacancies.id", ondelete="CASCADE"), index=True),
    Column("text", Text, nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Column("made_by", Id, nullable=False),
    comment="what counsellors note of a person, a vacancy, or both together",
)

undone = Table(
    "undone",
    metadata,
    Column("id", Id, primary_key=True),
    Column("kind", Word, nullable=False),
    Column(
        "seeker_id",
        Id,
        ForeignKey("job_seekers.id", ondelete="CASCADE"),
        nullable=False,
        index=True,
    ),
    Column(
        "vacancy_id", Id, ForeignKey("vacancies.id", ondelete="CASCADE"), nullable=False, index=True
    ),
    Column("record", JSON, nullable=False),
    Column("undone_at", UtcDateTime, nullable=False),
    Column("undone_by", Id, nullable=False),
    comment="what was taken back at the desk, as it stood; nothing counts or learns from it",
)

kiosks = Table(
    "kiosks",
    metadata,
    Column("key_id", Id, ForeignKey("api_keys.id", ondelete="CASCADE"), primary_key=True),
    Column("fair_id", Id, ForeignKey("job_fairs.id", ondelete="CASCADE"), nullable=False),
    Column("tries_from", UtcDateTime),
    Column("tries", Integer, nullable=False),
    Column("visit", Text),
    Column("visit_began_at", UtcDateTime),
    Column("visit_touched_at", UtcDateTime),
    Column("page_due", Boolean, nullable=False),
    comment="one row a kiosk; only the cookie of the kiosk can decipher its visit",
)

fair_visitors = Table(
    "fair_visitors",
    metadata,
    Column("id", Id, primary_key=True),
    Column(
        "fair_id", Id, ForeignKey("job_fairs.id", ondelete="CASCADE"), nullable=False, index=True
    ),
    Column("seeker_id", Id, ForeignKey("job_seekers.id", ondelete="CASCADE"), index=True),
    Column("seen_at", UtcDateTime, nullable=False, index=True),
    Column("chances", JSON, nullable=False),
    Column("resumes", JSON, nullable=False),
    comment="who is at a fair whose interviews are planned; gone a day later",
)

fair_appointments = Table(
    "fair_appointments",
    metadata,
    Column("visitor_id", Id, ForeignKey("fair_visitors.id", ondelete="CASCADE"), primary_key=True),
    Column("booth_number", Id, primary_key=True),
    Column("starts_at", UtcDateTime, nullable=False),
    comment="when a visitor is expected at a booth, as last planned",
)

erasures = Table(
    "erasures",
    metadata,
    Column("mark", String(32), primary_key=True),
    Column("seeker_id", Id),
    Column("reason", Word, nullable=False),
    Column("asked_at", UtcDateTime, nullable=False),
    Column("asked_by", Id, nullable=False),
    Column("change_seq", Sequence, nullable=False),
    Column("finished_at", UtcDateTime),
    comment="who was erased, by a keyed hash of the id; the id only until no file holds it",
)

imported = Table(
    "imported",
    metadata,
    Column("kind", Word, primary_key=True),
    Column("entity_id", Id, primary_key=True),
    Column("digest", String(32), nullable=False),
    comment="what a file last said of a record, so that an old file never undoes later work",
)

register = Table(
    "register",
    metadata,
    Column("id", Id, primary_key=True),
    comment="one row: the name of this register, which its indexes carry",
)

changes = Table(
    "changes",
    metadata,
    Column("seq", Sequence, primary_key=True, autoincrement=True),
    Column("kind", Word, nullable=False),
    Column("entity_id", Id, nullable=False),
    comment="every change that the index must follow, in the order of commit",
    sqlite_autoincrement=True,
)
