"""The pictures of the report, with and without a font that writes Chinese."""

from __future__ import annotations

import re

import pytest

from matcher.reporting.document import Chart, Document
from matcher.reporting.plots import png, svg


@pytest.fixture
def charts(document: Document) -> dict[str, Chart]:
    return {chart.key: chart for chart in document.charts}


def drawn_words(picture: bytes) -> str:
    """The words of a picture, which stand beside their outlines as comments."""
    return " ".join(re.findall(r"<!-- (.*?) -->", picture.decode(), re.DOTALL))


def test_letters_are_outlines_and_every_picture_says_that_it_is_simulated(
    charts: dict[str, Chart], font: str
):
    assert set(charts) == {
        "bureau_by_month_rates",
        "bureau_by_district_counts",
        "bureau_by_occupation_counts",
        "fairs_by_month_rates",
    }
    for chart in charts.values():
        picture = svg(chart, simulated=True, font=font)
        assert b"<text" not in picture
        assert "模擬資料" in drawn_words(picture)
        assert "Simulated data" in drawn_words(picture)
        assert chart.caption.zh in drawn_words(picture)


def test_without_a_font_for_chinese_the_words_are_english(charts: dict[str, Chart]):
    for chart in charts.values():
        words = drawn_words(svg(chart, simulated=True, font=None))
        assert words.isascii() or not re.search("[\u3400-\u9fff]", words)
        assert "Simulated data" in words
        assert chart.caption.en in words


def test_a_picture_of_a_real_register_does_not_say_simulated(charts: dict[str, Chart]):
    for chart in charts.values():
        assert "imulated" not in drawn_words(svg(chart, simulated=False, font=None))


def test_bars_carry_the_counts_of_the_table(charts: dict[str, Chart]):
    chart = charts["bureau_by_occupation_counts"]
    words = drawn_words(svg(chart, simulated=True, font=None)).split()
    for row, count in chart.table.column("seekers_registered"):
        assert row.whole or str(count) in words


def test_a_workbook_gets_the_picture_in_its_size(charts: dict[str, Chart]):
    picture, width, height = png(charts["bureau_by_month_rates"], simulated=True, font=None)
    assert picture.startswith(b"\x89PNG")
    assert (width, height) == (7.4, 3.4)
