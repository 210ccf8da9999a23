"""The site of imported conversations in a browser: from the board to a claim to its evidence."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from suasion.environments.persuasion.questions.questions_test import run, talk
from suasion.measures.filed import Filed
from suasion.report.recorded_test import InMemory
from suasion.report.site import build
from suasion.report.site_test import opened, outside, pages, parsed, text_of, tour

if TYPE_CHECKING:
    from playwright.sync_api import Browser

MODELS = ("strong", "middling", "weak", "contrary", "still", "twin")
TOPICS = ("prop_0004", "prop_0021", "prop_0028")
PAGES = ("persuaders", "moved", "offence", "pairings", "topics", "stances", "precision")
LONG = "a-model-with-quite-a-long-name-v2-preview"


def imported(games: Sequence[Filed], folder: Path) -> InMemory:
    made = InMemory(games, folder, environment="persuasion", study=None)
    made.manifest = {**made.manifest, "kind": "import"}
    return made


def named(model: str) -> str:
    """One of them has a long name."""
    return LONG if model == "middling" else model


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("boards")
    games = [
        talk(named(a), named(b), topic, side, known=(a, b))
        for topic in TOPICS
        for a in MODELS
        for b in MODELS
        if a != b
        for side in ("pro", "con")
    ]
    return build(imported(games, folder)).home.parent


def test_a_reader_goes_from_the_board_to_a_claim_to_what_is_behind_it_in_three_clicks(
    site: Path, browser: Browser
) -> None:
    tab, seen = opened(browser, site / "q/persuaders.html")
    tab.locator("nav.further a", has_text="What the published numbers").click()
    tab.wait_for_url("**/q/claims.html")
    tab.locator("figure .wide a.mark").first.focus()
    tab.keyboard.press("Enter")
    tab.wait_for_url("**/episodes/*.html#event-*")
    assert seen.complaints == []
    tab.close()


def test_every_board_is_on_the_first_page_with_its_finding_and_small_figure(site: Path) -> None:
    home = parsed(site / "index.html")
    links = [node.attributes["href"] for node in home.css("#questions h3 a")]
    assert links[: len(PAGES) - 1] == [f"q/{slug}.html" for slug in PAGES[:-1]]
    assert len(home.css("#questions .mini svg")) == len(links)
    for slug in PAGES:
        assert text_of(site / f"q/{slug}.html", "p.finding") in text_of(site / "index.html", "main")


def test_a_figure_has_a_named_link_for_every_row_of_its_table(site: Path) -> None:
    for slug in PAGES[:-1]:
        tree = parsed(site / f"q/{slug}.html")
        marks = tree.css("figure .wide a.mark, figure .grid a.mark")
        assert len(marks) == len(tree.css("#data ~ details tbody tr")) > 0, slug
        for mark in marks:
            assert "n = " in (mark.attributes.get("aria-label") or ""), slug
            path, _, fragment = str(mark.attributes["href"]).partition("#")
            event = parsed((site / "q" / path).resolve()).css_first(f"#{fragment}")
            assert event is not None


def test_the_arrow_keys_go_through_a_matrix_by_rows_and_columns(
    site: Path, browser: Browser
) -> None:
    tab, _ = opened(browser, site / "q/pairings.html")
    marks = tab.evaluate("document.querySelectorAll('.grid a.mark').length")
    stops = tab.evaluate("document.querySelectorAll('.grid a.mark[tabindex=\"0\"]').length")
    assert (marks > 40, stops) == (True, 1)

    def press(*keys: str) -> str:
        for key in keys:
            tab.keyboard.press(key)
        return str(tab.evaluate("document.activeElement.getAttribute('aria-label')"))

    names = tab.locator(".grid tbody th").all_inner_texts()
    tab.evaluate("document.querySelectorAll('.grid tbody tr')[1].querySelector('a.mark').focus()")
    first = press("Home")
    assert first.startswith(f"{names[0]}, ")
    below = press("ArrowDown")
    assert not below.startswith(f"{names[0]}, ")
    assert below.split(": ")[0].split(", ")[1] == first.split(": ")[0].split(", ")[1]
    assert press("ArrowUp") == first
    assert press("ArrowRight") != first
    tab.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_no_board_is_wider_than_its_window_or_complains(
    site: Path, browser: Browser, scheme: str, width: int
) -> None:
    several = [site / f"q/{slug}.html" for slug in PAGES]
    size = {"width": width, "height": 900}
    for page, tab, seen in tour(browser, several, viewport=size, color_scheme=scheme):
        assert tab.evaluate("document.documentElement.scrollWidth") <= width, page.name
        assert (seen.complaints, seen.violations, outside(seen)) == ([], [], []), page.name


def test_one_topic_and_a_lone_conversation_have_pages_too(tmp_path: Path) -> None:
    for at, games in enumerate((run(("strong", "weak", "still"), TOPICS[:1]), run()[:1])):
        made = build(imported(games, tmp_path / str(at)))
        for slug in PAGES:
            page = text_of(made.home.parent / f"q/{slug}.html", "main")
            assert ("Not answered by this run" in page) != ("How sure are we" in page)
    assert len(pages(made.home.parent)) > len(PAGES)
