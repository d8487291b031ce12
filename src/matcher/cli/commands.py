"""The `matcher` command: each subcommand is a few lines over the service and the jobs."""

from __future__ import annotations

import socket
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated

import structlog
import typer

from matcher.bootstrap import App
from matcher.cli.checking import findings
from matcher.cli.failing import failing_clearly
from matcher.cli.keys import keys
from matcher.cli.printing import (
    out,
    print_changes,
    print_desk,
    print_kiosk,
    print_report,
    print_slate,
    print_welcome,
    print_why_not,
)
from matcher.cli.staff import staff
from matcher.config import Settings
from matcher.db.audit import Entry
from matcher.db.engine import migrate as migrate_schema
from matcher.db.engine import open_engine
from matcher.encoder import open_encoder
from matcher.entities import Channel, JobSeeker, Language
from matcher.errors import ConfigurationError
from matcher.jobs.index import build_index
from matcher.progress import track
from matcher.ranking.wording import Voice
from matcher.reference import Reference
from matcher.service.audit import Action, Reason, new_entry
from matcher.service.clock import day_of
from matcher.service.keys import Principal, Role
from matcher.service.practice import practise

app = typer.Typer(no_args_is_help=True, add_completion=False, help=__doc__)
app.add_typer(keys, name="key")
app.add_typer(staff, name="staff")

COMMAND = Principal("command", Role.ADMIN)
"""Who looks or erases, in the audit log: somebody at the machine itself."""
WhyOption = Annotated[Reason | None, typer.Option(help="why you look at people: for the audit log")]
TRIAL = "for trying"
"""Name of the keys that `welcome` makes."""


@app.callback()
def quiet_logs() -> None:
    """Keep the service's log lines out of what commands print; `serve` sets up its own."""
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger("warning"),
        logger_factory=lambda *_names: structlog.PrintLogger(sys.stderr),
    )


@app.command()
def simulate(
    out_dir: Annotated[Path, typer.Option("--out", help="folder for the files")],
    seekers: Annotated[
        int, typer.Option(min=50, help="how many people register in the year")
    ] = 2_000,
    seed: Annotated[int, typer.Option(help="the same seed makes the same files")] = 1,
    last_day: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="default: yesterday")
    ] = None,
) -> None:
    """Write a simulated register of one year in the formats that `import` reads."""
    from matcher.simulation import simulate as simulate_register

    with failing_clearly():
        bureau = App(Settings())
        end = last_day.date() if last_day else day_of(bureau.clock()) - timedelta(days=1)
        with track("simulated days") as progress:
            totals = simulate_register(
                seekers=seekers,
                seed=seed,
                out=out_dir,
                reference=bureau.reference,
                start=end - timedelta(days=364),
                progress=progress,
            )
        out.print(totals)


@app.command()
def migrate() -> None:
    """Create the database, or bring its schema to this version."""
    with failing_clearly():
        migrate_schema(open_engine(Settings().sqlalchemy_url))
        out.print("The database is up to date.")


@app.command("import")
def import_(paths: Annotated[list[Path], typer.Argument(help="files or folders")]) -> None:
    """Take files into the register; formats: data/formats.md."""
    # Its validation library takes a second to load, which other commands should not pay.
    from matcher.jobs.importing import import_files

    with failing_clearly():
        bureau = App(Settings())
        migrate_schema(open_engine(bureau.settings.sqlalchemy_url))
        failed = False
        for report in import_files(
            bureau.engine,
            paths,
            reference=bureau.reference,
            key=bureau.identity_key,
            rejects_dir=bureau.settings.var_dir / "rejects",
            today=day_of(bureau.clock()),
            track=track,
            linter=bureau.linter,
        ):
            print_report(report)
            failed |= report.failed
    raise typer.Exit(1 if failed else 0)


@app.command()
def encoder() -> None:
    """Make encoder and search ready, once: converts or fetches the model, compiles the search."""
    with failing_clearly():
        settings = Settings()
        ready = open_encoder(
            settings.encoder, models_dir=settings.models_dir, fp32=settings.encoder_fp32
        )
        practise(Reference.load(settings.data_dir / "reference"))
        out.print(
            f"{ready.name}: {ready.dimension} dimensions, {ready.arithmetic}", highlight=False
        )


@app.command()
def index() -> None:
    """Encode what is new and publish an index of all open vacancies and active seekers."""
    with failing_clearly():
        bureau = App(Settings())
        manifest = build_index(
            bureau.engine, bureau.indexer, bureau.index_folder, now=bureau.clock(), track=track
        )
    counts = manifest.counts
    out.print(
        f"Index {manifest.generation}: {counts['vacancies']} vacancies, "
        f"{counts['seekers']} seekers.",
        highlight=False,
    )


