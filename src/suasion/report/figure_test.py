"""Figures: what is drawn, linked and read out."""

from __future__ import annotations

import re
import subprocess
import sys
from itertools import pairwise
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from suasion.measures.panel import Link, Mark, Panel
from suasion.report.figure import MINI, PAGE, PHONE, apart, chart, name
from suasion.report.palette import CLASSES
from suasion.report.svg import SVG, UnknownColour, inline, standalone

A = f"{{{SVG}}}a"
MARKS = [
    Mark("keeper", 14.5, None, 13.0, 16.0, 20, Link("e", 3), "talking"),
    Mark("keeper", 12.0, n=1, link=Link("f", 4), series="talking", small=True),
    Mark("keeper", 20.0, None, 19.0, 21.5, 20, Link("g", 5), "silent"),
    Mark("breaker", -3.0, None, None, None, 1, None, "talking"),
]
FOREST = Panel("forest", "points", MARKS, zero=True, accent="keeper")
LINES = Panel(
    "lines",
    "action",
    [
        Mark(who, k, k * slope, k * slope - 0.01, k * slope + 0.01, 5, Link("e", k))
        for who, slope in (("a", 0.02), ("b", 0.03), ("c", 0.031))
        for k in range(1, 26)
    ],
    accent="a",
    percent=True,
    domain=(0.0, 1.0),
)


def href(link: Link) -> str:
    return f"../episodes/{link.episode}.html#event-{link.event}"


def page(panel: Panel, size: Any = PAGE, name: str = "fig") -> ET.Element:
    return ET.fromstring(inline(chart(panel, href, size), name, "title", "words"))


def links(root: ET.Element) -> list[str | None]:
    return [anchor.get("href") for anchor in root.iter(A)]


def test_every_mark_with_evidence_is_a_relative_link() -> None:
    assert sorted(filter(None, links(page(FOREST)))) == [
        f"../episodes/{at}" for at in ("e.html#event-3", "f.html#event-4", "g.html#event-5")
    ]
    assert len(links(page(LINES))) == len(LINES.marks)


def test_a_link_is_named_with_value_interval_and_n_twice_over() -> None:
    [anchor] = [a for a in page(FOREST).iter(A) if "event-3" in a.get("href", "")]
    words = "keeper, talking: 14.5, 95% interval 13 to 16, n = 20"
    assert anchor.get("aria-label") == words
    assert anchor[0].text == words
    assert anchor[0].tag == f"{{{SVG}}}title"


def test_a_single_episode_says_that_it_is_one() -> None:
    assert name(MARKS[1], FOREST) == "keeper, talking: 12, episode f, n = 1"


def test_a_mark_of_a_line_says_where_it_stands() -> None:
    assert name(LINES.marks[4], LINES) == "a, action 5: 10%, 95% interval 9% to 11%, n = 5"


def test_nothing_is_styled_where_the_policy_forbids_it() -> None:
    for panel in (FOREST, LINES):
        text = inline(chart(panel, href), "fig", "title", "words")
        assert not re.search(r"style|<script|font-family|xlink|https?://(?!www\.w3\.org)", text)
        assert not re.search(r'(fill|stroke)="(?!none|transparent)', text)


def test_every_colour_has_a_class_and_an_unknown_one_is_an_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    used = set(re.findall(r"[fs]-(\w+)", inline(chart(FOREST, href), "fig", "t", "d")))
    assert used & {"accent", "ink"}
    monkeypatch.delitem(CLASSES, "#7c1f27")
    with pytest.raises(UnknownColour, match="#7c1f27 has no class"):
        inline(chart(FOREST, href), "fig", "t", "d")


def test_ids_are_the_figures_own() -> None:
    one, other = (page(LINES, name=name) for name in ("one", "two"))
    ids = [{node.get("id") for node in root.iter() if node.get("id")} for root in (one, other)]
    assert all(str(id_).startswith("one-") for id_ in ids[0])
    assert not ids[0] & ids[1]


def test_the_same_panel_is_the_same_bytes_in_another_process() -> None:
    code = (
        "from suasion.report.figure_test import *\n"
        "import sys; [chart(LINES, href) for _ in range(2)]\n"
        "inline(chart(LINES, href), 'x', 't', 'd')\n"
        "sys.stdout.write(inline(chart(FOREST, href), 'fig', 't', 'd'))"
    )
    other = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert other.stdout == inline(chart(FOREST, href), "fig", "t", "d")


def test_a_picture_that_stands_alone_has_literal_colours_its_title_and_source() -> None:
    text = standalone(chart(FOREST, href), "Who is ahead & why?", "Study x, run y")
    root = ET.fromstring(text)
    assert {"Who is ahead & why?", "Study x, run y"} <= {node.text for node in root.iter()}
    assert "#7c1f27" in text
    assert not re.search(r"<a |class=|href|aria-", text)


def test_hostile_names_are_text_and_never_markup() -> None:
    evil = '</svg><script>alert(1)</script>" onload="x'
    panel = Panel("forest", evil, [Mark(evil, 1.0, None, 0.0, 2.0, 3, Link("e", 0), evil)])
    for size in (PAGE, PHONE, MINI):
        root = ET.fromstring(inline(chart(panel, href, size), "fig", evil, evil))
        assert {node.tag.rpartition("}")[2] for node in root.iter()} <= {
            "svg", "g", "path", "line", "text", "a", "title", "desc", "circle", "rect"
        }  # fmt: skip
        assert not any(key.startswith("on") for node in root.iter() for key in node.attrib)


def test_every_label_is_drawn_on_a_page_and_on_a_phone() -> None:
    for size in (PAGE, PHONE):
        words = {node.text for node in page(FOREST, size).iter(f"{{{SVG}}}text")}
        assert {"keeper", "breaker", "talking, n = 20", "talking, n = 1"} <= words


def test_on_a_phone_estimates_are_linked_and_the_rest_is_left_to_the_table() -> None:
    assert len(links(page(FOREST, PHONE))) == 2
    assert len(links(page(LINES, PHONE))) == 3
    assert links(page(LINES, MINI)) == []


def test_ends_that_are_close_are_moved_apart_and_keep_their_order() -> None:
    placed = apart({"a": 10.0, "b": 12.0, "c": 11.0, "d": 100.0}, 18, 110)
    order = sorted(placed, key=lambda key: placed[key])
    assert order == ["a", "c", "b", "d"]
    gaps = [placed[b] - placed[a] for a, b in pairwise(order)]
    assert min(gaps) >= 18
    assert max(placed.values()) <= 110


def test_ends_that_are_apart_stay_where_they_are() -> None:
    assert apart({"a": 10.0, "b": 60.0}, 18, 100) == {"a": 10.0, "b": 60.0}


def test_a_panel_without_marks_or_intervals_can_be_drawn() -> None:
    for kind in ("forest", "pairs"):
        assert links(page(Panel(kind, "x", [Mark("a", 1.0)]))) == []
