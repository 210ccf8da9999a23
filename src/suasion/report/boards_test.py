"""Boards, columns, arrows, crosses and matrices: what is drawn, linked and read out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from suasion.measures.panel import Kind, Link, Mark, Panel, Scale
from suasion.report.figure import MINI, PAGE, PHONE, chart, name
from suasion.report.figure_parts import ticks
from suasion.report.grid import shown
from suasion.report.palette import ABOVE, BELOW, INK, PAPER, diverging, step
from suasion.report.svg import SVG, inline, standalone
from suasion.report.templating import asset, templates
from suasion.report.text import two

A, TEXT = f"{{{SVG}}}a", f"{{{SVG}}}text"
HERE = Link("e", 3)
LONG = "a-model-with-quite-a-long-name-v2-preview"
SCALES = (Scale("shift"), Scale("backfired", percent=True, domain=(0.0, 1.0)))
KINDS: tuple[Kind, ...] = ("board", "columns", "arrows", "scatter", "matrix")


def href(link: Link) -> str:
    return f"../episodes/{link.episode}.html#event-{link.event}"


def panel(kind: Kind, names: Sequence[str], link: Link | None = HERE) -> Panel:
    """A panel of a kind about these, with numbers of no meaning."""
    each = [(name, 1.7 - at / 9) for at, name in enumerate(names)]
    bounds: dict[str, Any] = {"n": 420, "link": link}
    match kind:
        case "board":
            marks = [
                Mark(who, v, None, v - 0.3, v + 0.3, **bounds, cells=("1 to 4", "1"), group="1")
                for who, v in each
            ]
            return Panel(kind, "shift", marks, zero=True, heads=("rank", "tie group"))
        case "columns":
            marks = [
                Mark(who, v / (1 + at), None, None, None, **bounds, series=scale.name)
                for at, scale in enumerate(SCALES)
                for who, v in each
            ]
            return Panel(kind, "", marks, scales=SCALES)
        case "arrows":
            marks = [
                Mark(who, v * way, **bounds, series=side, start=0.1, cells=("9% at the end",))
                for who, v in each
                for side, way in (("PRO", 1), ("CON", -1))
            ]
            return Panel(kind, "stance", marks, zero=True, domain=(-3, 3))
        case "scatter":
            marks = [
                Mark(who, v, -v, v - 0.3, v + 0.3, **bounds, y_low=-v - 0.2, y_high=-v + 0.2)
                for who, v in each
            ]
            corners = ("resists", "both", "neither", "persuades")
            return Panel(kind, "strength", marks, y="resistance", corners=corners, cross=(1.0, -1))
    marks = [
        Mark(a, x - y, **bounds, series=b, faint=abs(x - y) < 0.2)
        for a, x in each
        for b, y in each
        if a != b
    ]
    marks += [Mark(a, x, **bounds, series="mean") for a, x in each]
    return Panel("matrix", "mean shift", marks, y="from \\ to", margin="mean", domain=(-2, 2))


def drawn(of: Panel, size: Any = PAGE) -> ET.Element:
    return ET.fromstring(inline(chart(of, href, size), "fig", "title", "words"))


def words_of(root: ET.Element) -> set[str | None]:
    return {node.text for node in root.iter(TEXT)}


FIFTEEN = [f"model-{at}" for at in range(14)] + [LONG]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("names", [["alone"], []])
def test_few_rows_and_none_can_be_drawn_in_every_size(kind: Kind, names: Sequence[str]) -> None:
    of = panel(kind, names)
    for size in (PAGE, PHONE, MINI):
        assert len(list(drawn(of, size).iter(A))) == (0 if size.mini else len(of.marks))


@pytest.mark.parametrize("kind", KINDS)
def test_a_picture_that_stands_alone_has_no_links(kind: Kind) -> None:
    text = standalone(chart(panel(kind, ["a", LONG]), href), "title", "source")
    assert not re.search(r"<a |class=|href|aria-|evidence", text)


@pytest.mark.parametrize("kind", KINDS)
def test_every_mark_is_a_named_relative_link(kind: Kind) -> None:
    of = panel(kind, FIFTEEN)
    anchors = list(drawn(of).iter(A))
    assert {anchor.get("href") for anchor in anchors} == {"../episodes/e.html#event-3"}
    said = sorted(anchor.get("aria-label") or "" for anchor in anchors)
    assert said == sorted(name(mark, of) for mark in of.marks)
    assert all(words.endswith("n = 420") for words in said)


@pytest.mark.parametrize("kind", KINDS)
def test_a_mark_without_evidence_is_drawn_without_a_link(kind: Kind) -> None:
    root = drawn(panel(kind, ["a", "b"], None))
    assert list(root.iter(A)) == []
    assert list(root.iter(f"{{{SVG}}}path"))


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_styled_where_the_policy_forbids_it(kind: Kind) -> None:
    text = inline(chart(panel(kind, FIFTEEN), href, PHONE), "fig", "title", "words")
    assert not re.search(
        r"(?<!font-)style|<script|font-family|xlink|https?://(?!www\.w3\.org)", text
    )
    assert not re.search(r'(fill|stroke)="(?!none|transparent)', text)


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_drawn_beyond_the_edges_of_the_picture(kind: Kind) -> None:
    """Text is taken for wider than it is; at a right edge it ends there."""
    for size in (PAGE, PHONE):
        root = drawn(panel(kind, FIFTEEN), size)
        left, _, wide, _ = map(float, (root.get("viewBox") or "").split())
        for node in root.iter(TEXT):
            place = re.findall(r"translate\((-?[\d.]+)", node.get("transform", ""))
            if not place or node.get("text-anchor") == "middle" or "rotate" in str(node.attrib):
                continue
            long = len(node.text or "") * float((node.get("font-size") or "13px")[:-2]) * 0.55
            x = float(place[-1])
            ends = (x - long, x) if node.get("text-anchor") == "end" else (x, x + long)
            assert ends[0] >= left - 8, (kind, size.width, node.text)
            assert ends[1] <= left + wide + 8, (kind, size.width, node.text)


def test_hostile_names_are_text_and_never_markup() -> None:
    evil = '</svg><script>alert(1)</script>" onload="x'
    for kind in KINDS:
        root = drawn(panel(kind, [evil, "b"]))
        assert "script" not in {node.tag.rpartition("}")[2] for node in root.iter()}
        assert not any(key.startswith("on") for node in root.iter() for key in node.attrib)
    page = grid_page(panel("matrix", [evil, "b"]))
    assert "<script" not in page
    assert 'onload="' not in page


def test_a_board_prints_rank_estimate_n_and_group_on_the_row() -> None:
    words = words_of(drawn(panel("board", ["a", "b"])))
    assert {"1 to 4", "a", "1.70 [1.40, 2.00]", "420", "1", "rank", "tie group", "n"} <= words
    phone = words_of(drawn(panel("board", ["a", "b"]), PHONE))
    assert {"1 to 4  a", "1.70 [1.40, 2.00]", "n = 420"} <= phone


def test_a_board_names_rank_and_group_of_a_mark_aloud() -> None:
    of = panel("board", ["a"])
    words = "a: 1.7, 95% interval 1.4 to 2, rank 1 to 4, tie group 1, n = 420"
    assert name(of.marks[0], of) == words


def test_a_line_stands_between_groups_and_only_there() -> None:
    marks = [Mark(who, 1.0, group=group) for who, group in zip("abcd", "1122", strict=True)]
    text = inline(chart(Panel("board", "x", marks), href), "fig", "t", "d")
    apart = inline(
        chart(Panel("board", "x", [m._replace(group="1") for m in marks]), href), "fig", "t", "d"
    )
    assert text.count("s-line") == apart.count("s-line") + 1


def test_columns_have_scales_of_their_own() -> None:
    of = panel("columns", ["a", "b"])
    words = words_of(drawn(of))
    assert {"shift", "backfired", "0%", "100%", "0"} <= words
    assert name(of.marks[2], of) == "a, backfired: 85%, n = 420"


def test_an_arrow_says_from_where_to_where() -> None:
    of = panel("arrows", ["a"])
    assert name(of.marks[1], of) == "a, CON: from 0.1 to \N{MINUS SIGN}1.7, n = 420"
    assert {"PRO, n = 420, 9% at the end"} <= words_of(drawn(of))


def test_a_cross_says_both_intervals_and_its_quarters_are_named() -> None:
    of = panel("scatter", ["a", "b"])
    assert name(of.marks[0], of) == (
        "a: strength 1.7, 95% interval 1.4 to 2; resistance \N{MINUS SIGN}1.7, "
        "95% interval \N{MINUS SIGN}1.9 to \N{MINUS SIGN}1.5, n = 420"
    )
    assert {"resists", "both", "neither", "persuades", "a", "b"} <= words_of(drawn(of))


def test_on_a_phone_many_crosses_have_numbers_and_their_names_stand_below() -> None:
    words = words_of(drawn(panel("scatter", FIFTEEN), PHONE))
    assert {"1", "15", "1  model-0", f"15  {LONG}"} <= words
    assert {"a", "b"} <= words_of(drawn(panel("scatter", ["a", "b"]), PHONE))


def test_lines_say_what_y_is_and_where_this_run_stands() -> None:
    marks = [Mark("14 targets", at, 1 / at, n=at) for at in (1, 2, 15, 30)]
    of = Panel("lines", "topics", marks, y="standard error", planned=15)
    for size in (PAGE, PHONE):
        assert {"topics", "standard error", "this run", "14 targets", "30"} <= words_of(
            drawn(of, size)
        )
    assert "this run" not in words_of(drawn(of, MINI))


# --- matrices ----------------------------------------------------------------------------------


def grid_page(of: Panel) -> str:
    grid: Any = templates(lambda _: None).get_template("grid.html").module
    return str(grid.grid(shown(of, href)))


def test_a_matrix_is_a_table_with_a_head_for_every_row_and_column() -> None:
    of = panel("matrix", ["a", "b", "c"])
    page = grid_page(of)
    assert page.count('<th scope="col"') == 1 + 3 + 1
    assert page.count('<th scope="row"') == 3
    assert page.count('<a class="mark"') == len(of.marks) == 9
    assert 'aria-label="a, b: 0.111, not told apart from nought, n = 420"' in page


def test_a_cell_has_the_colour_of_its_value_unless_it_is_not_told_from_nought() -> None:
    cells = {
        (row.name, column): cell
        for grid in [shown(panel("matrix", FIFTEEN), href)]
        for row in grid.rows
        for column, cell in zip(grid.heads, row.cells, strict=True)
        if cell is not None
    }
    assert cells["model-0", LONG].look == "a4"
    assert cells[LONG, "model-0"].look == "b4"
    assert cells["model-0", "model-1"].look == "faint"
    assert cells["model-0", "mean"].look == "a4 end"
    assert ("model-0", "model-0") not in cells
    assert cells["model-0", "model-1"].value == "0.11"


def test_rows_and_columns_stand_in_the_order_in_which_they_first_come() -> None:
    cells = [Mark(row, 1.0, series=column) for row in "xy" for column in "ba"]
    order = [Mark("y", 0.0, series="sum"), Mark("sum", 0.0, series="a"), *cells]
    made = shown(Panel("matrix", "v", order, margin="sum"), href)
    assert made.heads == ["a", "b", "sum"]
    assert [row.name for row in made.rows] == ["y", "x", "sum"]


def test_the_scale_is_centred_on_nought_and_clamped() -> None:
    assert [step(v, 2.0) for v in (-9, -2, -0.1, 0, 0.1, 0.6, 2, 9)] == [
        *(-4, -4, -1, 0, 1, 2, 4, 4)
    ]
    assert diverging(1.0, 2.0) == ABOVE[2]
    assert diverging(-1.0, 2.0) == BELOW[2]
    assert step(1.0, 0.0) == 0


def light(colour: str) -> float:
    """Relative luminance, as contrast is counted (WCAG 2.2)."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return sum(w * p for w, p in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one: str, other: str) -> float:
    low, high = sorted((light(one), light(other)))
    return (high + 0.05) / (low + 0.05)


