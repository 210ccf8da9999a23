"""From marks to events, and back."""

from __future__ import annotations

import pytest

from suasion.measures.panel import Link, Mark, Panel
from suasion.measures.question import Example, Finding
from suasion.report.evidence import LostLink, Places, cited
from suasion.report.recorded_test import told_only

PLACES = Places.of([told_only("a", ["x", "y"]), told_only("B/..", ["z"])])


def finding(*links: Link) -> Finding:
    marks = [Mark("a", 1.0, link=link) for link in links[:1]]
    rows = [[1, link] for link in links[1:2]]
    examples = [Example("typical", link, "words") for link in links[2:]]
    panel = Panel("forest", "x", marks)
    return Finding("It is.", panel, "Read.", [], {}, ["n", "e"], rows, examples)


def test_an_event_has_an_address_from_the_root_of_the_site() -> None:
    assert PLACES.href(Link("a", 1)) == "episodes/a.html#event-1"
    assert PLACES.href(Link("a")) == "episodes/a.html"
    assert "/.." not in PLACES.href(Link("B/..", 0))


@pytest.mark.parametrize("link", [Link("c", 0), Link("a", 2), Link("a", -1), Link("c")])
def test_evidence_that_is_not_there_is_an_error(link: Link) -> None:
    with pytest.raises(LostLink):
        PLACES.href(link)


def test_an_event_knows_every_page_that_leads_to_it_once() -> None:
    one = finding(Link("a", 0), Link("a", 0), Link("a", 1), Link("a"))
    two = finding(Link("a", 0))
    found = cited({"one": ("First?", one), "two": ("Second?", two)})
    assert {at: [c.href for c in cites] for at, cites in found["a"].items()} == {
        0: ["q/one.html", "q/two.html"],
        1: ["q/one.html"],
    }
