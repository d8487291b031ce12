from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from matcher.entities import Language
from matcher.simulation.records import identity_number
from matcher.simulation.texts import Dice, Facts, Scribe
from matcher.simulation.trades import load_trades

TRADES = {trade.key: trade for trade in load_trades()}


def facts(language: Language, trade: str) -> Facts:
    words = TRADES[trade].words[language]
    return Facts(
        language=language,
        title=words.titles[0],
        words=words,
        duties=words.duties,
        industry=TRADES[trade].industry,
        years=3.0,
        licences=("堆高機操作",),
        place="前鎮",
        pay="35000",
        extras=(0, 4),
        hours=0,
    )


@given(
    seed=st.integers(0, 2**32 - 1),
    language=st.sampled_from(Language),
    trade=st.sampled_from(sorted(TRADES)),
)
def test_no_text_shows_an_unfilled_piece(seed: int, language: Language, trade: str) -> None:
    scribe = Scribe(np.random.default_rng(seed))
    for text in (
        scribe.of_seeker(facts(language, trade)),
        scribe.of_vacancy(facts(language, trade)),
    ):
        assert "{" not in text
        assert "}" not in text
        assert text == text.strip()


def test_people_write_nothing_one_word_or_a_long_story() -> None:
    scribe = Scribe(np.random.default_rng(1))
    texts = [scribe.of_seeker(facts(Language.ZH, "warehouse")) for _ in range(1500)]
    lengths = sorted(map(len, texts))
    assert texts.count("") > 30
    assert texts.count("倉管人員") > 80
    assert 30 <= lengths[750] <= 60
    assert 120 < lengths[-1] <= 260
    assert len(set(texts)) > 1000


def test_some_vietnamese_leave_the_marks_off_their_letters() -> None:
    scribe = Scribe(np.random.default_rng(1))
    texts = [scribe.of_seeker(facts(Language.VI, "warehouse")) for _ in range(300)]
    plain = [text for text in texts if len(text) > 30 and text.isascii()]
    assert 5 < len(plain) < 100


def test_a_choice_of_some_has_no_repeats_and_keeps_the_order() -> None:
    dice = Dice(np.random.default_rng(2))
    for _ in range(200):
        chosen = dice.some("abcdefgh", 3)
        assert chosen == sorted(set(chosen))
        assert len(chosen) == 3
    assert dice.some("ab", 5) == ["a", "b"]
    assert dice.some("", 2) == []


@given(serial=st.integers(0, 999_999), female=st.booleans())
def test_a_simulated_number_has_the_right_check_digit_and_was_never_issued(
    serial: int, female: bool
) -> None:
    number = identity_number(serial, female=female)
    letter, digits = number[0], [int(d) for d in number[1:]]
    weights = (8, 7, 6, 5, 4, 3, 2, 1, 1)
    tens, ones = divmod(31, 10)
    total = tens + 9 * ones + sum(d * w for d, w in zip(digits, weights, strict=True))
    assert (letter, len(digits), total % 10) == ("Y", 9, 0)
    assert digits[:2] == [2 if female else 1, 9]