def test_words_can_be_read_on_every_colour_of_a_matrix_in_both_themes() -> None:
    for scale in (ABOVE, BELOW):
        for at, colour in enumerate(scale, 1):
            assert contrast(colour, INK if at <= 2 else PAPER) >= 4.5, colour
    of: dict[str, str] = {}
    for sheet in ("site.css", "page.css"):
        _, dark = asset(sheet).split("prefers-color-scheme:dark", 1)
        for key, colour in re.findall(r"--(\w+):(#\w{6})", dark):
            of.setdefault(key, colour)
    for way in "ab":
        for at in range(1, 5):
            colour = of[f"{way}{at}"]
            assert contrast(colour, of["ink"] if at <= 2 else of["paper"]) >= 4.5, (way, at)


def test_ticks_are_round_and_inside() -> None:
    assert ticks(-0.1, 2.1, 4) == [0, 1, 2]
    assert ticks(-3, 3, 4) == [-2, 0, 2]
    assert ticks(0, 1, 4) == [0, 0.5, 1]
    assert ticks(0.21, 0.29, 4) == [0.22, 0.24, 0.26, 0.28]
    assert ticks(1, 1, 4) == [1]


def test_two_decimals_never_make_a_negative_nought() -> None:
    assert [two(v) for v in (1.234, -0.4, -0.001, 0, 2)] == [
        *("1.23", "\N{MINUS SIGN}0.40", "0.00", "0.00", "2.00")
    ]