@app.command()
def match(
    text: Annotated[str, typer.Option(help="what somebody says of themselves, any language")] = "",
    seeker: Annotated[str, typer.Option(help="id of a registered seeker")] = "",
    vacancy: Annotated[str, typer.Option(help="id of a vacancy: lists candidates")] = "",
    lang: Annotated[Language, typer.Option(help="language of the reasons")] = Language.ZH,
    k: Annotated[int, typer.Option("-k", min=1, max=100, help="length of the list")] = 10,
    reason: WhyOption = None,
) -> None:
    """Print a match list with reasons. List and look are logged like any other."""
    with failing_clearly():
        if sum(bool(given.strip()) for given in (text, seeker, vacancy)) != 1:
            raise ConfigurationError(
                "Nothing, or more than one thing, to match.",
                remedy="Give exactly one of --text, --seeker and --vacancy.",
            )
        bureau = App(Settings())
        # Before the index loads: who forgot the reason should not wait to hear of it.
        look = None if text.strip() else _look_at(seeker, vacancy, reason, bureau.clock())
        bureau.sync()
        if vacancy:
            slate = bureau.shortlists.for_vacancy(vacancy, k=k, channel=Channel.API, look=look)
        elif seeker:
            slate = bureau.lists.for_seeker(seeker, k=k, channel=Channel.API, look=look)
        else:
            profile = JobSeeker(id="profile", registered_on=day_of(bureau.clock()), text=text)
            slate = bureau.lists.for_profile(profile, k=k, channel=Channel.API)
        print_slate(slate, lang, bureau.reference)


@app.command()
def why(
    seeker: Annotated[str, typer.Option(help="id of a registered seeker")],
    vacancy: Annotated[str, typer.Option(help="id of a vacancy: says why it is not listed")] = "",
    lang: Annotated[Language, typer.Option(help="language of the sentences")] = Language.ZH,
    voice: Annotated[Voice, typer.Option(help="whom the sentences address")] = Voice.SEEKER,
    reason: WhyOption = None,
) -> None:
    """Say why a vacancy is not in a person's list, or what would open more. The look is logged."""
    with failing_clearly():
        bureau = App(Settings())
        bureau.audit.open(
            COMMAND,
            person=seeker,
            vacancy=vacancy or None,
            reason=_why(reason),
            now=bureau.clock(),
        )
        if vacancy:
            found = bureau.advice.why_not(seeker, vacancy)
            print_why_not(found, lang, voice, bureau.reference)
        else:
            bureau.sync()
            print_changes(bureau.advice.changes(seeker), lang, voice, bureau.reference)


def _look_at(seeker: str, vacancy: str, reason: Reason | None, now: datetime) -> Entry:
    """The entry that a list is asked for with; one of the two ids is empty."""
    action = Action.SHORTLISTED if vacancy else Action.LISTED
    return new_entry(
        COMMAND, action, _why(reason), now, person=seeker or None, vacancy=vacancy or None
    )


def _why(reason: Reason | None) -> Reason:
    """The reason, which whoever looks at people has to give; another one wants words."""
    if reason is None or reason is Reason.OTHER:
        raise ConfigurationError(
            "Whoever looks at people says why.",
            remedy="Give --reason present, requested, for_vacancy or follow_up.",
        )
    return reason


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="default: MATCHER_HOST")] = "",
    port: Annotated[int, typer.Option(help="default: MATCHER_PORT")] = 0,
) -> None:
    """Serve the API."""
    import uvicorn

    with failing_clearly():
        settings = Settings()
        address = (host or settings.host, port or settings.port)
        # Before the encoder loads: a port in use should not take half a minute to say so.
        try:
            with socket.socket() as trial:
                trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                trial.bind(address)
        except (OSError, OverflowError) as error:
            raise ConfigurationError(
                f"Cannot listen on {address[0]}:{address[1]} ({error}).",
                remedy="Stop the other service, or choose another --host or --port.",
            ) from error
    uvicorn.run("api.main:build", factory=True, host=address[0], port=address[1], access_log=False)


@app.command()
def welcome() -> None:
    """Make keys for trying and print where to look first; earlier keys for trying end.

    A simulated bureau gets an account of each role as well, with a new password.
    """
    # Loads the simulator, which other commands should not pay for.
    from matcher.jobs.demonstration import hold_fair, number_to_scan, somebody_to_find

    with failing_clearly():
        bureau = App(Settings())
        now = bureau.clock()
        for key in bureau.keys.all():
            if key.name == TRIAL and key.revoked_at is None:
                bureau.keys.revoke(key.id, now=now)
        made = {
            role: bureau.keys.create(name=TRIAL, role=role, now=now)
            for role in (Role.COUNSELLOR, Role.KIOSK)
        }
        simulated = bureau.figures.simulated()
        print_welcome(bureau.settings, made[Role.COUNSELLOR], simulated=simulated)
        if simulated and bureau.identity_key is not None:
            print_kiosk(
                bureau.settings,
                made,
                fair=hold_fair(bureau.engine, day_of(now)),
                number=number_to_scan(bureau.engine, bureau.identity_key),
            )
        if simulated:
            print_desk(
                bureau.settings,
                bureau.accounts.for_trying(now=now),
                person=somebody_to_find(bureau.engine),
            )


@app.command()
def check() -> None:
    """Say what is missing for a running service, and how to mend it."""
    complaints = 0
    with failing_clearly():
        for finding in findings(App(Settings())):
            mark = "[green]ok[/]  " if finding.fine else "[red]mend[/]"
            out.print(f"{mark} {finding.what}", highlight=False)
            if not finding.fine:
                complaints += 1
                out.print(f"     {finding.remedy}", highlight=False)
    raise typer.Exit(1 if complaints else 0)
