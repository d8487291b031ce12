"""How the commands print lists and reports on a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.markup import escape

from matcher.config import Settings
from matcher.entities import JobFair, Language
from matcher.ranking.wording import Voice
from matcher.reference import Reference
from matcher.service.advice import Changes, WhyNot
from matcher.service.advice_views import changes_view, why_not_view
from matcher.service.keys import Role
from matcher.service.slates import Slate
from matcher.service.views import slate_view

if TYPE_CHECKING:
    from matcher.jobs.importing import FileReport
    from matcher.jobs.linting import Tally

out = Console(soft_wrap=True)
err = Console(stderr=True, soft_wrap=True)


def print_report(report: FileReport) -> None:
    """What became of one imported file."""
    if report.error:
        err.print(
            f"[bold red]{report.path}: nothing taken in.[/] {escape(str(report.error))}",
            highlight=False,
        )
        return
    stored = report.stored
    out.print(
        f"{report.path} ({_kinds(report)}): {report.accepted} accepted "
        f"({stored.added} new, {stored.changed} changed, {stored.same} as before), "
        f"{report.rejected} rejected",
        highlight=False,
    )
    for name, count in sorted(report.flags.items()):
        out.print(f"  flagged {name.replace('_', ' ')}: {count}", highlight=False)
    if report.lint.findings:
        print_tally(report.lint)
    for note in report.notes:
        out.print(f"  {note}", highlight=False)
    if report.rejects_file:
        out.print(f"  rejected rows with reasons: {report.rejects_file}", highlight=False)


def print_tally(tally: Tally) -> None:
    """How much a lint found, by rule."""
    total = tally.findings.total()
    out.print(
        f"  lint: {total:,} findings in {tally.with_findings:,} of {tally.vacancies:,} vacancies",
        highlight=False,
    )
    for (code, severity), count in sorted(tally.findings.items()):
        out.print(f"    {code.replace('_', ' ')}, {severity}: {count:,}", highlight=False)


def _kinds(report: FileReport) -> str:
    """The kind of record in a file; of a feed, which holds two, how many of each."""
    if len(report.kinds) < 2:
        return report.kind
    return f"{report.kind}: " + ", ".join(f"{n:,} {kind}" for kind, n in report.kinds.items())


def print_welcome(settings: Settings, key: str, *, simulated: bool) -> None:
    """Addresses, a key, and a first request that works."""
    address = f"http://{settings.host}:{settings.port}"
    if simulated:
        print("\nThis bureau is simulated: no figure below says anything about real people.")
    print(
        f"\n  API description   {address}/docs"
        f"\n  ready?            {address}/health/ready"
        f"\n  key for trying    {key}   (role: counsellor)"
        "\n\nA first list, for somebody nobody registered:\n\n"
        f"  curl -s {address}/v1/matches -H 'Authorization: Bearer {key}' \\\n"
        "    -H 'Content-Type: application/json' \\\n"
        """    -d '{"text": "會開堆高機，想找前鎮的倉庫日班，月薪三萬五"}' \\\n"""
        "    | python3 -m json.tool --no-ensure-ascii\n"
    )


def print_kiosk(
    settings: Settings, keys: Mapping[Role, str], *, fair: JobFair, number: str | None
) -> None:
    """How to try the pages: the kiosk at a simulated fair of today, and that fair's board."""
    address = f"http://{settings.host}:{settings.port}"
    print(
        "A kiosk at a job fair of today, in a browser; it asks for its key once:\n"
        f"\n  kiosk             {address}/kiosk?fair={fair.id}"
        f"\n  its key           {keys[Role.KIOSK]}   (role: kiosk)"
        f"\n  a card to scan    {number or 'none: nobody looks for work'}"
        "   (simulated; type it as a scanner would)"
        f"\n  the fair's board  {address}/fairs/{fair.id}   (sign in with the key for trying)\n"
    )


