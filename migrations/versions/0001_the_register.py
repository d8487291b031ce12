"""The register."""

from uuid import uuid4

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "api_keys",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.String(length=32), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_keys")),
    )
    op.create_table(
        "changes",
        sa.Column(
            "seq",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("entity_id", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_changes")),
        comment="every change that the index must follow, in the order of commit",
        sqlite_autoincrement=True,
    )
    op.create_table(
        "employers",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("district", sa.String(length=8), nullable=True),
        sa.Column("industry", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_employers")),
    )
    op.create_table(
        "imported",
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("entity_id", sa.String(length=32), nullable=False),
        sa.Column("digest", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("kind", "entity_id", name=op.f("pk_imported")),
        comment="what a file last said of a record, so that an old file never undoes later work",
    )
    op.create_table(
        "job_fairs",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("district", sa.String(length=8), nullable=True),
        sa.Column("address", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job_fairs")),
    )
    with op.batch_alter_table("job_fairs", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_job_fairs_held_on"), ["held_on"], unique=False)

    op.create_table(
        "job_seekers",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("registered_on", sa.Date(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("occupation", sa.String(length=8), nullable=True),
        sa.Column("district", sa.String(length=8), nullable=True),
        sa.Column("commute_km", sa.Float(), nullable=True),
        sa.Column("districts_wanted", sa.JSON(), nullable=False),
        sa.Column("shifts", sa.SmallInteger(), nullable=False),
        sa.Column("employment", sa.SmallInteger(), nullable=False),
        sa.Column("pay_floor", sa.Integer(), nullable=True),
        sa.Column("pay_floor_basis", sa.String(length=32), nullable=False),
        sa.Column("education", sa.SmallInteger(), nullable=True),
        sa.Column("experience_years", sa.Float(), nullable=True),
        sa.Column("licences", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("languages", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job_seekers")),
    )
    with op.batch_alter_table("job_seekers", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_job_seekers_registered_on"), ["registered_on"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_job_seekers_status"), ["status"], unique=False)

    op.create_table(
        "register",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_register")),
        comment="one row: the name of this register, which its indexes carry",
    )
    op.create_table(
        "booths",
        sa.Column("fair_id", sa.String(length=32), nullable=False),
        sa.Column("number", sa.String(length=32), nullable=False),
        sa.Column("employer_id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["employer_id"], ["employers.id"], name=op.f("fk_booths_employer_id_employers")
        ),
        sa.ForeignKeyConstraint(
            ["fair_id"],
            ["job_fairs.id"],
            name=op.f("fk_booths_fair_id_job_fairs"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("fair_id", "number", name=op.f("pk_booths")),
    )
    with op.batch_alter_table("booths", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_booths_employer_id"), ["employer_id"], unique=False)

    op.create_table(
        "identity_digests",
        sa.Column("seeker_id", sa.String(length=32), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("key_version", sa.SmallInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["seeker_id"],
            ["job_seekers.id"],
            name=op.f("fk_identity_digests_seeker_id_job_seekers"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("seeker_id", name=op.f("pk_identity_digests")),
        sa.UniqueConstraint("digest", name=op.f("uq_identity_digests_digest")),
    )
    op.create_table(
        "protected_attributes",
        sa.Column("seeker_id", sa.String(length=32), nullable=False),
        sa.Column("sex", sa.String(length=32), nullable=True),
        sa.Column("birth_date", sa.Date(), nullable=True),
        sa.Column("special_groups", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["seeker_id"],
            ["job_seekers.id"],
            name=op.f("fk_protected_attributes_seeker_id_job_seekers"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("seeker_id", name=op.f("pk_protected_attributes")),
    )
    op.create_table(
        "vacancies",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("employer_id", sa.String(length=32), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("openings", sa.Integer(), nullable=False),
        sa.Column("posted_on", sa.Date(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("occupation", sa.String(length=8), nullable=True),
        sa.Column("job_category", sa.String(length=8), nullable=True),
        sa.Column("place", sa.String(length=8), nullable=True),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("pay_basis", sa.String(length=32), nullable=True),
        sa.Column("pay_low", sa.Integer(), nullable=True),
        sa.Column("pay_high", sa.Integer(), nullable=True),
        sa.Column("pay_disclosed", sa.Boolean(), nullable=True),
        sa.Column("pay_flag", sa.String(length=32), nullable=True),
        sa.Column("shifts", sa.SmallInteger(), nullable=False),
        sa.Column("employment", sa.SmallInteger(), nullable=False),
        sa.Column("education", sa.SmallInteger(), nullable=True),
        sa.Column("experience_years", sa.Float(), nullable=True),
        sa.Column("licences", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("languages", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("closes_on", sa.Date(), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("url", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "(pay_low IS NULL AND pay_high IS NULL) "
            "OR (pay_disclosed IS NOT NULL AND pay_disclosed)",
            name=op.f("ck_vacancies_figures_are_disclosed"),
        ),
        sa.CheckConstraint("openings >= 1", name=op.f("ck_vacancies_openings")),
        sa.ForeignKeyConstraint(
            ["employer_id"], ["employers.id"], name=op.f("fk_vacancies_employer_id_employers")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vacancies")),
    )
    with op.batch_alter_table("vacancies", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_vacancies_closes_on"), ["closes_on"], unique=False)
        batch_op.create_index(batch_op.f("ix_vacancies_employer_id"), ["employer_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_vacancies_posted_on"), ["posted_on"], unique=False)

    op.create_table(
        "fair_resumes",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("fair_id", sa.String(length=32), nullable=False),
        sa.Column("handed_in_at", sa.Date(), nullable=False),
        sa.Column("booth_number", sa.String(length=32), nullable=True),
        sa.Column("seeker_id", sa.String(length=32), nullable=True),
        sa.Column("vacancy_id", sa.String(length=32), nullable=True),
        sa.Column("handed_in_on_behalf", sa.Boolean(), nullable=False),
        sa.Column("matched", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["fair_id", "booth_number"],
            ["booths.fair_id", "booths.number"],
            name=op.f("fk_fair_resumes_fair_id_booth_number_booths"),
        ),
        sa.ForeignKeyConstraint(
            ["fair_id"], ["job_fairs.id"], name=op.f("fk_fair_resumes_fair_id_job_fairs")
        ),
        sa.ForeignKeyConstraint(
            ["seeker_id"],
            ["job_seekers.id"],
            name=op.f("fk_fair_resumes_seeker_id_job_seekers"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["vacancy_id"], ["vacancies.id"], name=op.f("fk_fair_resumes_vacancy_id_vacancies")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fair_resumes")),
    )
    with op.batch_alter_table("fair_resumes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_fair_resumes_fair_id"), ["fair_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_fair_resumes_seeker_id"), ["seeker_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_fair_resumes_vacancy_id"), ["vacancy_id"], unique=False
        )

    op.create_table(
        "hire_reports",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("vacancy_id", sa.String(length=32), nullable=False),
        sa.Column("reported_on", sa.Date(), nullable=False),
        sa.Column("openings_filled", sa.Integer(), nullable=False),
        sa.CheckConstraint("openings_filled >= 1", name=op.f("ck_hire_reports_openings_filled")),
        sa.ForeignKeyConstraint(
            ["vacancy_id"], ["vacancies.id"], name=op.f("fk_hire_reports_vacancy_id_vacancies")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hire_reports")),
    )
    with op.batch_alter_table("hire_reports", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_hire_reports_reported_on"), ["reported_on"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_hire_reports_vacancy_id"), ["vacancy_id"], unique=False
        )

    op.create_table(
        "impressions",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("shown_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("channel", sa.String(length=32), nullable=False),
        sa.Column("policy", sa.String(length=32), nullable=False),
        sa.Column("items", sa.JSON(), nullable=False),
        sa.Column("seeker_id", sa.String(length=32), nullable=True),
        sa.Column("vacancy_id", sa.String(length=32), nullable=True),
        sa.Column("index_generation", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(
            ["seeker_id"],
            ["job_seekers.id"],
            name=op.f("fk_impressions_seeker_id_job_seekers"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["vacancy_id"],
            ["vacancies.id"],
            name=op.f("fk_impressions_vacancy_id_vacancies"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_impressions")),
    )
    with op.batch_alter_table("impressions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_impressions_seeker_id"), ["seeker_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_impressions_shown_at"), ["shown_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_impressions_vacancy_id"), ["vacancy_id"], unique=False)

    op.create_table(
        "referrals",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("seeker_id", sa.String(length=32), nullable=False),
        sa.Column("vacancy_id", sa.String(length=32), nullable=False),
        sa.Column("made_on", sa.Date(), nullable=False),
        sa.Column("channel", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["seeker_id"], ["job_seekers.id"], name=op.f("fk_referrals_seeker_id_job_seekers")
        ),
        sa.ForeignKeyConstraint(
            ["vacancy_id"], ["vacancies.id"], name=op.f("fk_referrals_vacancy_id_vacancies")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_referrals")),
    )
    with op.batch_alter_table("referrals", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_referrals_made_on"), ["made_on"], unique=False)
        batch_op.create_index(batch_op.f("ix_referrals_seeker_id"), ["seeker_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_referrals_vacancy_id"), ["vacancy_id"], unique=False)

    op.create_table(
        "placements",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("seeker_id", sa.String(length=32), nullable=False),
        sa.Column("placed_on", sa.Date(), nullable=False),
        sa.Column("vacancy_id", sa.String(length=32), nullable=True),
        sa.Column("referral_id", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(
            ["referral_id"], ["referrals.id"], name=op.f("fk_placements_referral_id_referrals")
        ),
        sa.ForeignKeyConstraint(
            ["seeker_id"], ["job_seekers.id"], name=op.f("fk_placements_seeker_id_job_seekers")
        ),
        sa.ForeignKeyConstraint(
            ["vacancy_id"], ["vacancies.id"], name=op.f("fk_placements_vacancy_id_vacancies")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_placements")),
    )
    with op.batch_alter_table("placements", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_placements_placed_on"), ["placed_on"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_placements_referral_id"), ["referral_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_placements_seeker_id"), ["seeker_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_placements_vacancy_id"), ["vacancy_id"], unique=False)

    op.create_table(
        "referral_outcomes",
        sa.Column("referral_id", sa.String(length=32), nullable=False),
        sa.Column("outcome", sa.String(length=32), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["referral_id"],
            ["referrals.id"],
            name=op.f("fk_referral_outcomes_referral_id_referrals"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("referral_id", "outcome", name=op.f("pk_referral_outcomes")),
    )
    with op.batch_alter_table("referral_outcomes", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_referral_outcomes_happened_on"), ["happened_on"], unique=False
        )
    op.bulk_insert(sa.table("register", sa.column("id", sa.String)), [{"id": uuid4().hex}])


def downgrade() -> None:
    """Take back."""
    with op.batch_alter_table("referral_outcomes", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_referral_outcomes_happened_on"))

    op.drop_table("referral_outcomes")
    with op.batch_alter_table("placements", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_placements_vacancy_id"))
        batch_op.drop_index(batch_op.f("ix_placements_seeker_id"))
        batch_op.drop_index(batch_op.f("ix_placements_referral_id"))
        batch_op.drop_index(batch_op.f("ix_placements_placed_on"))

    op.drop_table("placements")
    with op.batch_alter_table("referrals", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_referrals_vacancy_id"))
        batch_op.drop_index(batch_op.f("ix_referrals_seeker_id"))
        batch_op.drop_index(batch_op.f("ix_referrals_made_on"))

    op.drop_table("referrals")
    with op.batch_alter_table("impressions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_impressions_vacancy_id"))
        batch_op.drop_index(batch_op.f("ix_impressions_shown_at"))
        batch_op.drop_index(batch_op.f("ix_impressions_seeker_id"))

    op.drop_table("impressions")
    with op.batch_alter_table("hire_reports", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_hire_reports_vacancy_id"))
        batch_op.drop_index(batch_op.f("ix_hire_reports_reported_on"))

    op.drop_table("hire_reports")
    with op.batch_alter_table("fair_resumes", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_fair_resumes_vacancy_id"))
        batch_op.drop_index(batch_op.f("ix_fair_resumes_seeker_id"))
        batch_op.drop_index(batch_op.f("ix_fair_resumes_fair_id"))

    op.drop_table("fair_resumes")
    with op.batch_alter_table("vacancies", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_vacancies_posted_on"))
        batch_op.drop_index(batch_op.f("ix_vacancies_employer_id"))
        batch_op.drop_index(batch_op.f("ix_vacancies_closes_on"))

    op.drop_table("vacancies")
    op.drop_table("protected_attributes")
    op.drop_table("identity_digests")
    with op.batch_alter_table("booths", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_booths_employer_id"))

    op.drop_table("booths")
    op.drop_table("register")
    with op.batch_alter_table("job_seekers", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_job_seekers_status"))
        batch_op.drop_index(batch_op.f("ix_job_seekers_registered_on"))

    op.drop_table("job_seekers")
    with op.batch_alter_table("job_fairs", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_job_fairs_held_on"))

    op.drop_table("job_fairs")
    op.drop_table("imported")
    op.drop_table("employers")
    op.drop_table("changes")
    op.drop_table("api_keys")
