"""Lost and late messages, asides, forks, chains, blocks and bad lines, as pages show them."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from selectolax.lexbor import LexborHTMLParser

from suasion.core.asks import Json
from suasion.core.episode import Episode
from suasion.core.events import EACH, NOBODY, Event
from suasion.core.fork import delay, drop, reroute, rewrite
from suasion.core.play import Play, drive
from suasion.environments.influence import KIT
from suasion.environments.influence.rules import Influence
from suasion.measures.filed import Filed, Held
from suasion.measures.imported import BadLine
from suasion.report import kin
from suasion.report.asides import asides
from suasion.report.cast import Cast
from suasion.report.commands import fork_command, quoted, show_command
from suasion.report.deliveries import Deliveries
from suasion.report.recorded_test import LINE, STUDY, InMemory, told_only
from suasion.report.site import build
from suasion.report.site_test import HOSTILE, opened, outside, pages, skeleton, tour

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ENV = Influence(messages=True, size=5)
CALM = drive(Play(ENV, 1000), [KIT.policies[policy]() for policy in LINE])
SENT = [at for at, _ in CALM.of("message")]
TO = [CALM.events[at].data["to"] for at in SENT]
OTHER = next(seat for seat in range(5) if seat not in (TO[2], CALM.events[SENT[2]].by))
"""Who gets the third message instead."""


def changed() -> Episode:
    """The first message is lost, the second two steps late, the third goes to another, the fourth
    says something else.
    """
    channels = [
        drop(SENT[0], TO[0]),
        delay(SENT[1], TO[1], 2),
        reroute(SENT[2], TO[2], OTHER),
        rewrite(SENT[3], TO[3], text="Not what was sent."),
    ]
    named: list[dict[str, Json]] = [{"name": "loss", "rate": 0.1}, {"name": "inject", "text": "x"}]
    play = Play(ENV, 1000, channels=channels, named=named)
    return drive(play, [KIT.policies[policy]() for policy in LINE])


def probed(episode: Episode) -> Episode:
    """With answers out of band before all else; deliveries keep their events."""
    found = [
        Event("aside", 2, {"name": "stance", "repeat": k, "answer": answer}, NOBODY)
        for k, answer in enumerate([4, 5, 4])
    ]
    found.append(Event("aside", 2, {"name": "belief", "repeat": 0, "forfeit": "empty"}, NOBODY))
    return replace(episode, events=(*episode.events, *found))


SEATS = [
    Held(seat.name, f"policy/{policy}?noise=0.{at}", brief=ENV.brief(at))
    for at, (seat, policy) in enumerate(zip(ENV.seats(), LINE, strict=True))
]
ORIGIN = {"run": "ab" * 32, "episode": "talk--r0", "digest": "c", "at": 3, "through": 9, "pair": 0}
EDIT = {"kind": "rewrite", "seats": ["P4"], "text": "Not what was sent."}
GAMES = [
    Filed("edited--r0", probed(changed()), SEATS, "edited", 0, origin={**ORIGIN, "edit": EDIT}),
    Filed("null--r0", CALM, SEATS, "null", 0, origin={**ORIGIN, "edit": None}),
    Filed("main--r0--0", CALM, SEATS, "main", 0, chain="main--r0", link=0),
    Filed("main--r0--1", CALM, SEATS, "main", 0, chain="main--r0", link=1),
    Filed("both--r0--pro", CALM, SEATS, "both", 0, block="both--r0"),
    Filed("both--r0--con", CALM, SEATS, "both", 0, block="both--r0"),
]
LINES = [
    BadLine("some/where/game.jsonl", 17, "not_json: at 3", "edited--r0", b'{"type": '),
    BadLine("some/where/other.jsonl", 1, "empty", None),
]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("ways")
    return build(InMemory(GAMES, folder, study={**STUDY, "contrasts": []}, lines=LINES)).home.parent


def parsed(site: Path, name: str) -> LexborHTMLParser:
    return LexborHTMLParser((site / name).read_text("utf-8"))


def words_of(site: Path, name: str, selector: str = "main") -> str:
    return " ".join(" ".join(node.text() for node in parsed(site, name).css(selector)).split())


# --- on its way --------------------------------------------------------------------------------


def test_what_became_of_a_message_stands_on_it(site: Path) -> None:
    names = [seat.name for seat in SEATS]
    expected = [
        f"{names[TO[0]]}: lost",
        f"{names[TO[1]]}: 2 steps late",
        f"{names[TO[2]]}: sent to {names[OTHER]} instead",
        f"{names[TO[3]]}: rewritten",
    ]
    for at, words in zip(SENT[:4], expected, strict=True):
        assert words_of(site, "episodes/edited--r0.html", f"#event-{at} .fate") == words
    assert words_of(site, "episodes/null--r0.html", ".fate") == ""


def test_both_texts_of_a_rewritten_message_are_shown(site: Path) -> None:
    words = words_of(site, "episodes/edited--r0.html", f"#event-{SENT[3]} .rewritten")
    assert str(CALM.events[SENT[3]].data["text"]) in words
    assert "Not what was sent." in words


def test_channels_are_named(site: Path) -> None:
    facts = words_of(site, "episodes/edited--r0.html", ".facts")
    assert "loss (rate 0.1), then inject (text x)" in facts


@pytest.mark.parametrize("seat", range(5))
def test_a_seat_sees_what_was_delivered_to_it(site: Path, browser: Browser, seat: int) -> None:
    episode = GAMES[0].episode
    page = site / "episodes/edited--r0.html"
    tab, _ = opened(browser, page, f"?pov=P{seat + 1}")
    shown = tab.evaluate(
        "() => Object.fromEntries([...document.querySelectorAll('.event:not(.away)')].map((e) =>"
        "[e.id.slice(6), [...e.querySelectorAll('p.mine')].map((d) => d.textContent)]))"
    )
    tab.close()
    ways = Deliveries(episode)
    expected = {
        str(at): [ENV.tell(copy.held, seat) for copy in ways.copies(at, seat)]
        for at in range(len(episode.events))
        if ways.copies(at, seat)
    }
    assert shown == expected
    assert (str(SENT[0]) in shown) == (seat == CALM.events[SENT[0]].by)
    if seat == TO[3]:
        assert "Not what was sent." in shown[str(SENT[3])][0]


def test_what_comes_after_the_end_never_arrives() -> None:
    last = SENT[-1]
    play = Play(ENV, 1000, channels=[delay(last, TO[-1], 1000)])
    episode = drive(play, [KIT.policies[policy]() for policy in LINE])
    steps = [0] * len(episode.events)
    assert Deliveries(episode, steps).copies(last, TO[-1]) == []
    assert len(Deliveries(episode).copies(last, TO[-1])) == 1
    [fate] = Deliveries(episode, steps).fates(last, Cast(SEATS))
    assert fate.words == "1000 steps late, which the episode did not last".replace("1000", "1,000")


def test_a_change_that_makes_no_sense_says_nothing() -> None:
    broken: list[Json] = [3, [1], [1, 2, 3], [1, 2, [[3]]], [1, {}, []], ["x", 0, [[0, "y", {}]]]]
    ways = Deliveries(replace(CALM, changed=tuple(broken)))
    assert [ways.copies(at, 0) for at in range(3)] == [
        Deliveries(CALM).copies(at, 0) for at in range(3)
    ]


# --- asides ------------------------------------------------------------------------------------


def test_repeats_of_an_aside_are_one_line_and_told_to_nobody(site: Path) -> None:
    first = len(CALM.events)
    page = parsed(site, "episodes/edited--r0.html")
    [line] = page.css(f"#event-{first}")
    assert "aside stance, told to nobody" in " ".join(line.text().split())
    assert "3 answers: mean 4.33; 4 (2), 5 (1)" in line.text()
    assert [node.attributes["id"] for node in page.css(".repeats article")] == [
        f"event-{first + 1}",
        f"event-{first + 2}",
    ]
    assert "forfeit (empty)" in words_of(site, "episodes/edited--r0.html", f"#event-{first + 3}")


def test_asides_can_be_put_away(site: Path, browser: Browser) -> None:
    tab, _ = opened(browser, site / "episodes/edited--r0.html")
    tab.locator("input[value=aside]").uncheck()
    assert tab.locator(".event.aside:visible").count() == 0
    tab.close()


def test_asides_of_another_seat_or_name_are_no_repeats() -> None:
    def aside(by: int, name: str) -> Event:
        return Event("aside", by, {"name": name, "repeat": 0, "answer": 1}, NOBODY)

    events = [aside(0, "a"), aside(1, "a"), aside(1, "b"), Event("x"), aside(1, "b"), aside(1, "b")]
    assert [(at, each.repeat) for at, each in asides(events).items()] == [
        (0, False), (1, False), (2, False), (4, False), (5, True)
    ]  # fmt: skip


# --- kin and lines -----------------------------------------------------------------------------


def test_a_fork_says_where_it_is_from_and_leads_to_its_twin(site: Path) -> None:
    edited, null = (words_of(site, f"episodes/{arm}--r0.html") for arm in ("edited", "null"))
    start = "A fork of episode talk--r0 of run abababababab, at event #3, pair 0: all steps up to 9"
    assert start in edited
    assert "To P4 it said instead: “Not what was sent.”" in edited
    assert "Nothing was changed" in null
    links = [
        node.attributes["href"] for node in parsed(site, "episodes/null--r0.html").css(".kin a")
    ]
    assert links == ["edited--r0.html"]


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        ({"kind": "drop", "seats": ["P1", "P2"]}, "The event was never delivered to P1, P2."),
        ({"kind": "delay", "seats": ["P1"], "steps": 3}, "The event reached P1 3 steps later."),
        ({"kind": "reroute", "seats": ["P1"], "to": "P5"}, "was delivered to P5 instead."),
        ({"kind": "answer", "seat": "P2", "answer": None}, "The answer of P2 was taken out."),
        ({"kind": "answer", "seat": "P2", "answer": {"a": 1}}, "P2 answered (a 1)."),
        ({"kind": "draw", "name": "d", "number": 2, "value": 7}, "Draw 2 of d was 7."),
        ({"new": [1]}, "Changed: new 1."),
        ({"kind": "drop", "seats": [f"P{n}" for n in range(99)]}, "P5 and 93 more."),
        (3, "not on record in words."),
    ],
)
def test_an_edit_in_words(edit: Json, words: str) -> None:
    assert kin.edited(edit).endswith(words)


def test_links_of_a_chain_and_members_of_a_block_lead_to_one_another(site: Path) -> None:
    assert "Leaves to main--r0--1." in words_of(site, "episodes/main--r0--0.html", ".kin")
    assert "Inherits from main--r0--0." in words_of(site, "episodes/main--r0--1.html", ".kin")
    con = words_of(site, "episodes/both--r0--con.html", ".kin")
    assert con == "Compared within the block both--r0 with both--r0--pro."


def test_lines_that_were_not_read_are_counted_and_shown(site: Path) -> None:
    page = words_of(site, "episodes/edited--r0.html")
    assert "1 line was skipped" in page
    cells = [
        cell.text() for cell in parsed(site, "episodes/edited--r0.html").css("#lines ~ .scroll td")
    ]
    assert cells == ["skipped", "game.jsonl", "17", "not_json: at 3", '{"type": ']
    assert "2 lines were skipped" in words_of(site, "index.html")
    assert "2 rows" in words_of(site, "data.html")
    first = [cell.text() for cell in parsed(site, "data.html").css("#not-read ~ .scroll td")]
    assert first[5:9] == ["skipped", "other.jsonl", "1", "empty"]
    assert "some/where" not in (site / "data/lines.csv").read_text()


def test_what_was_played_elsewhere_offers_no_fork(tmp_path: Path) -> None:
    run = InMemory([told_only("e", ["x"])], tmp_path, environment="nowhere", study=None)
    page = parsed(build(run).home.parent, "episodes/e.html")
    assert page.css(".fork, [data-fork]") == []


# --- commands ----------------------------------------------------------------------------------


def spoken(command: str) -> list[str]:
    """The words that a shell makes of a command."""
    shell = ["bash", "-c", f"printf '%s\\0' {command}"]
    made = subprocess.run(shell, capture_output=True, check=True).stdout
    return [word.decode("utf-8", "surrogatepass") for word in made.split(b"\0")[:-1]]


@pytest.mark.parametrize("text", [*(t for t in HOSTILE if "\0" not in t), "-x", "it's", "a\nb\tc"])
def test_a_shell_reads_any_id_as_one_word(text: str) -> None:
    words = spoken(fork_command(text, text).at(7))
    assert words.count(text) == 2
    assert [each for each in words if each not in (text, f"{text}-fork", "--")] == [
        "suasion", "fork", "--at", "7", "--drop", "--times", "20", "--out"
    ]  # fmt: skip
    assert spoken(quoted(text)) == [text]
    assert spoken(show_command("RUN", text, "agent 17"))[-1] in (text, "agent 17")


def test_the_fork_command_of_a_message_can_be_copied(site: Path, browser: Browser) -> None:
    page = site / "episodes/edited--r0.html"
    tab, seen = opened(browser, page)
    tab.context.grant_permissions(["clipboard-read", "clipboard-write"])
    tab.locator(f"#event-{SENT[4]} .fork").focus()
    tab.keyboard.press("Enter")
    expected = f"suasion fork runs/demo edited--r0 --at {SENT[4]} --drop --times 20"
    tab.locator("#toast", has_text=expected).wait_for()
    tab.goto("about:blank")
    tab.goto(f"{page.as_uri()}#event-{SENT[5]}")
    tab.keyboard.press("f")
    tab.locator("#toast", has_text=f"--at {SENT[5]} --drop").wait_for()
    assert tab.locator(f"#event-{len(CALM.events)} .fork").count() == 0
    assert seen.complaints == []
    tab.close()


# --- hostile text ------------------------------------------------------------------------------


def hostile(folder: Path, texts: list[str]) -> Path:
    """Every new place that shows text, with text that came from elsewhere."""
    games = []
    for at, text in enumerate(texts):
        base = told_only(f"{at}{text}", [text, text], text, f"policy/x?a={text}")
        columns = {"seat": [0, 1], text: [text, text], "alike": text}
        events = (
            *base.episode.events,
            Event("many", None, columns, EACH),
            Event("aside", 0, {"name": text, "repeat": 0, "answer": text}, NOBODY),
            Event("aside", 0, {"name": text, "repeat": 1, "forfeit": text}, NOBODY),
        )
        made: tuple[Json, ...] = ([0, 1, [[1, 1, {"text": f"{text}!"}]]], [1, 1, []])
        header = replace(base.episode.header, channels=({"name": text, text: text},))
        episode = replace(base.episode, header=header, events=events, changed=made)
        edit = {"kind": "rewrite", "seats": [text], "text": text}
        origin = {
            "run": text,
            "episode": text,
            "at": text,
            "through": text,
            "pair": 0,
            "edit": edit,
        }
        games.append(replace(base, episode=episode, origin=origin, chain=text, link=0, block="b"))
    lines = [BadLine(text, 1, text, f"{at}{text}", text.encode("utf-8", "replace"))
             for at, text in enumerate(texts)]  # fmt: skip
    study = {**STUDY, "contrasts": [], "name": texts[0]}
    run = InMemory(games, folder, environment="nowhere", study=study, lines=lines)
    return build(run).home.parent


def test_no_text_in_the_new_places_runs_or_changes_markup(tmp_path: Path, browser: Browser) -> None:
    site = hostile(tmp_path / "h", HOSTILE)
    for page, tab, seen in tour(browser, pages(site)):
        assert tab.evaluate("window.ran") is None, page.name
        assert (seen.complaints, seen.violations, outside(seen)) == ([], [], []), page.name
    plain = hostile(tmp_path / "p", ["x"] * len(HOSTILE))
    for name in ("index.html", "data.html"):
        assert list(skeleton(site / name)) == list(skeleton(plain / name))
