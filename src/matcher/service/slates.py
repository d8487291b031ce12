"""A list as it was shown, and what is logged of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import uuid4

from sqlalchemy import Engine

from matcher.db.audit import Entry, add_entries
from matcher.db.engine import appending
from matcher.db.store import add_new
from matcher.entities import Channel, Impression
from matcher.ranking.exploration import Swap
from matcher.ranking.ranker import Ranker
from matcher.rates.registry import Rate
from matcher.service.audit import Action, under
from matcher.service.figures import Headline
from matcher.service.lines import Line
from matcher.service.live import Snapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class Slate:
    """A list as shown and logged, with all that tells how it came about.

    `trained` says whether the ranker was learnt from placements; `plan` names the plan by whose
    prices the openings were shared out, if any. `exploration` is the share of such
    lists in which chance exchanges two places, `swap` the ranks it exchanged here.
    """

    impression_id: str
    made_at: datetime
    lines: tuple[Line, ...]
    eligible: int
    index_generation: str
    change_seq: int
    encoder: str
    ranker: str
    trained: bool
    plan: str | None
    exploration: float | None
    swap: Swap | None
    rates: tuple[Rate, ...]
    simulated: bool


def slate_of(
    snapshot: Snapshot,
    lines: tuple[Line, ...],
    eligible: int,
    *,
    ranker: Ranker,
    figures: Headline,
    now: datetime,
) -> Slate:
    """A list of its own, under no plan, as it was made from `snapshot`."""
    manifest = snapshot.index.manifest
    return Slate(
        impression_id=uuid4().hex,
        made_at=now,
        lines=lines,
        eligible=eligible,
        index_generation=manifest.generation,
        change_seq=snapshot.seq,
        encoder=manifest.encoder,
        ranker=ranker.version,
        trained=ranker.trained,
        plan=None,
        exploration=None,
        swap=None,
        rates=figures.rates,
        simulated=figures.simulated,
    )


def impression_of(
    slate: Slate,
    channel: Channel,
    *,
    seeker_id: str | None = None,
    vacancy_id: str | None = None,
) -> Impression:
    """What is logged of a list that was shown to, or for, one of either side or nobody known."""
    return Impression(
        id=slate.impression_id,
        shown_at=slate.made_at,
        channel=channel,
        policy=slate.ranker,
        items=tuple((line.candidate.id, line.candidate.score) for line in slate.lines),
        seeker_id=seeker_id,
        vacancy_id=vacancy_id,
        index_generation=slate.index_generation,
        plan=slate.plan,
        exploration=slate.exploration,
        swapped=slate.swap or (),
        chances=tuple(
            line.candidate.hired for line in slate.lines if line.candidate.hired is not None
        ),
    )


def log_shown(engine: Engine, impression: Impression, look: Entry | None) -> None:
    """Write down what was shown and, in the same transaction, the `look` that it was asked with.

    Everybody in a list of people gets an entry under the look.
    """
    entries = [] if look is None else [look]
    if look is not None and impression.vacancy_id is not None:
        shown = under(look, Action.SHOWN, look.made_at)
        entries += [replace(shown, id=uuid4().hex, person=key) for key, _score in impression.items]
    with appending(engine) as connection:
        add_new(connection, [impression])
        add_entries(connection, entries)
