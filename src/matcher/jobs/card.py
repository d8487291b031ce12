"""The card of a ranker: what it learnt from, how good it is, and what it must not be used for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import exp, isnan
from types import MappingProxyType

from matcher.artifacts.folder import Manifest
from matcher.evaluation.comparison import Figures
from matcher.evaluation.four_fifths import Impacts
from matcher.evaluation.metrics import FOUR_FIFTHS, SMALL_GROUP, GroupRate
from matcher.evaluation.promotion import Trust, Verdict, interval_text
from matcher.features.pairs import FEATURE_NAMES
from matcher.ranking.examples import PLACED_WITHIN, REFERRED_WITHIN
from matcher.ranking.habits import Habits
from matcher.ranking.propensity import Propensity, Source
from matcher.ranking.training import MONOTONE, MOST_WEIGHT

MEANING: Mapping[str, str] = MappingProxyType(
    {
        "similarity": "likeness of what both texts say",
        "title_similarity": "likeness of the job wanted and the job title",
        "occupation_closeness": "levels of the classification that the occupations share",
        "distance_km": "kilometres from home to the workplace",
        "pay_margin": "pay offered over pay wished for, as a share of the wish",
        "shift_fit": "whether a shift suits both",
        "licences_required_held": "licences required that the person holds",
        "licences_mentioned_held": "licences mentioned that the person holds",
        "education_margin": "levels of schooling over the level asked for",
        "experience_margin": "years of experience over those asked for",
        "languages_required_held": "languages required that the person speaks",
        "age_days": "days since the vacancy was posted",
        "openings_left": "openings not yet filled",
        "employer_hire_rate": "share of earlier referrals to the employer that led to a hire",
        "sent_per_opening": "people referred so far for each opening left; for chances only",
    }
)
DIRECTION = {1: "more never lowers it", -1: "more never raises it", 0: "learnt"}
READING = {
    Source.EXCHANGES: "estimated from places that chance exchanged",
    Source.POSITIONS: "estimated from the places of what was referred",
    Source.ASSUMED: "not estimated, for want of data: every place is taken as read",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CardFacts:
    """What a card tells of one ranker.

    It learnt from lists of the days `learnt` and was tried on those of the days `tried`, each first
    and last; `figures` are by side, e.g. "seekers". `baseline` is what the trees correct.
    """

    manifest: Manifest
    simulated: bool
    baseline: str
    champion: str
    learnt: tuple[date, date]
    tried: tuple[date, date]
    propensity: Propensity
    habits: Habits
    figures: Mapping[str, Sequence[Figures]]
    verdict: Verdict


def model_card(facts: CardFacts) -> str:
    """Markdown for people, in the order in which they ask; no person is in it."""
    sections = (
        _head(facts),
        _learnt_from(facts),
        _features(),
        _figures(facts),
        _verdict(facts.verdict, facts.champion),
        _calibration(facts.verdict.trust),
        _habits(facts.habits),
        _impacts(facts.verdict.impacts),
        _limits(facts.propensity),
        _made_with(facts.manifest),
    )
    return "\n".join(line for section in sections for line in section)


def _head(facts: CardFacts) -> Iterator[str]:
    yield f"# Ranker {facts.manifest.generation}"
    yield ""
    if facts.simulated:
        yield "**Simulated data / 模擬資料.** Nobody in the register it learnt from exists; its"
        yield "figures say nothing about real people or about any bureau."
        yield ""
    yield "Orders the vacancies that a job seeker is eligible for, and the seekers who are eligible"
    yield "for a vacancy, for counsellors, kiosks and the nightly lists of an employment bureau. Of"
    yield "each pair it tells the chance that a referral leads to an interview or a hire."
    yield ""
    yield f"It adds boosted trees (LightGBM, LambdaRank) to the hand-set score {facts.baseline},"
    yield "and two rising curves that turn its score into chances."
    yield ""


def _learnt_from(facts: CardFacts) -> Iterator[str]:
    first, last = facts.learnt
    yield "## What it learnt from"
    yield ""
    yield f"Lists shown from {first} to {last}. Openings left, days since posting and the histories"
    yield "of employers are those of each day; wishes, résumés and texts are as they stand now."
    yield ""
    for name, count in facts.manifest.counts.items():
        yield f"- {name}: {count:,}"
    yield ""
    yield f"- **Hire**: within {PLACED_WITHIN} days of a referral that followed within"
    yield f"  {REFERRED_WITHIN} days of the list. An interview without a hire counts less."
    yield "- **Censored**: who was hired elsewhere in that time. The pair is left out, as nobody"
    yield "  knows how it would have ended."
    yield "- **Not referred**: not known to be unsuitable. Such a pair counts as nothing found, and"
    yield "  weighs less than a referral."
    yield ""


def _features() -> Iterator[str]:
    yield "## What it sees"
    yield ""
    yield from _table(
        ("feature", "meaning", "its part in the score"),
        ((name, MEANING[name], DIRECTION[MONOTONE[name]]) for name in FEATURE_NAMES),
    )
    yield "The last column is the limit set to the trees. What is not known stays unknown; nothing"
    yield "is filled in."
    yield ""
    yield "It does not see names, identity numbers, or any attribute protected by section 5 of the"
    yield "Employment Service Act: sex, age, special groups and the like were read only after all"
    yield "lists were made, to judge them. The way from home and the texts may still go"
    yield "together with such attributes; hence the ratios below."
    yield ""


def _figures(facts: CardFacts) -> Iterator[str]:
    first, last = facts.tried
    yield "## How good it is"
    yield ""
    yield f"On lists asked for from {first} to {last}, later than all it learnt from, with 95 %"
    yield "bootstrap intervals over those who asked:"
    yield ""
    for side, methods in facts.figures.items():
        yield from _table(
            (f"lists for {side}", "recall@10", "ndcg@10", "MRR"),
            ((m.method, *map(interval_text, (m.recall, m.ndcg, m.mrr))) for m in methods),
        )
    yield "Pairs nobody referred count as 0 but are not known to be unsuitable: the figures compare"
    yield "methods and are no absolute quality."
    yield ""


def _verdict(verdict: Verdict, champion: str) -> Iterator[str]:
    gain = verdict.gain.interval
    yield "## Against what served"
    yield ""
    yield f"ndcg@10 less that of {champion}, list for list: {interval_text(gain)} over"
    yield f"{gain.queries:,} people."
    yield ""
    if verdict.promoted:
        yield "Nothing spoke against it when it was tried."
    else:
        yield "It was **not** promoted when it was tried:"
        yield ""
        yield from (f"- {objection}" for objection in verdict.objections)
    if verdict.notes:
        yield ""
        yield "To be known:"
        yield ""
        yield from (f"- {note}" for note in verdict.notes)
    yield ""


def _calibration(trust: Trust) -> Iterator[str]:
    yield "## Whether its chances are right"
    yield ""
    yield f"Of {trust.referrals:,} referrals of these days with a known outcome {trust.hires:,} led"
    yield f"to a hire. Expected calibration error: {interval_text(trust.error)}; with as many"
    yield f"referrals perfect chances stay under {_number(trust.by_chance, 3)} in 19 cases of 20."
    yield ""
    table = trust.table
    rows = zip(table.predicted.tolist(), table.observed.tolist(), table.count.tolist(), strict=True)
    yield from _table(
        ("predicted", "observed", "referrals"),
        ((f"{predicted:.3f}", f"{seen:.3f}", f"{count:,}") for predicted, seen, count in rows),
    )


def _impacts(impacts: Mapping[str, Impacts]) -> Iterator[str]:
    yield "## Whom it serves"
    yield ""
    yield "Share of people with something suitable among the first ten (hit@10), and the lowest"
    yield f"share over the highest, in brackets those of what served. Under {FOUR_FIFTHS} a group"
    yield f"may be at a disadvantage. Groups under {SMALL_GROUP} people are set aside."
    yield ""
    for kind, both in impacts.items():
        before = {group.name: group for group in both.champion.groups}
        yield from _table(
            (f"by {kind}", "people", "hit@10"),
            (
                *(_group_row(group, before[group.name]) for group in both.challenger.groups),
                (
                    "**ratio**",
                    "",
                    f"{_number(both.challenger.ratio, 2)} ({_number(both.champion.ratio, 2)})",
                ),
            ),
        )


def _group_row(group: GroupRate, before: GroupRate) -> tuple[str, str, str]:
    if group.too_small:
        return group.name, f"under {SMALL_GROUP}", "too few"
    return group.name, f"{group.count:,}", f"{group.rate:.3f} ({before.rate:.3f})"


def _habits(habits: Habits) -> Iterator[str]:
    yield "## What shared lists go by"
    yield ""
    yield f"A point of score makes a line {exp(habits.discerning):.2f} times as likely to be"
    yield "taken, in the lists that people were shown. Somebody who would be hired takes as much"
    yield f"room from others as {habits.rivalry:.1f} of them: an opening, and what the crowd that"
    yield "comes along costs later comers."
    yield ""


def _limits(propensity: Propensity) -> Iterator[str]:
    yield "## Limits"
    yield ""
    yield "- **Only what counsellors referred could be hired.** It learnt their habits along with"
    yield "  what they know. Suitable pairs that nobody ever considered look like the others."
    yield "- **What stands high is read more.** How likely a place is read falls as"
    yield f"  rank^-{propensity.eta:.2f}, {READING[propensity.source]}. The less a place is read,"
    yield f"  the more a referral from it counts, up to {MOST_WEIGHT:g} times, and the less its"
    yield "  silence."
    yield "- **It knows one register.** Other regions, times and trades need training of their own."
    yield "- **Chances hold for pairs that are referred**, not for all that are eligible."
    yield ""
    yield "## What it must not be used for"
    yield ""
    yield "- To decide whether a person may apply, is referred, or gets a benefit: people decide,"
    yield "  and may look past the list."
    yield "- To judge a person, an employer or a counsellor: a score compares pairs of one list."
    yield "- To screen applicants for an employer outside the bureau."
    yield ""


def _made_with(manifest: Manifest) -> Iterator[str]:
    yield "## Made with"
    yield ""
    yield f"- made at {manifest.created_at} by matcher {manifest.code_version}"
    yield f"- register {manifest.register}, up to change {manifest.change_seq:,}"
    yield f"- encoder {manifest.encoder}, fingerprint {manifest.encoder_fingerprint}"
    yield ""


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(header)} |"
    yield "|---" * len(header) + "|"
    for row in rows:
        yield f"| {' | '.join(row)} |"
    yield ""


def _number(value: float, digits: int) -> str:
    return "-" if isnan(value) else f"{value:.{digits}f}"
