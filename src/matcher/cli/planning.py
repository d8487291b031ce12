"""Commands of the allocation: plan, and trials of what planning does."""

from __future__ import annotations

from datetime import datetime
from math import isnan
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from matcher.artifacts.index import load_index
from matcher.artifacts.plan import load_plan
from matcher.bootstrap import App
from matcher.cli.commands import app
from matcher.cli.failing import failing_clearly
from matcher.cli.printing import out
from matcher.config import Settings
from matcher.db.engine import reading, writing
from matcher.db.history import all_referred_to
from matcher.db.store import get_many, register_id
from matcher.db.trials import all_trials, end_trial, set_sharing
from matcher.entities import Vacancy
from matcher.evaluation.trials import Unit
from matcher.features.columns import day_number
from matcher.progress import track
from matcher.service.clock import day_of

if TYPE_CHECKING:
    from matcher.evaluation.trial_effects import Effect

trials = typer.Typer(no_args_is_help=True, help="Randomised trials of lists that share openings.")
app.add_typer(trials, name="trial")
DAY = ["%Y-%m-%d"]


@app.command()
def plan(
    show: Annotated[bool, typer.Option(help="print the newest plan and make none")] = False,
    lines: Annotated[int, typer.Option("-n", min=0, max=50, help="vacancies of each kind")] = 10,
) -> None:
    """Share out the openings: find what showing each vacancy costs all others, and publish it.

    The night does the same. Lists use the newest plan from then on (docs/allocation.md).
    """
    with failing_clearly():
        bureau = App(Settings())
        with reading(bureau.engine) as connection:
            register = register_id(connection)
        if not show:
            _make(bureau, register)
        market = load_plan(bureau.plan_folder, register=register).market
        with reading(bureau.engine) as connection:
            told = [line["vacancy"] for kind in KINDS for line in market[kind][:lines]]
            titles = {v.id: v.title for v in get_many(connection, Vacancy, told).values()}
        _print_market(market, titles, lines)


KINDS = ("crowded", "starved")


def _make(bureau: App, register: str) -> None:
    # Their libraries take seconds to load, which other commands should not pay.
    from matcher.allocation.prices import MOST_STEPS
    from matcher.jobs.candidates import prepare_candidates
    from matcher.jobs.plan import make_plan

    index = load_index(
        bureau.index_folder,
        encoder_fingerprint=bureau.indexer.encoder.fingerprint,
        register=register,
    )
    bureau.champion.load_newest()
    ranker, now = bureau.champion.ranker, bureau.clock()
    with reading(bureau.engine) as connection:
        sent = all_referred_to(connection)
    with TemporaryDirectory() as folder:
        with track("candidates") as progress:
            prepare_candidates(
                index,
                Path(folder),
                ranker=ranker,
                reference=bureau.reference,
                today=day_number(day_of(now)),
                sent=sent,
                progress=progress,
            )
        with track("prices") as progress:
            make_plan(
                bureau.engine,
                index,
                Path(folder),
                bureau.plan_folder,
                ranker=ranker,
                reference=bureau.reference,
                floor=bureau.settings.allocation_floor,
                now=now,
                progress=lambda step, _gap: progress(step, MOST_STEPS),
            )


def _print_market(market: dict[str, Any], titles: dict[str, str], lines: int) -> None:
    if market["simulated"]:
        out.print("[bold]Simulated data: nothing here is about real people.[/]")
    out.print(
        f"{market['people']:,} people, {market['vacancies']:,} open vacancies with "
        f"{market['openings']:,} openings on {market['day']}.\n"
        f"Expected hires through everybody's list: {market['expected_hires']:,.1f}; "
        f"{market['unpriced']:,.1f} if each list were made by itself; no lists could reach more "
        f"than {market['bound']:,.1f} (gap {market['gap']:.2%}, {market['steps']} steps).\n"
        f"{market['worse_share']:.0%} of the people have a list worth less than their own best "
        f"one; lists keep {market['kept_mean']:.1%} of it on average and "
        f"{market['kept_least']:.1%} at least, the best chance {market['best_kept_least']:.1%}.\n"
        f"Crowded: {market['crowded_count']:,} vacancies. In nobody's list: "
        f"{market['starved_count']:,}, with {market['starved_openings']:,} openings.",
        highlight=False,
    )
    for kind in KINDS:
        if not market[kind][:lines]:
            continue
        starved = kind == "starved"
        why = "would bring more" if starved else "would-be hires, of them sent already"
        table = Table(
            "vacancy", "title", "openings", "shown to", "free", "eligible", why, title=kind
        )
        for line in market[kind][:lines]:
            mends = ", ".join(_mend(one) for one in line["mend"][:3])
            table.add_row(
                line["vacancy"],
                escape(titles.get(line["vacancy"], "")),
                str(line["openings"]),
                str(line["shown"]),
                f"{line['free']:.0%}",
                str(line["eligible"]),
                mends if starved else f"{line['load']:.1f}, {line['sent']:.1f}",
            )
        out.print(table)


