"""What was found is shown where the employer wrote it, whatever form it was written in."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.compliance.spans import spelled
from matcher.entities import Vacancy
from tests.compliance.examples import CLEAN, FORBIDDEN
from tests.compliance.tables import LEXICON, LINTER
from tests.strategies import TODAY

VACANCY = Vacancy(id="V-1", employer_id="E-1", title="x", openings=1, posted_on=TODAY)
PIECES = st.sampled_from(["限女性", "  ", "\n", "Ａ１", "㎏", "é", "e\u0301", "น้ำ", "ﬁ", "İ", "。"])


@given(st.lists(st.one_of(PIECES, st.text(max_size=3)), max_size=12).map("".join))
def test_every_character_comes_from_a_place_in_the_original(text: str):
    written = spelled(text, LEXICON.variants)
    assert len(written.plain) == len(written.spans)
    starts = [start for start, _ in written.spans]
    assert starts == sorted(starts)
    assert all(0 <= start < end <= len(text) for start, end in written.spans)


@pytest.mark.parametrize("text", [*CLEAN, *(text for text, _ in FORBIDDEN), " 限　女\n\n性 é"])
def test_the_spelling_is_that_of_the_lexicon(text: str):
    assert spelled(text, LEXICON.variants).plain == LEXICON.plain(text)


@given(st.text(max_size=8), st.text(max_size=8))
def test_a_finding_names_the_words_at_its_span(before: str, after: str):
    text = f"{before}。限 女 性。{after}"
    for found in LINTER.findings(replace(VACANCY, text=text), TODAY):
        assert found.words == ("" if found.field == "pay" else text[found.start : found.end])


def test_full_width_and_simplified_words_are_found_where_they_stand():
    text = "  诚征 ＷＯＭＡＮ　ＯＮＬＹ"
    (found,) = (f for f in LINTER.findings(replace(VACANCY, text=text), TODAY) if f.field == "text")
    assert found.words == "ＷＯＭＡＮ　ＯＮＬＹ"
