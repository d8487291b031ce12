"""Accounts of staff, the log of looks at people, and notes. Everybody signs in anew."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

REFUSAL = "an entry of the audit log is never changed or deleted"
KEPT = (
    "seq",
    "id",
    "made_at",
    "who",
    "role",
    "action",
    "vacancy",
    "record",
    "detail",
    "reason",
    "look",
    "undoes",
)
"""What an erasure leaves as it is: it blanks the person and the words, and nothing else can."""

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
ID, WORD = sa.String(length=32), sa.String(length=32)
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "staff",
        sa.Column("id", ID, nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("role", WORD, nullable=False),
        sa.Column("password", sa.Text(), nullable=True),
        sa.Column("subject", sa.String(length=255), nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("disabled_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff")),
        sa.UniqueConstraint("name", name=op.f("uq_staff_name")),
        sa.UniqueConstraint("subject", name=op.f("uq_staff_subject")),
        comment="accounts of people who work here; of a password only its argon2id hash is kept",
    )
    op.drop_table("sessions")
    _sessions(staff=True)
    op.create_table(
        "sign_in_tries",
        sa.Column("who", sa.String(length=64), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("last_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("who", name=op.f("pk_sign_in_tries")),
        comment="failed tries to sign in, by digests of names and of addresses",
    )
    op.create_index(op.f("ix_sign_in_tries_last_at"), "sign_in_tries", ["last_at"])
    _audit_log()
    _notes()


def downgrade() -> None:
    """Take back."""
    op.drop_table("notes")
    op.drop_table("audit_log")
    if op.get_bind().dialect.name != "sqlite":
        op.execute("DROP FUNCTION audit_log_refuse()")
    op.drop_table("sign_in_tries")
    op.drop_table("sessions")
    _sessions(staff=False)
    op.drop_table("staff")


def _sessions(*, staff: bool) -> None:
    """The table anew: sessions last a day, so nothing is worth keeping."""
    of_staff = (
        sa.Column("staff_id", ID, nullable=True),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_sessions_staff_id_staff"), ondelete="CASCADE"
        ),
        sa.CheckConstraint(
            "(key_id IS NULL) <> (staff_id IS NULL)", name=op.f("ck_sessions_of_one")
        ),
    )
    op.create_table(
        "sessions",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("key_id", ID, nullable=staff),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["key_id"],
            ["api_keys.id"],
            name=op.f("fk_sessions_key_id_api_keys"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_sessions")),
        *(of_staff if staff else ()),
        comment="browsers signed in by key or account; the token in their cookie is not kept"
        if staff
        else "browsers that showed an API key; the token in their cookie is not kept",
    )
    for name in ("key_id", "seen_at", *(["staff_id"] if staff else [])):
        op.create_index(op.f(f"ix_sessions_{name}"), "sessions", [name])


def _audit_log() -> None:
    op.create_table(
        "audit_log",
        sa.Column("seq", NUMBER, autoincrement=True, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("who", ID, nullable=False),
        sa.Column("role", WORD, nullable=False),
        sa.Column("action", WORD, nullable=False),
        sa.Column("person", ID, nullable=True),
        sa.Column("vacancy", ID, nullable=True),
        sa.Column("record", ID, nullable=True),
        sa.Column("detail", WORD, nullable=False),
        sa.Column("reason", WORD, nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("look", ID, nullable=True),
        sa.Column("undoes", ID, nullable=True),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_audit_log")),
        sa.UniqueConstraint("id", name=op.f("uq_audit_log_id")),
        sa.UniqueConstraint("undoes", name=op.f("uq_audit_log_undoes")),
        sqlite_autoincrement=True,
        comment="append-only, held by triggers: looks at people, and what was done",
    )
    for name in ("made_at", "who", "person", "look"):
        op.create_index(op.f(f"ix_audit_log_{name}"), "audit_log", [name])
    if op.get_bind().dialect.name == "sqlite":
        same = " AND ".join(f"NEW.{name} IS OLD.{name}" for name in KEPT)
        op.execute(
            "CREATE TRIGGER audit_log_no_update BEFORE UPDATE ON audit_log "
            f"WHEN NOT (NEW.person IS 'erased' AND NEW.words = '' AND {same}) "
            f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
        )
        op.execute(
            "CREATE TRIGGER audit_log_no_delete BEFORE DELETE ON audit_log "
            f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
        )
        return
    new, old = (", ".join(f"{row}.{name}" for name in KEPT) for row in ("NEW", "OLD"))
    op.execute(
        "CREATE FUNCTION audit_log_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "IF TG_OP = 'UPDATE' THEN IF NEW.person = 'erased' AND NEW.words = '' "
        f"AND ({new}) IS NOT DISTINCT FROM ({old}) THEN RETURN NEW; END IF; END IF; "
        f"RAISE EXCEPTION '{REFUSAL}'; END $$"
    )
    for moment, level in (("UPDATE OR DELETE", "ROW"), ("TRUNCATE", "STATEMENT")):
        op.execute(
            f"CREATE TRIGGER audit_log_append_only_{level.lower()} BEFORE {moment} "
            f"ON audit_log FOR EACH {level} EXECUTE FUNCTION audit_log_refuse()"
        )


def _notes() -> None:
    op.create_table(
        "notes",
        sa.Column("id", ID, nullable=False),
        sa.Column("seeker_id", ID, nullable=True),
        sa.Column("vacancy_id", ID, nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("made_by", ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["seeker_id"],
            ["job_seekers.id"],
            name=op.f("fk_notes_seeker_id_job_seekers"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["vacancy_id"],
            ["vacancies.id"],
            name=op.f("fk_notes_vacancy_id_vacancies"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notes")),
        comment="what counsellors note of a person, a vacancy, or both together",
    )
    for name in ("seeker_id", "vacancy_id"):
        op.create_index(op.f(f"ix_notes_{name}"), "notes", [name])
