"""Ten thousand seats, groups and columns: pages stay small, and say what they leave out."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import pytest
from selectolax.lexbor import LexborHTMLParser

from suasion.cli.transcript import tell
from suasion.core.asks import Answer, Choose, Forfeit, Json
from suasion.core.chance import Chance
from suasion.core.environment import Asked, AskedMany, Environment, Group, Out, Policy, Seat, Turn
from suasion.core.events import EACH, Event
from suasion.core.play import Play, drive, groups_of
from suasion.measures.filed import Filed, Held
from suasion.measures.kit import Kit
from suasion.measures.measure import OfSeat, Parameters
from suasion.report.cast import FEW, Cast
from suasion.report.columns import ROWS, tally
from suasion.report.recorded_test import InMemory
from suasion.report.rules import Rules
from suasion.report.site import build_with

if TYPE_CHECKING:
    from playwright.sync_api import Browser

DAYS = 15
SEATS = 10_000
ASK = Choose(("tell", "keep"))


@dataclass(frozen=True)
class Town(Environment[int]):
    """Everybody meets one other a day, and tells or keeps a rumour."""

    name: ClassVar[str] = "town"
    people: int = SEATS
    days: int = DAYS

    def seats(self) -> Sequence[Seat]:
        return [Seat(f"agent {at}") for at in range(self.people)]

    def open(self, chance: Chance, out: Out) -> int:
        self._meet(0, chance, out)
        return 0

    def _meet(self, day: int, chance: Chance, out: Out) -> None:
        shift = chance.pick("shift", range(1, self.people))
        everybody = list(range(self.people))
        met = [f"agent {(at + shift) % self.people}" for at in everybody]
        heard = [(at * 7 + day) % 5 for at in everybody]
        data = {"round": day + 1, "seat": everybody, "met": met, "heard": heard}
        out.emit("meeting", None, data, to=EACH, truth={"secret": everybody})

    def turns(self, state: int) -> Mapping[int, Turn]:
        turn = Turn(ASK)
        return dict.fromkeys(range(self.people), turn) if state < self.days else {}

    def step(self, state: int, answers: Mapping[int, Answer], chance: Chance, out: Out) -> int:
        told = sum(answer == "tell" for answer in answers.values())
        out.emit("news", None, {"round": state + 1, "told": told})
        if state + 1 < self.days:
            self._meet(state + 1, chance, out)
        return state + 1

    def payoffs(self, state: int) -> Sequence[float]:
        return [float(at % 10) for at in range(self.people)]

    def brief(self, seat: int) -> str:
        return f"You are agent {seat}, of a town of {self.people}."

    def tell(self, event: Event, seat: int) -> str:
        if event.kind == "meeting":
            return f"You met {event.data['met']}, and heard it {event.data['heard']} times."
        return f"{event.data['told']} told it."


def told_by(asked: AskedMany) -> Sequence[Json]:
    """Every tenth tells."""
    return ["tell" if seat % 10 == 0 else "keep" for seat in asked.seats]


def alone(asked: Asked) -> Answer:
    return "tell" if asked.step % 2 else Forfeit("asleep")


def paid(filed: Filed, _: Parameters) -> Sequence[float]:
    """What each seat holds."""
    return filed.episode.payoffs


KIT = Kit(
    environment=Town,
    policies={"gossip": lambda: Group(told_by), "alone": lambda: alone},
    measures=[OfSeat("paid", "points", paid)],
)


def make(_: str, settings: Mapping[str, Any]) -> Town:
    return Town(**settings)


def town(people: int = SEATS, days: int = DAYS) -> Filed:
    """An episode of a town in which one seat is a script by itself, and all others are a group."""
    env = Town(people, days)
    group = Group(told_by)
    line: list[Policy | Group] = [group] * people
    line[17] = alone
    episode = drive(Play(env, 3, groups=groups_of(line)), line)
    agents = ["policy/gossip"] * people
    agents[17] = "policy/alone?noise=0.1"
    seats = [Held(s.name, agent) for s, agent in zip(env.seats(), agents, strict=True)]
    return Filed("town--r0", episode, seats, "main", 0)


@pytest.fixture(scope="module")
def crowd(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, float]:
    """The pages of a large town, and the seconds it took to write them."""
    folder = tmp_path_factory.mktemp("crowd")
    study = {"name": "town", "conditions": {"main": {}}}
    run = InMemory([town()], folder, environment="town", study=study)
    start = time.process_time()
    build_with(run, KIT, make, folder / "site")
    return folder / "site", time.process_time() - start


def test_pages_of_ten_thousand_seats_are_small_and_soon_written(crowd: tuple[Path, float]) -> None:
    site, seconds = crowd
    for page in site.rglob("*.html"):
        assert page.stat().st_size < 500_000, page.name
    assert seconds < 20


def page_of(crowd: tuple[Path, float]) -> LexborHTMLParser:
    return LexborHTMLParser((crowd[0] / "episodes/town--r0.html").read_text("utf-8"))


def test_a_crowd_has_a_lane_for_each_agent_and_says_how_to_see_any_seat(
    crowd: tuple[Path, float],
) -> None:
    page = page_of(crowd)
    lanes = [node.text().split()[0] for node in page.css(".timeline li")]
    assert lanes == ["9,999", "agent"]
    options = [node.text() for node in page.css("#pov option")]
    assert len(options) == 1 + FEW
    assert "agent 17, what it was told" in options
    text = page.body.text() if page.body else ""
    assert "suasion show runs/town town--r0 --seat 'agent 24'" in text


def test_columns_are_summed_up_and_their_first_rows_shown(crowd: tuple[Path, float]) -> None:
    event = page_of(crowd).css_first("#event-0")
    assert event is not None
    assert "10,000 seats, a row each" in event.text()
    assert "heard: mean 2; 0 (2,000)" in event.text()
    assert len(event.css(".rows tbody tr")) == ROWS
    assert "9,980 rows more" in event.text()


def test_answers_of_a_group_are_counted(crowd: tuple[Path, float]) -> None:
    rows = page_of(crowd).css("#answers ~ details tbody tr")
    assert len(rows) == DAYS
    cells = [cell.text() for cell in rows[0].css("td")]
    assert cells == ["step 0", "9999", "gossip", "keep (8,999), tell (1,000)"]


def test_a_seat_of_a_crowd_sees_its_own_row_and_answers(
    crowd: tuple[Path, float], browser: Browser
) -> None:
    episode = town().episode
    tab = browser.new_page()
    tab.goto((crowd[0] / "episodes/town--r0.html").as_uri() + "?pov=agent+3")
    shown = tab.locator(".event:not(.away) .mine").all_text_contents()
    env = Town()
    told = [env.tell(held, 3) for e in episode.events if (held := e.told_to(3)) is not None]
    assert shown == told
    visible = tab.locator("#stream").inner_text()
    assert "You are agent 3, of a town" in visible
    assert "step 14: keep" in visible
    assert "agent 4" not in re.sub(r"agent 4\d", "", visible.split("Round 1")[0])
    assert tab.locator(".rows:visible").count() == 0
    tab.close()


def test_the_terminal_counts_a_crowd_and_shows_any_seat(capsys: pytest.CaptureFixture[str]) -> None:
    filed = town(2000, 2)
    names = [seat.name for seat in filed.seats]
    rules = Rules(KIT, Town(2000, 2))
    tell(rules, names, filed.episode, None)
    whole = capsys.readouterr().out
    assert len(whole.splitlines()) < 30
    assert "2,000 seats, a row each" in whole
    assert "and 1,997 more rows" in whole
    tell(rules, names, filed.episode, "agent 1777")
    own = capsys.readouterr().out
    assert "You are agent 1777" in own
    assert own.count("You met agent") == 2
    assert "step 1  keep" in own


def test_many_agents_are_gathered_by_their_policy() -> None:
    seats = [Held(f"s{at}", f"policy/user?noise=0.{at}") for at in range(300)]
    cast = Cast([*seats, Held("focal", "model", "focal")])
    assert [lane.name for lane in cast.lanes] == ["300 seats", "focal"]
    assert 300 in cast.shown
    assert len(cast.shown) == FEW


def test_agents_of_many_kinds_have_a_lane_for_the_rest() -> None:
    cast = Cast([Held(f"s{at}", f"policy/p{at % 60}") for at in range(600)])
    assert len(cast.lanes) == FEW // 2
    assert sum(len(lane.seats) for lane in cast.lanes) == 600
    assert cast.lanes[-1].agent == "49 other agents"


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ([1, 1, 1], "1"),
        (["a", "b", "a"], "a (2), b (1)"),
        ([True, 1, "1"], "true (1), 1 (1), 1 (1)"),
        ([[1], [2, 3], [1]], "[1] (2), [2, 3] (1)"),
        (list(range(9)), "mean 4, from 0 to 8"),
        ([1, 2, 2], "mean 1.67; 2 (2), 1 (1)"),
        ([Forfeit("late"), "x"], "forfeit (late) (1), x (1)"),
        ([[at, at] for at in range(9)], "2 values each"),
        ([[1] * at for at in range(9)], "4 values a seat on average, from 0 to 8"),
        ([f"t{at}" for at in range(9)], "9 texts"),
    ],
)
def test_values_in_short(values: list[Json], words: str) -> None:
    assert tally(values) == words
