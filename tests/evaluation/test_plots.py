"""Pictures are drawn without a display, alike each time, and say what is simulated."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text

from matcher.evaluation import plots
from matcher.evaluation.comparison import Figures
from matcher.evaluation.intervals import Interval
from matcher.evaluation.metrics import Reliability, reliability
from matcher.evaluation.plots import comparison_plot, curves_plot, png, reliability_plot

NAN = float("nan")
CURVES = {"newest": ([0, 1, 2], [0, 1, 3]), "allocated": ([0, 1, 2], [0, 2, 4])}


def method(name: str, value: float, *, about: float = 0.05) -> Figures:
    interval = Interval(value=value, low=value - about, high=value + about, queries=100)
    return Figures(
        method=name,
        recall=interval,
        ndcg=interval,
        mrr=interval,
        coverage=interval,
        exposure_gini=interval,
    )


def table(pairs: int = 200) -> Reliability:
    rng = np.random.default_rng(1)
    chances = rng.random(pairs)
    return reliability(chances, rng.random(pairs) < chances)


def pictures(*, simulated: bool) -> list[Figure]:
    methods = [method("random", 0.1), method("trained", 0.4)]
    return [
        reliability_plot(table(), title="Chance of a hire", simulated=simulated),
        comparison_plot(methods, title="Lists for seekers", simulated=simulated),
        curves_plot(CURVES, title="Placed", across="day", up="people", simulated=simulated),
    ]


def words(figure: Figure) -> str:
    figure.draw_without_rendering()
    return "\n".join(text.get_text() for text in figure.findobj(Text))


@pytest.mark.parametrize("simulated", [True, False])
def test_the_same_input_gives_the_same_bytes(simulated):
    first = [png(figure) for figure in pictures(simulated=simulated)]
    assert first == [png(figure) for figure in pictures(simulated=simulated)]
    assert all(data.startswith(b"\x89PNG") for data in first)


def test_pictures_of_simulated_data_say_so_and_others_do_not():
    for simulated in (True, False):
        for figure in pictures(simulated=simulated):
            assert ("Simulated data" in words(figure)) is simulated


def test_the_notice_is_chinese_too_where_a_font_can_write_it(monkeypatch):
    # Matplotlib's font of last resort draws a box for every character there is.
    monkeypatch.setattr(plots, "CHINESE_FONTS", ("Nowhere Sans", "Last Resort High-Efficiency"))
    for figure in pictures(simulated=True):
        assert "Simulated data / 模擬資料" in words(figure)
        assert png(figure)


def test_without_a_chinese_font_the_notice_is_english_alone(monkeypatch):
    monkeypatch.setattr(plots, "CHINESE_FONTS", ("Nowhere Sans", "DejaVu Sans Mono"))
    for figure in pictures(simulated=True):
        assert "模" not in words(figure)
        assert "Simulated data" in words(figure)


def test_methods_stand_from_top_to_bottom_with_their_figures():
    figure = comparison_plot(
        [method("random", 0.1), method("trained", 0.4)], title="x", simulated=False
    )
    axes = figure.axes[0]
    labels = {
        text.get_text(): y
        for y, text in zip(axes.get_yticks(), axes.get_yticklabels(), strict=True)
    }
    assert (
        axes.transData.transform((0, labels["random"]))[1]
        > (axes.transData.transform((0, labels["trained"]))[1])
    )
    assert {"0.100", "0.400"} <= set(words(figure).splitlines())


def test_every_curve_is_drawn_as_given_and_named():
    figure = curves_plot(CURVES, title="x", across="day", up="people", simulated=False)
    lines = figure.axes[0].get_lines()
    assert [line.get_xydata().T.tolist() for line in lines] == [list(c) for c in CURVES.values()]
    assert len({line.get_color() for line in lines}) == 2
    assert {"newest", "allocated", "day", "people"} <= set(words(figure).splitlines())


def test_each_bin_is_a_point_sized_by_its_count():
    told = Reliability(
        predicted=np.array([0.1, 0.4]), observed=np.array([0.2, 0.3]), count=np.array([30, 10])
    )
    figure = reliability_plot(told, title="x", simulated=False)
    points = figure.axes[0].collections[0]
    np.testing.assert_allclose(points.get_offsets(), [[0.1, 0.2], [0.4, 0.3]])
    large, small = points.get_sizes()
    assert large == 3 * small


def test_what_cannot_be_told_is_left_blank():
    assert png(reliability_plot(table(0), title="x", simulated=True))
    one = [method("lone", 0.5, about=NAN), method("untold", NAN)]
    assert "0.500" in words(comparison_plot(one, title="x", simulated=True))


def test_no_display_is_touched():
    code = "import sys, matcher.evaluation.plots; sys.exit('matplotlib.pyplot' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
