"""What models were asked and said, as pages show it: whole, once, and inert."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from selectolax.lexbor import LexborHTMLParser

from suasion.core.asks import Json
from suasion.measures.behind import behind
from suasion.report.calls import Card, cards
from suasion.report.recorded_test import InMemory
from suasion.report.results import measured, results
from suasion.report.site import build
from suasion.report.site_test import HOSTILE, opened, outside, pages
from suasion.runner.run import run
from suasion.runner.study_file import of
from suasion.store.chains import missing
from suasion.store.database import Damaged
from suasion.store.read import Attempt
from suasion.store.run import Run, open_run
from suasion.testing.http1 import in_process

if TYPE_CHECKING:
    from playwright.sync_api import Browser

STUDY: dict[str, Any] = {
    "name": "asked",
    "question": "What was sent?",
    "expectation": "What the record says.",
    "environment": "influence",
    "settings": {"size": 3, "rounds": 1, "slots": 3},
    "asides": ["belief"],
    "replicates": 2,
}


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Games of one model that answers, one that never does and is asked again, and a script."""
    wrong = {"model": "scripted/wrong", "repair": 1, "structured": "off"}
    seats = [{"model": "scripted/valid"}, wrong, "policy/grim"]
    out = tmp_path_factory.mktemp("played") / "run"
    assert run(of({**STUDY, "seats": seats}), out, workers=1).exit_code == 0
    return open_run(out)


def of_run(found: Run, episode: str) -> Mapping[int, Sequence[Card]]:
    attempts = found.attempts(episode)
    frames = found.frames(each.frame for each in attempts if each.frame is not None)
    return cards(found.filed(episode), attempts, frames)


def test_every_call_of_a_model_is_on_a_card_with_what_was_new_and_what_came_back(
    played: Run,
) -> None:
    name = played.ids()[0]
    made, attempts = of_run(played, name), played.attempts(name)
    assert sorted(made) == [0, 1]
    tries = [each for several in made.values() for card in several for each in card.tries]
    assert len(tries) == len(attempts)
    assert sorted(each.new[-1].text for each in tries) == sorted(each.told for each in attempts)
    raws = {decision.raw for decision in played.filed(name).episode.decisions}
    assert all(each.reply in raws for each in tries)
    assert all(each.whole for each in tries)


def test_the_brief_stands_on_the_first_card_and_what_was_sent_before_is_counted(
    played: Run,
) -> None:
    for several in of_run(played, played.ids()[0]).values():
        first, *later = (each for card in several for each in card.tries)
        assert [message.role for message in first.new] == ["system", "user"]
        assert first.before == 0
        assert all(each.new[0].role == "user" and each.before > 0 for each in later)


def test_a_reply_that_could_not_be_read_and_the_one_after_it_are_on_one_card(played: Run) -> None:
    acts = [card for card in of_run(played, played.ids()[0])[1] if "aside" not in card.moment]
    assert acts
    for card in acts:
        first, second = card.tries
        assert (first.outcome, card.answer) == ("wrong_schema", "forfeit (wrong_schema)")
        assert [message.role for message in second.new] == ["user", "assistant", "user"]
        assert "asked again" in card.notes


@pytest.mark.parametrize("spoilt", [{"key": (0, 99, "", 0)}, {"frame": "no such text"}])
def test_a_record_that_makes_no_sense_has_no_cards(played: Run, spoilt: dict[str, Any]) -> None:
    name = played.ids()[0]
    attempts = [each._replace(**spoilt) for each in played.attempts(name)]
    assert cards(played.filed(name), attempts, {}) == {}


def test_pages_say_what_each_model_was_asked(played: Run, tmp_path: Path) -> None:
    made = build(played, tmp_path / "site").home.parent
    method = LexborHTMLParser((made / "method.html").read_text())
    section = next(n.parent for n in method.css("#asked"))
    text = section.text() if section is not None else ""
    for each in played.asked():
        assert each.model in text
        assert f"{each.calls}" in text
    assert {each.model for each in played.asked()} == {"scripted/valid", "scripted/wrong"}
    calls = sum(each.calls for each in played.asked())
    assert calls == sum(len(played.attempts(name)) for name in played.ids())
    assert f"2 models took {calls} calls" in (made / "index.html").read_text()
    reader = (made / "episodes" / f"{played.ids()[0]}.html").read_text()
    assert reader.count('class="call"') == sum(map(len, of_run(played, played.ids()[0]).values()))


class Spoken(Run):
    """A run in which every text of a model and of a server is hostile."""

    def __init__(self, found: Run) -> None:
        super().__init__(found.path, found.manifest)

    def attempts(self, episode: str) -> list[Attempt]:
        """With all hostile texts as what was said, told and thought."""
        text = "\n".join(HOSTILE)
        beside = {"said": text, "reasoning": text, "finish": text, "served": text}
        return [
            each._replace(told=text, outcome=text, beside=beside, branch=_branch(text))
            for each in super().attempts(episode)
        ]


