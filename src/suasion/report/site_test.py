"""Pages in a real browser, opened from disk: whole, linked, inert, and the same every time."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import unquote, urlsplit

import pytest
from selectolax.lexbor import LexborHTMLParser, LexborNode

from suasion.core.chance import Recorded
from suasion.core.episode import all_draws
from suasion.core.events import Event
from suasion.core.play import Play
from suasion.environments.influence import KIT
from suasion.environments.influence.rules import Influence
from suasion.measures.filed import Filed
from suasion.report.figure import FEW
from suasion.report.recorded_test import STUDY, InMemory, played, told_only
from suasion.report.site import build
from suasion.report.templating import asset
from suasion.report.text import clean

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

GAMES = played(3)
HOSTILE = [
    "<script>window.ran=1</script>",
    "</script><script>window.ran=2</script>",
    "<img src=x onerror=window.ran=3>",
    "<svg onload=window.ran=4>",
    "<svg><script>window.ran=5</script></svg>",
    "<iframe srcdoc='<script>parent.ran=6</script>'></iframe>",
    "<iframe src=javascript:parent.ran=7>",
    "<a href=javascript:window.ran=8>x</a>",
    "[x](javascript:window.ran=9)",
    "<body onpageshow=window.ran=10>",
    "<details open ontoggle=window.ran=11>",
    "<input autofocus onfocus=window.ran=12>",
    "<meta http-equiv=refresh content='0;url=https://evil.invalid'>",
    "<base href=https://evil.invalid/>",
    "<link rel=stylesheet href=https://evil.invalid/x.css>",
    "<form action=https://evil.invalid><button>x",
    "<style>*{display:none}</style>",
    '" onmouseover="window.ran=13" x="',
    "' autofocus onfocus='window.ran=14",
    "{{ 7 * 7 }}{% for x in y %}",
    "${7*7}#{7*7}<%= 7*7 %>",
    "\u202egnp.exe\u2066x",
    "a\u200bb\u2060c\ufeffd",
    "\x00\x01\x1b[31mred\x1b]0;title\x07\x7f\x9b",
    "line\u2028separator\u2029paragraph\x85next",
    "<!-- --><!--><![CDATA[<script>window.ran=15</script>]]>",
    "&lt;script&gt;&#60;script&#62;",
    "\ud800 lone \udfff",
    "../../../etc/passwd\\..\\x",
]


class Seen(NamedTuple):
    """What a browser said of a page."""

    complaints: list[str]
    requests: list[str]
    violations: list[str]


WATCH = """
window.violations = [];
document.addEventListener("securitypolicyviolation", (e) => violations.push(e.blockedURI));
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("run")
    build(InMemory(GAMES, folder))
    return folder / "site"


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return hostile_site(tmp_path_factory.mktemp("hostile"), HOSTILE)


def hostile_site(folder: Path, texts: Sequence[str]) -> Path:
    """Text that came from elsewhere in every place that shows text."""
    games = [told_only(f"{at}{text}", texts, text, text) for at, text in enumerate(texts)]
    games += [renamed(each, texts[0]) for each in GAMES]
    study = {**STUDY, "contrasts": [], **dict.fromkeys(("name", "title", "question"), texts[0])}
    return build(InMemory(games, folder, study=study)).home.parent


def renamed(filed: Filed, text: str) -> Filed:
    """A real game whose seats are held by agents of another name."""
    seats = [replace(seat, agent=f"{seat.agent}{text}") for seat in filed.seats]
    return replace(filed, id=f"{filed.id} {text}", seats=seats, arm=f"{filed.arm}{text}")


def pages(site: Path) -> list[Path]:
    return sorted(site.rglob("*.html"))


def text_of(page: Path, selector: str) -> str:
    """The text of the one thing on a page that is meant."""
    node = parsed(page).css_first(selector)
    assert node is not None, f"{page.name} has no {selector}"
    return str(node.text())


def parsed(page: Path) -> LexborHTMLParser:
    return LexborHTMLParser(page.read_text("utf-8"))


def opened(browser: Browser, page: Path, tail: str = "", **context: Any) -> tuple[Page, Seen]:
    """A page in a fresh tab, and what happens there."""
    tab = browser.new_page(**context)
    seen = watched(tab)
    visit(tab, page.as_uri() + tail, seen)
    return tab, seen


