"""The event log, filled from the register as it stands, and what programmes do."""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

FILL = (
    (
        "seeker_registered",
        "happened_on, person, district, occupation",
        "id, registered_on, id, district, occupation FROM job_seekers",
    ),
    (
        "seeker_placed",
        "happened_on, person, vacancy",
        "id, placed_on, seeker_id, vacancy_id FROM placements",
    ),
    (
        "vacancy_registered",
        "happened_on, amount, employer, district, occupation",
        "id, posted_on, openings, employer_id, place, occupation FROM vacancies"
        " WHERE id NOT LIKE 'TWJ-%'",
    ),
    (
        "openings_filled",
        "happened_on, amount, vacancy",
        "id, reported_on, openings_filled, vacancy_id FROM hire_reports"
        " WHERE vacancy_id NOT LIKE 'TWJ-%'",
    ),
    (
        "fair_held",
        "happened_on, fair, district",
        "id, held_on, id, district FROM job_fairs",
    ),
    (
        "booth_taken",
        "fair, employer",
        "fair_id || '/' || number, fair_id, employer_id FROM booths",
    ),
    (
        "resume_handed_in",
        "happened_on, person, vacancy, fair, booth, on_behalf, matched",
        "id, handed_in_at, seeker_id, vacancy_id, fair_id, fair_id || '/' || booth_number,"
        " handed_in_on_behalf, matched FROM fair_resumes",
    ),
)
"""Kind of event, its columns after the record's id, and where they come from.

When a record was really made is not known: the log begins at this migration.
"""


def upgrade() -> None:
    """Apply."""
    op.add_column("job_fairs", sa.Column("type", sa.String(length=32), nullable=True))
    _programmes()
    _log()
    moment = sa.bindparam("now", datetime.now(UTC), sa.DateTime(timezone=True))
    for kind, columns, source in FILL:
        amount, one = ("", "") if "amount" in columns else ("amount, ", "1, ")
        filling = (
            f"INSERT INTO events (recorded_at, void, kind, {amount}record, {columns}) "
            f"SELECT :now, false, '{kind}', {one}{source}"
        )
        op.execute(sa.text(filling).bindparams(moment))


def downgrade() -> None:
    """Take back."""
    op.drop_table("events")
    op.drop_table("voids")
    op.drop_table("services")
    # Not in a batch: that makes the table anew, which others refer to.
    op.drop_column("job_fairs", "type")


def _programmes() -> None:
    op.create_table(
        "services",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("programme", sa.String(length=32), nullable=False),
        sa.Column("step", sa.String(length=32), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("seeker_id", sa.String(length=32), nullable=True),
        sa.Column("follows", sa.String(length=32), nullable=True),
        sa.Column("fair_id", sa.String(length=32), nullable=True),
        sa.Column("employer_id", sa.String(length=32), nullable=True),
        sa.Column("district", sa.String(length=8), nullable=True),
        sa.Column("occupation", sa.String(length=8), nullable=True),
        sa.ForeignKeyConstraint(
            ["seeker_id"], ["job_seekers.id"], name=op.f("fk_services_seeker_id_job_seekers")
        ),
        sa.ForeignKeyConstraint(
            ["fair_id"], ["job_fairs.id"], name=op.f("fk_services_fair_id_job_fairs")
        ),
        sa.ForeignKeyConstraint(
            ["employer_id"], ["employers.id"], name=op.f("fk_services_employer_id_employers")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_services")),
    )
    op.create_index(op.f("ix_services_seeker_id"), "services", ["seeker_id"])
    op.create_table(
        "voids",
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("record_id", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "record_id", name=op.f("pk_voids")),
    )


def _log() -> None:
    op.create_table(
        "events",
        sa.Column(
            "seq",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("replaces", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("void", sa.Boolean(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("record", sa.String(length=65), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=True),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("person", sa.String(length=32), nullable=True),
        sa.Column("vacancy", sa.String(length=32), nullable=True),
        sa.Column("employer", sa.String(length=32), nullable=True),
        sa.Column("fair", sa.String(length=32), nullable=True),
        sa.Column("booth", sa.String(length=65), nullable=True),
        sa.Column("fair_type", sa.String(length=32), nullable=True),
        sa.Column("district", sa.String(length=8), nullable=True),
        sa.Column("occupation", sa.String(length=8), nullable=True),
        sa.Column("programme", sa.String(length=32), nullable=True),
        sa.Column("step", sa.String(length=32), nullable=True),
        sa.Column("follows", sa.String(length=32), nullable=True),
        sa.Column("on_behalf", sa.Boolean(), nullable=True),
        sa.Column("matched", sa.Boolean(), nullable=True),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_events")),
        sqlite_autoincrement=True,
        comment="what the bureau's figures count; rows are only ever added",
    )
    op.create_index(op.f("ix_events_record_kind"), "events", ["record", "kind"])
    op.create_index(op.f("ix_events_kind_happened_on"), "events", ["kind", "happened_on"])
    for name, unique in (("replaces", True), ("follows", False)):
        there = sa.text(f"{name} IS NOT NULL")
        op.create_index(
            op.f(f"ix_events_{name}"),
            "events",
            [name],
            unique=unique,
            sqlite_where=there,
            postgresql_where=there,
        )
