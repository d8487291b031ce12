"""The card of a ranker says what it learnt from, how good it is, and what it is not for."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from matcher.artifacts.folder import Manifest
from matcher.evaluation.comparison import Figures
from matcher.evaluation.intervals import Interval
from matcher.evaluation.promotion import Trial, judge_trial
from matcher.features.pairs import FEATURE_NAMES
from matcher.jobs.card import MEANING, CardFacts, model_card
from matcher.ranking.habits import Habits
from matcher.ranking.propensity import Propensity, Source

PEOPLE = 200


def trial() -> Trial:
    women, few = np.arange(PEOPLE) % 2 == 0, np.arange(PEOPLE) < 7
    before = np.linspace(0.1, 0.5, PEOPLE)
    hit = np.where(women, 0.6, 0.9)
    chances = np.full(400, 0.25)
    return Trial(
        challenger_ndcg=before + 0.03,
        champion_ndcg=before,
        challenger_listing=before,
        champion_listing=before,
        challenger_hit=hit,
        champion_hit=hit,
        probabilities=chances,
        outcomes=(np.arange(400) < 100) * 1.0,
        groups={"sex": {"women": women, "men": ~women, "other": few}},
    )


def method(name: str, value: float) -> Figures:
    interval = Interval(value=value, low=value - 0.02, high=value + 0.02, queries=PEOPLE)
    return Figures(
        method=name,
        recall=interval,
        ndcg=interval,
        mrr=interval,
        coverage=interval,
        exposure_gini=interval,
    )


def facts() -> CardFacts:
    return CardFacts(
        manifest=Manifest(
            kind="ranker",
            register="0f3c",
            generation="20260630T000000-abcdef",
            created_at="2026-06-30T00:00:00+08:00",
            encoder="multilingual-e5-small",
            encoder_fingerprint="c0ffee",
            dimension=384,
            feature_names=FEATURE_NAMES,
            change_seq=12_345,
            counts={"lists": 4_321, "referrals": 1_234},
            code_version="0.1.0",
        ),
        simulated=True,
        baseline="linear-2",
        champion="linear-2",
        learnt=(date(2025, 7, 1), date(2026, 1, 20)),
        tried=(date(2026, 2, 4), date(2026, 4, 17)),
        propensity=Propensity(0.87, Source.EXCHANGES),
        habits=Habits(0.4, 2.5),
        figures={"seekers": [method("BM25", 0.405), method("challenger", 0.43)]},
        verdict=judge_trial(trial()),
    )


@pytest.mark.parametrize(
    "told",
    [
        "# Ranker 20260630T000000-abcdef",
        "the hand-set score linear-2",
        "Lists shown from 2025-07-01 to 2026-01-20",
        "- referrals: 1,234",
        "**Hire**: within 60 days of a referral that followed within\n  14 days",
        "**Censored**",
        "not known to be unsuitable",
        "| distance_km | kilometres from home to the workplace | more never raises it |",
        "| education_margin | levels of schooling over the level asked for | learnt |",
        "does not see names, identity numbers",
        "from 2026-02-04 to 2026-04-17, later than all it learnt from",
        "| BM25 | 0.405 [0.385, 0.425] | 0.405 [0.385, 0.425] | 0.405 [0.385, 0.425] |",
        "less that of linear-2, list for list: 0.030 [0.030, 0.030] over\n200 people",
        "Nothing spoke against it",
        "Of 400 referrals of these days with a known outcome 100 led",
        "| 0.250 | 0.250 | 400 |",
        "| women | 100 | 0.600 (0.600) |",
        "| **ratio** |  | 0.67 (0.67) |",
        "- hit@10 by sex: women has 0.67 of the highest rate",
        "rank^-0.87, estimated from places that chance exchanged",
        "- register 0f3c, up to change 12,345",
        "- encoder multilingual-e5-small, fingerprint c0ffee",
        "by matcher 0.1.0",
    ],
)
def test_the_card_tells(told: str):
    assert told in model_card(facts())


def test_a_refused_ranker_says_why():
    equal = judge_trial(replace(trial(), challenger_ndcg=trial().champion_ndcg))
    card = model_card(replace(facts(), verdict=equal))
    assert "**not** promoted" in card
    assert f"- {equal.objections[0]}\n" in card
    assert "Nothing spoke against it" not in card


def test_only_a_simulated_register_is_called_simulated():
    assert "Simulated data / 模擬資料" in model_card(facts())
    assert "imulated" not in model_card(replace(facts(), simulated=False))


def test_of_a_small_group_neither_rate_nor_number_is_told():
    assert "| other | under 30 | too few |" in model_card(facts())


def test_without_referrals_the_card_says_that_nothing_is_known():
    nothing = replace(trial(), probabilities=np.empty(0), outcomes=np.empty(0))
    card = model_card(replace(facts(), verdict=judge_trial(nothing)))
    assert "Expected calibration error: -;" in card
    assert "nan" not in card


def test_every_feature_has_a_meaning():
    assert tuple(MEANING) == FEATURE_NAMES


def test_every_table_has_as_many_cells_in_each_row():
    rows = [line for line in model_card(facts()).splitlines() if line.startswith("|")]
    heads = {at for at, row in enumerate(rows) if set(row) <= set("|-")}
    for at, row in enumerate(rows):
        head = rows[max(head for head in heads if head <= at + 1)]
        assert row.count("|") == head.count("|")


def test_a_card_says_what_shared_lists_go_by() -> None:
    card = model_card(facts())
    assert "A point of score makes a line 1.49 times as likely to be" in card
    assert "room from others as 2.5 of them" in card