def _branch(text: str) -> Sequence[Mapping[str, Json]]:
    return [{"role": HOSTILE[0], "content": text}]


def test_hostile_replies_server_words_and_reasoning_are_inert(
    played: Run, tmp_path: Path, browser: Browser
) -> None:
    site = build(Spoken(played), tmp_path / "site").home.parent
    page = site / "episodes" / f"{played.ids()[0]}.html"
    tab, seen = opened(browser, page)
    for details in tab.query_selector_all("details"):
        details.evaluate("each => { each.open = true }")
    assert tab.evaluate("window.ran") is None
    assert (seen.complaints, seen.violations, outside(seen)) == ([], [], [])
    text = page.read_text()
    assert "<script>window" not in text
    assert "onerror=window.ran=3&gt;" in text
    assert "\u202e" not in text
    tab.close()


# --- episodes that were not played to their end ------------------------------------------------

FAULTS = "good,good,rate_limit,good,good,good,context_overflow"


@pytest.fixture(scope="module")
def blocked(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A run of which a server's fault blocks one episode."""
    out = tmp_path_factory.mktemp("blocked") / "run"
    with in_process("suasion.testing.faulty", "--plan", FAULTS) as url:
        model = {"model": "vllm/m", "base_url": f"{url}/v1"}
        study = {**STUDY, "asides": [], "seats": [model, "policy/grim", "policy/grim"]}
        assert run(of(study), out, workers=1).exit_code == 3
    return open_run(out)


def test_a_blocked_episode_is_missing_by_the_name_of_what_blocked_it(blocked: Run) -> None:
    [lost] = [each for each in measured(blocked) if each.lost]
    assert (lost.lost, lost.finished) == ("context_overflow", False)
    found = behind(measured(blocked))
    assert (found.blocked, found.causes) == (1, {"context_overflow": 1})
    rows = [row for row in results(blocked).estimates("gini") if row.n]
    assert {(row.blocked, row.n, row.bound_low is None) for row in rows} == {(1, 1, False)}
    json.dumps([row.row() for row in results(blocked).all_estimates()], allow_nan=False)


def test_reading_what_is_missing_makes_no_environment(
    blocked: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: object, **__: object) -> None:
        raise AssertionError("an environment was made")

    monkeypatch.setattr("suasion.catalogue.make", never)
    assert [each.lost for each in measured(blocked) if each.lost] == ["context_overflow"]
    assert results(blocked).all_estimates()


def test_what_a_model_blocked_and_how_often_it_was_asked_again_is_counted(blocked: Run) -> None:
    [model] = blocked.asked()
    assert model.blocked == {"context_overflow": 1}
    assert (model.again, model.outcomes["rate_limit"], model.outcomes["context_overflow"]) == (
        1,
        1,
        1,
    )
    retried = [each for each in measured(blocked) if each.retried]
    assert len(retried) == 1


def test_a_blocked_episode_has_a_page_with_what_there_is_of_it(
    blocked: Run, tmp_path: Path, browser: Browser
) -> None:
    site = build(blocked, tmp_path / "site").home.parent
    listed = (site / "episodes/index.html").read_text()
    assert "1 episode: context overflow." in listed
    [name] = [row.id for row in blocked.rows() if row.state == "blocked"]
    assert f'<a href="../episodes/{name}.html">' in listed
    main = LexborHTMLParser((site / f"episodes/{name}.html").read_text()).css_first("main")
    assert main is not None
    text = main.text()
    assert "not played to its end: context overflow" in text
    for each in blocked.attempts(name):
        assert each.told.splitlines()[0] in text
    for page in pages(site):
        tab, seen = opened(browser, page, viewport={"width": 390, "height": 800})
        assert (seen.complaints, seen.violations, outside(seen)) == ([], [], []), page.name
        for details in tab.query_selector_all("details"):
            details.evaluate("each => { each.open = true }")
        assert tab.evaluate("document.documentElement.scrollWidth") <= 390, page.name
        tab.close()


def test_of_a_run_that_was_left_what_never_began_is_missing(blocked: Run) -> None:
    rows = [row._replace(state="planned", error=None) for row in blocked.rows()]
    assert set(missing(rows, over=True).values()) == {"never_begun"}
    assert missing(rows, over=False) == {}
    assert blocked.over


def test_a_run_in_memory_that_is_not_over_misses_only_what_is_stuck(tmp_path: Path) -> None:
    assert measured(InMemory([], tmp_path)) == []


def test_attempts_that_cannot_be_summed_leave_the_pages_whole(
    blocked: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def damaged(_: Run) -> None:
        raise Damaged("no")

    monkeypatch.setattr(Run, "asked", damaged)
    assert "What models were asked" not in build(blocked, tmp_path / "site").home.read_text()