def _mend(one: dict[str, Any]) -> str:
    detail = "" if one["detail"] is None else f" {one['detail']}"
    return f"{one['criterion']}{detail} (+{one['people']})"


@trials.command("start")
def start(
    unit: Annotated[Unit, typer.Option(help="what is drawn for one of the two ways")],
    weeks: Annotated[int, typer.Option(min=2, help="an even number")],
    first: Annotated[datetime, typer.Option("--from", formats=DAY, help="the first day")],
) -> None:
    """Set a trial up: from that day on, half of the lists share out the openings, by a draw."""
    from matcher.jobs.trial import start_trial

    with failing_clearly():
        bureau = App(Settings())
        trial, least = start_trial(
            bureau.engine, unit=unit, weeks=weeks, first_on=first.date(), now=bureau.clock()
        )
        out.print(
            f"Trial {trial.id}: {trial.first_on} to {trial.last_on}, by {trial.unit}.",
            highlight=False,
        )
        if isnan(least):
            out.print("What it can find cannot be told from the past.", highlight=False)
        else:
            out.print(
                f"With the spread of past weeks it finds a difference of {least:.1%} of the people "
                "in four of five cases; a smaller one more seldom.",
                highlight=False,
            )


@trials.command("list")
def list_trials() -> None:
    """List the trials."""
    with failing_clearly():
        table = Table("id", "unit", "from", "to")
        with reading(App(Settings()).engine) as connection:
            for trial in all_trials(connection):
                table.add_row(trial.id, trial.unit, str(trial.first_on), str(trial.last_on))
        out.print(table)


@trials.command("stop")
def stop(trial_id: str) -> None:
    """End a trial with the day before today; what it drew until then stays."""
    from datetime import timedelta

    with failing_clearly():
        bureau = App(Settings())
        with writing(bureau.engine) as connection:
            end_trial(connection, trial_id, day_of(bureau.clock()) - timedelta(days=1))
        out.print(f"Trial {trial_id} has ended.", highlight=False)


@trials.command("read")
def read(trial_id: str) -> None:
    """Print what a trial shows: of people followed for 74 days, who found work, by arm."""
    from matcher.jobs.trial import read_trial

    with failing_clearly():
        bureau = App(Settings())
        found = read_trial(bureau.engine, trial_id, today=day_of(bureau.clock()))
        table = Table(found.trial.unit, "lists", "people", "found work", "share")
        for tally in found.tallies:
            arm = "shared" if tally.shares else "by themselves"
            rate = f"{tally.rate:.1%}"
            table.add_row(tally.unit, arm, str(tally.people), str(tally.hired), rate)
        out.print(table)
        if found.waiting:
            out.print(f"{found.waiting} more are not followed long enough yet.", highlight=False)
        out.print(_effect(found.effect), highlight=False)


def _effect(effect: Effect) -> str:
    if isnan(effect.difference):
        return "Too few units to tell a difference."
    return (
        f"Shared less by themselves: {effect.difference:+.1%} (95 % interval {effect.low:+.1%} to "
        f"{effect.high:+.1%}, p = {effect.p_value:.3f}). A trial of this size finds "
        f"{effect.detectable:.1%} in four of five cases."
    )


@app.command()
def sharing(
    station: Annotated[str, typer.Argument(help="id of a key or of an account")],
    on: Annotated[bool, typer.Option("--on/--off", help="whether its lists share the openings")],
) -> None:
    """Switch for one desk or kiosk whether its lists share out the openings."""
    with failing_clearly():
        with writing(App(Settings()).engine) as connection:
            set_sharing(connection, station, shares=on)
        out.print(f"Lists of {station} {'share' if on else 'do not share'} the openings.")