def watched(tab: Page) -> Seen:
    """What will happen in a tab."""
    seen = Seen([], [], [])
    tab.add_init_script(WATCH)
    tab.on("console", lambda m: seen.complaints.append(m.text) if m.type != "log" else None)
    tab.on("pageerror", lambda e: seen.complaints.append(str(e)))
    tab.on("requestfailed", lambda r: seen.complaints.append(f"failed {r.url}"))
    tab.on("request", lambda r: seen.requests.append(r.url))
    return seen


def visit(tab: Page, address: str, seen: Seen) -> None:
    """Go to an address, and note what the policy stopped there."""
    tab.goto(address)
    tab.wait_for_timeout(30)
    # Nothing is defined where scripts are off.
    seen.violations.extend(tab.evaluate("window.violations || []"))


def tour(
    browser: Browser, several: Sequence[Path], **context: Any
) -> Iterator[tuple[Path, Page, Seen]]:
    """Many pages, one after the other in one tab."""
    tab = browser.new_page(**context)
    seen = watched(tab)
    for page in several:
        for said in seen:
            said.clear()
        visit(tab, page.as_uri(), seen)
        yield page, tab, seen
    tab.close()


def outside(seen: Seen) -> list[str]:
    return [url for url in seen.requests if not url.startswith(("file:", "data:"))]


# --- whole -------------------------------------------------------------------------------------


def test_every_page_opens_from_disk_without_a_complaint(site: Path, browser: Browser) -> None:
    for page, _, seen in tour(browser, pages(site)):
        assert (seen.complaints, seen.violations, outside(seen)) == ([], [], []), page.name


def test_every_link_leads_to_a_page_and_an_id_that_exist(site: Path) -> None:
    found = 0
    ids = {page: {n.attributes["id"] for n in parsed(page).css("[id]")} for page in pages(site)}
    for page in pages(site):
        for anchor in parsed(page).css("a[href], link[href], script[src], use[href]"):
            href = anchor.attributes.get("href") or anchor.attributes.get("src") or ""
            if href.startswith("data:"):
                continue
            parts = urlsplit(href)
            assert not parts.scheme + parts.netloc, href
            target = (page.parent / unquote(parts.path)).resolve() if parts.path else page
            assert target.is_file(), f"{page.name}: {href}"
            if parts.fragment:
                assert parts.fragment in ids[target], f"{page.name}: {href}"
            found += 1
    assert found > 500