def print_desk(settings: Settings, passwords: Mapping[Role, str], *, person: str | None) -> None:
    """How to try the desk: an account of each role, named as its role, and somebody to find."""
    print(
        "The counsellor's desk, in a browser; sign in with one of these accounts for trying:\n"
        f"\n  desk              http://{settings.host}:{settings.port}/desk"
    )
    for role, password in passwords.items():
        print(f"  {role:<17} {password}")
    if person is not None:
        print(f"  somebody to find  {person}   (simulated; looks for work)")
    print()


def print_slate(slate: Slate, language: Language, reference: Reference) -> None:
    """A match list: each line with the reasons for it and what could not be told."""
    view: Any = slate_view(slate, language=language, reference=reference)
    if view["notice"]:
        out.print(f"[bold yellow]{view['notice']}[/]")
    for line in view["lines"]:
        about = [
            (line.get("employer") or {}).get("name"),
            line.get("address") or (line.get("place") or line.get("district") or {}).get("name"),
            (line.get("pay") or {}).get("text"),
        ]
        title = line["title"] or (line["occupation"] or {}).get("name") or line["id"]
        out.print(f"[bold]{line['rank']:>2}. {escape(title)}[/]  ({line['score']:.2f})")
        out.print("    " + escape(" · ".join(part for part in about if part)), highlight=False)
        for reason in line["reasons"]:
            mark = "[green]+[/]" if reason["speaks_for"] else "[red]-[/]"
            out.print(f"    {mark} {escape(reason['text'])}", highlight=False)
        if line["chances"]:
            out.print(f"    = {escape(line['chances']['text'])}", highlight=False)
        if line["unknown"]:
            unknown = "; ".join(item["text"] for item in line["unknown"])
            out.print(f"    [dim]? {escape(unknown)}[/]", highlight=False)
    out.print(f"[dim]{escape(view['ranking']['text'])}[/]", highlight=False)
    versions = view["versions"]
    out.print(
        f"[dim]{view['eligible']} eligible; index {versions['index_generation']}, "
        f"ranker {versions['ranker']}, encoder {versions['encoder']}[/]",
        highlight=False,
    )
    for rate in view["rates"]:
        counts = f"{rate['numerator']['count']:,} / {rate['denominator']['count']:,}"
        names = f"{rate['names']['zh']} {rate['names']['en']}"
        value = "-" if rate["value"] is None else f"{rate['value']} {rate['unit']}"
        out.print(f"[dim]{names}: {value} ({counts})[/]", highlight=False)


def print_why_not(why: WhyNot, language: Language, voice: Voice, reference: Reference) -> None:
    """What a pair lacks, and what would open it."""
    view: Any = why_not_view(why, language=language, reference=reference, voice=voice)
    if view["notice"]:
        out.print(f"[bold yellow]{view['notice']}[/]")
    out.print(f"[bold]{escape(view['title'])}[/]")
    for failed in view["failed"]:
        out.print(
            f"  [red]-[/] {escape(failed['name'])}: {escape(failed['text'])}", highlight=False
        )
    if view["unknown"]:
        unknown = "; ".join(item["text"] for item in view["unknown"])
        out.print(f"  [dim]? {escape(unknown)}[/]", highlight=False)
    out.print(escape(view["text"]), highlight=False)
    for change in view["changes"] or ():
        out.print(f"  [green]+[/] {escape(change['text'])}", highlight=False)


def print_changes(found: Changes, language: Language, voice: Voice, reference: Reference) -> None:
    """What fits a person now, and what each single change would open."""
    view: Any = changes_view(found, language=language, reference=reference, voice=voice)
    if view["notice"]:
        out.print(f"[bold yellow]{view['notice']}[/]")
    out.print(f"[bold]{escape(view['text'])}[/]", highlight=False)
    for change in view["changes"]:
        out.print(f"  [green]+[/] {escape(change['text'])}", highlight=False)