def test_a_planted_broken_link_is_found(site: Path, tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text('<a href="b.html">x</a>')
    with pytest.raises(AssertionError):
        assert_links = test_every_link_leads_to_a_page_and_an_id_that_exist
        assert_links(tmp_path)


def test_a_figure_has_a_named_link_for_every_row_of_its_table(site: Path) -> None:
    for page in sorted((site / "q").glob("*.html")):
        tree = parsed(page)
        marks = tree.css("figure .wide a.mark")
        rows = tree.css("#data ~ details tbody tr")
        assert len(marks) == len(rows) > 0, page.name
        for mark in marks:
            assert re.search(r": .*n = \d+$", mark.attributes.get("aria-label") or ""), page.name
            assert [t.text() for t in mark.css("title")] == [mark.attributes["aria-label"]]


def test_every_cited_event_leads_back_to_the_page_that_cites_it(site: Path) -> None:
    closed = 0
    for page in sorted((site / "q").glob("*.html")):
        for mark in parsed(page).css("figure .wide a.mark"):
            path, _, fragment = str(mark.attributes["href"]).partition("#")
            event = parsed((page.parent / path).resolve()).css_first(f"#{fragment}")
            assert event is not None
            back = [a.attributes["href"] for a in event.css("a.cite")]
            assert f"../q/{page.name}" in back
            closed += 1
    assert closed > 50


def test_every_event_of_the_record_is_on_its_page(site: Path) -> None:
    named = json.loads((site / "episodes.json").read_text())
    assert set(named) == {each.id for each in GAMES}
    for each in GAMES:
        events = parsed(site / named[each.id]).css("article.event")
        assert [e.attributes["id"] for e in events] == [
            f"event-{at}" for at in range(len(each.episode.events))
        ]


def test_a_page_names_the_run_and_how_far_it_is(site: Path) -> None:
    for page in pages(site):
        words = text_of(page, ".provenance")
        assert re.search("suasion.*exploratory", words), page.name
    assert "6 of 6 episodes" in text_of(site / "index.html", ".provenance")


def test_a_page_says_nothing_of_the_machine_it_was_made_on(site: Path) -> None:
    for file in site.rglob("*"):
        if file.is_file():
            assert str(site.parent).encode() not in file.read_bytes(), file.name


def test_pages_are_light(site: Path) -> None:
    for page in pages(site):
        named = parsed(page).css("link[rel=stylesheet], script[src]")
        files = [str(n.attributes.get("href") or n.attributes.get("src")) for n in named]
        assert sum((page.parent / file).stat().st_size for file in files) <= 20_000, page.name
    for page in (site / "q").glob("*.html"):
        assert page.stat().st_size <= 120_000, page.name


def test_the_same_run_gives_the_same_bytes_and_writes_nothing_twice(
    site: Path, tmp_path: Path
) -> None:
    again = build(InMemory(GAMES, tmp_path)).home.parent
    names = {file.relative_to(site) for file in site.rglob("*") if file.is_file()}
    assert names == {file.relative_to(again) for file in again.rglob("*") if file.is_file()}
    assert [n for n in names if (site / n).read_bytes() != (again / n).read_bytes()] == []
    assert build(InMemory(GAMES, tmp_path)).changed == 0


def test_one_more_episode_leaves_the_pages_of_the_others_that_are_not_beside_it(
    tmp_path: Path,
) -> None:
    unasked = [each for each in GAMES if each.arm == "silent"]
    build(InMemory(unasked[:2], tmp_path))
    first = tmp_path / "site/episodes/silent--r0.html"
    before = first.read_bytes()
    build(InMemory(unasked, tmp_path))
    assert first.read_bytes() == before


def test_the_sentence_on_a_page_is_the_one_that_was_computed(site: Path, tmp_path: Path) -> None:
    fewer = build(InMemory(GAMES[:2] + GAMES[3:5], tmp_path))
    for title, sentence in fewer.answers:
        slug = next(question.slug for question in KIT.questions if question.title == title)
        here, there = (folder / "q" / f"{slug}.html" for folder in (fewer.home.parent, site))
        assert text_of(here, "p.finding") == sentence
        if slug != "points":
            assert text_of(there, "p.finding") != sentence


# --- the reader --------------------------------------------------------------------------------


def landing(tab: Page, event: int) -> float:
    """Pixels between an event and what it should be at: below the bar, or the top."""
    at: float = tab.evaluate(
        "n => { const bar = document.querySelector('.bar');"
        "const low = getComputedStyle(bar).display === 'none' ? 0 : bar.offsetHeight;"
        "return document.getElementById('event-' + n).getBoundingClientRect().top - low }",
        event,
    )
    return at


@pytest.fixture(scope="module")
def long(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("long")
    texts = [f"word{at} " * (1 + at * 7 % 60) for at in range(1500)]
    build(InMemory([told_only("long", texts)], folder, environment="nowhere", study=None))
    return folder / "site/episodes/long.html"


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("script", [True, False])
def test_a_link_to_an_event_lands_on_it(
    long: Path, browser: Browser, width: int, script: bool
) -> None:
    size = {"width": width, "height": 900}
    tab, seen = opened(browser, long, viewport=size, java_script_enabled=script)
    for event in (0, 3, 26, 777, 1213, 1480):
        tab.goto("about:blank")
        visit(tab, f"{long.as_uri()}#event-{event}", seen)
        tab.wait_for_timeout(100)
        if script:
            assert 0 <= landing(tab, event) <= 4, (event, width)
        else:
            box = tab.locator(f"#event-{event}").bounding_box()
            assert box is not None
            assert abs(box["y"]) <= 4, (event, width)
    tab.close()


def told(filed: Filed, seat: int) -> tuple[list[str], int]:
    """From the engine: the words of a seat's news while it was asked, and how many it was told."""
    assert isinstance(filed.episode.header.settings, dict)
    env = Influence(messages=filed.episode.header.settings["messages"])
    play = Play(env, filed.episode.header.seed, Recorded(all_draws(filed.episode), None, "seeded"))
    known = {decision.key: decision for decision in filed.episode.decisions}
    words = []
    while play.asked:
        for asked in tuple(play.asked.values()):
            if asked.seat == seat:
                words += [env.tell(event, seat) for event in asked.news]
            play.take(known[asked.key])
    return words, len(words) + len(play.board.news(seat, None, False))


@pytest.mark.parametrize("seat", [0, 3])
def test_view_as_shows_what_the_engine_told_that_seat(
    site: Path, browser: Browser, seat: int
) -> None:
    filed = GAMES[0]
    tab, _ = opened(browser, site / "episodes/talking--r0.html", f"?pov=P{seat + 1}")
    shown = tab.evaluate(
        "() => [...document.querySelectorAll('.event:not(.away)')]"
        ".map((e) => [...e.querySelectorAll('p.mine')].map((d) => d.textContent))"
    )
    words, count = told(filed, seat)
    assert len(shown) == count < len(filed.episode.events)
    assert shown[: len(words)] == [[line] for line in words]
    visible = tab.locator("main").inner_text()
    assert clean(filed.seats[seat].brief).splitlines()[0] in visible
    other = next(e for e in filed.episode.of("message") if not e[1].reaches(seat))
    assert tab.locator(f"#event-{other[0]}").is_hidden()
    gaps = tab.locator(".gap").all_text_contents()
    assert sum(int(gap.split()[0]) for gap in gaps) == len(filed.episode.events) - count
    tab.close()


def test_no_hidden_truth_is_shown_to_a_seat(site: Path, browser: Browser) -> None:
    tab, _ = opened(browser, site / "episodes/talking--r0.html", "?pov=P1")
    text = tab.locator("#stream").inner_text()
    assert not re.search("plan keep|promise kept|tit_for_tat", text)
    tab.keyboard.press("v")
    assert tab.evaluate("location.search") == "?pov=P2"
    tab.close()


def test_the_state_panel_follows_the_selected_event(site: Path, browser: Browser) -> None:
    filed = GAMES[0]
    pulls = [at for at, e in filed.episode.of("pull") if e.data["beneficiary"] == 0]
    tab, _ = opened(browser, site / "episodes/talking--r0.html", f"#event-{pulls[3]}")
    assert tab.locator(".held [data-seat='0']").inner_text() == "4"
    tab.evaluate("location.hash = 'event-0'")
    tab.wait_for_timeout(50)
    assert tab.locator("#at").inner_text() == "#0 of 125"
    tab.close()
    tab, _ = opened(browser, site / "episodes/talking--r0.html", java_script_enabled=False)
    shown = [tab.locator(f".held [data-seat='{s}']").inner_text() for s in range(5)]
    assert shown == [f"{held:g}" for held in filed.episode.payoffs]
    tab.close()


def test_the_reader_is_used_by_keyboard_alone(site: Path, browser: Browser) -> None:
    tab, seen = opened(browser, site / "episodes/talking--r0.html")

    def press(*keys: str) -> int:
        for key in keys:
            tab.keyboard.press(key)
        return int(tab.evaluate("Number(document.querySelector('.event.on').id.slice(6))"))

    assert press("j", "j") == 1
    assert press("k") == 0
    assert press("]", "]") == 50
    assert press("[") == 25
    assert press("G") == 124
    assert press("g") == 0
    tab.keyboard.press("/")
    tab.keyboard.type("jjj")
    assert tab.evaluate("document.activeElement.id") == "search"
    assert tab.locator("#count").inner_text() == "0 of 125 events"
    assert tab.evaluate("location.search") == "?q=jjj"
    assert seen.complaints == []
    tab.close()


def test_a_link_to_an_event_that_is_filtered_out_clears_the_filter(
    site: Path, browser: Browser
) -> None:
    pull = next(at for at, _ in GAMES[0].episode.of("pull"))
    tab, _ = opened(browser, site / "episodes/talking--r0.html", f"?hide=action#event-{pull}")
    assert tab.locator(f"#event-{pull}").is_visible()
    assert "Filter cleared" in tab.locator("#toast").inner_text()
    tab.close()


def test_a_cell_of_the_matrix_shows_its_channel_until_escape(site: Path, browser: Browser) -> None:
    between = [e for _, e in GAMES[0].episode.of("message") if (e.by, e.data["to"]) == (0, 2)]
    pulls = [e for _, e in GAMES[0].episode.of("pull") if (e.by, e.data["beneficiary"]) == (0, 2)]
    tab, _ = opened(browser, site / "episodes/talking--r0.html")
    tab.locator(".channels summary").click()
    tab.locator('.matrix a[data-by="0"][data-for="2"]').click()
    count = f"{len(between) + len(pulls)} of 125 events"
    assert tab.locator("#count").inner_text() == count
    assert "channel=0-2" in tab.url
    tab.keyboard.press("Escape")
    assert tab.locator("#count").inner_text() == "125 of 125 events"
    tab.close()


def test_without_scripts_the_page_is_complete(site: Path, browser: Browser) -> None:
    page = site / "episodes/talking--r0.html"
    tab, _ = opened(browser, page, java_script_enabled=False)
    assert tab.locator(".event").count() == 125
    assert tab.locator(".bar").is_hidden()
    tab.close()


def test_a_figure_with_many_marks_is_one_tab_stop(site: Path, browser: Browser) -> None:
    tab, _ = opened(browser, site / "q/timing.html", viewport={"width": 1280, "height": 900})
    stops = tab.evaluate("document.querySelectorAll('.wide a.mark[tabindex=\"0\"]').length")
    marks = tab.evaluate("document.querySelectorAll('.wide a.mark').length")
    assert (stops, marks > FEW) == (1, True)
    tab.evaluate("document.querySelector('.wide a.mark').focus()")
    tab.keyboard.press("ArrowRight")
    at = "[...document.querySelectorAll('.wide a.mark')].indexOf(document.activeElement)"
    assert tab.evaluate(at) == 1
    tab.keyboard.press("Enter")
    tab.wait_for_url("**/episodes/*.html*event-*")
    tab.close()


def test_tables_sort_and_filter(site: Path, browser: Browser) -> None:
    tab, _ = opened(browser, site / "episodes/index.html")
    tab.keyboard.press("/")
    tab.keyboard.type("silent")
    assert tab.locator("output").inner_text() == "3 of 6 rows"
    tab.locator("th button", has_text="gini").click()
    cells = tab.locator("tbody tr:visible td:nth-child(7)").all_inner_texts()
    assert cells == sorted(cells, key=float)
    tab.close()


# --- records without their environment, and damaged ones ---------------------------------------


def test_a_record_is_read_without_its_environment(tmp_path: Path, browser: Browser) -> None:
    texts = ["one thing", "another thing"]
    told_words = {(0, 0, "", 0): "You are the first."}
    run = InMemory([told_only("e", texts)], tmp_path, environment="nowhere", told={"e": told_words})
    made = build(run)
    text = text_of(made.home.parent / "episodes/e.html", "body")
    assert all(words in text for words in (*texts, "You are the first.", "not installed"))
    for page, _, seen in tour(browser, pages(made.home.parent)):
        assert (seen.complaints, seen.violations) == ([], []), page.name
    tab, _ = opened(browser, made.home.parent / "episodes/e.html", "?pov=P1")
    assert tab.get_by_text("one thing", exact=True).first.is_visible()
    assert tab.get_by_text("You are the first.").is_visible()
    assert tab.locator(".truth:visible, .panel .held:visible").count() == 0
    tab.close()


def test_a_run_with_nothing_in_it_has_pages(tmp_path: Path) -> None:
    made = build(InMemory([], tmp_path, stuck=[told_only("s", ["x"])]))
    assert "0 of 1" in made.home.read_text()
    assert "blocked" in (made.home.parent / "episodes/index.html").read_text()


def test_a_question_that_does_not_apply_keeps_its_page_and_says_why(tmp_path: Path) -> None:
    silent = [each for each in GAMES if each.arm == "silent"]
    made = build(InMemory(silent, tmp_path))
    assert "no promise on record came due" in text_of(made.home.parent / "q/promises.html", "main")
    assert made.answers == ()


# --- hostile text ------------------------------------------------------------------------------


def test_no_text_of_a_record_runs_or_reaches_out(hostile: Path, browser: Browser) -> None:
    for page, tab, seen in tour(browser, pages(hostile)):
        assert tab.evaluate("window.ran") is None, page.name
        assert (seen.complaints, seen.violations, outside(seen)) == ([], [], []), page.name


def skeleton(page: Path) -> Iterator[tuple[object, ...]]:
    """Tags, attribute names, ids and classes: all that markup is, and no text."""

    def walk(node: LexborNode) -> Iterator[tuple[object, ...]]:
        kept = {k: v for k, v in node.attributes.items() if k in ("id", "class", "data-seat")}
        yield (node.tag, tuple(sorted(node.attributes)), tuple(sorted(kept.items())))
        for child in node.iter():
            yield from walk(child)

    root = parsed(page).root
    assert root is not None
    return walk(root)


def test_hostile_text_changes_no_markup(hostile: Path, tmp_path: Path) -> None:
    plain = hostile_site(tmp_path, ["x"] * len(HOSTILE))
    for at, text in ((0, HOSTILE[0]), (17, HOSTILE[17]), (23, HOSTILE[23])):
        one = json.loads((hostile / "episodes.json").read_text())[f"{at}{text}"]
        other = json.loads((plain / "episodes.json").read_text())[f"{at}x"]
        assert list(skeleton(hostile / one)) == list(skeleton(plain / other))
    for name in ("index.html", "episodes/index.html", "prompts.html"):
        assert list(skeleton(hostile / name)) == list(skeleton(plain / name))


@pytest.mark.parametrize("policy", [True, False])
def test_the_walls_hold_apart(hostile: Path, browser: Browser, policy: bool) -> None:
    """Without escaping the policy stops scripts; without the policy too they run."""
    named = json.loads((hostile / "episodes.json").read_text())
    page = hostile / named[f"0{HOSTILE[0]}"]
    text = page.read_text()
    words = re.escape(html.escape(HOSTILE[0]))
    text = re.sub(words, HOSTILE[0], text.replace("&#34;", '"'))
    text = re.sub(r"&lt;(img src=x onerror=[\w.=]+)&gt;", r"<\1>", text)
    if not policy:
        text = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", text)
    unsafe = page.with_name(f"unsafe-{policy}.html")
    unsafe.write_text(text)
    tab, _ = opened(browser, unsafe)
    ran, violations = tab.evaluate("[window.ran, window.violations.length]")
    tab.close()
    unsafe.unlink()
    assert (ran is None, violations > 0) == (policy, policy)


def test_hostile_cells_are_harmless_to_a_spreadsheet(tmp_path: Path) -> None:
    made = build(InMemory([told_only("=1+1", ["x"])], tmp_path, study=None))
    table = (made.home.parent / "data/episodes.csv").read_text()
    assert "\n'=1+1," in table
    rows = json.loads((made.home.parent / "data/episodes.json").read_text())
    assert rows[0]["episode"] == "=1+1"


def test_an_event_of_the_rules_and_one_told_to_nobody_are_shown(
    tmp_path: Path, browser: Browser
) -> None:
    one = told_only("e", ["x"])
    events = (*one.episode.events, Event("flood", None, {"depth": 2}), Event("plan", 1, {}, (1,)),
              Event("aside", 0, {"answer": "y"}, ()))  # fmt: skip
    odd = replace(one, episode=replace(one.episode, events=events))
    made = build(InMemory([odd], tmp_path, environment="nowhere", study=None))
    tab, seen = opened(browser, made.home.parent / "episodes/e.html", "?pov=P1")
    assert seen.complaints == []
    assert tab.locator("#event-1").is_visible()
    assert tab.locator("#event-2").is_hidden()
    assert tab.locator("#event-3").is_hidden()
    tab.close()


def test_the_kit_of_the_bundled_environment_has_the_questions_of_the_site() -> None:
    assert [question.slug for question in KIT.questions] == ["promises", "points", "timing"]


def test_style_sheets_close_what_they_open() -> None:
    for name in ("site.css", "page.css", "reader.css"):
        depth = 0
        for sign in re.sub(r'"[^"]*"', "", asset(name)):
            depth += (sign == "{") - (sign == "}")
            assert 0 <= depth <= 2, name
        assert depth == 0, name


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_no_page_is_wider_than_its_window(
    site: Path, browser: Browser, scheme: str, width: int
) -> None:
    names = ("index", "q/promises", "q/timing", "episodes/index", "episodes/talking--r0",
             "prompts", "method", "data")  # fmt: skip
    size = {"width": width, "height": 900}
    several = [site / f"{name}.html" for name in names]
    for page, tab, _ in tour(browser, several, viewport=size, color_scheme=scheme):
        assert tab.evaluate("document.documentElement.scrollWidth") <= width, page.name
