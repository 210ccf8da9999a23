"""Forks of episodes with models in them: what stands is never asked again, what a model is sent
afterwards begins with what it was sent before, and all of it is put together again from the record.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from suasion import catalogue
from suasion.agents.sent import Sent, record_of, sent
from suasion.core.episode import Key
from suasion.measures.forked import EDITED, NULL
from suasion.runner.check import check
from suasion.runner.fork import Fork, limits_of, run_fork
from suasion.runner.fork_edit import Answered, Delivered, Redrawn, Wanted
from suasion.runner.fork_ground import Unforkable, ground
from suasion.runner.run import run
from suasion.runner.study_file import of
from suasion.store.run import Run, open_run

FIRST = "main--r0"
STUDY: dict[str, Any] = {
    "name": "forked",
    "question": "What is a model told in a fork?",
    "expectation": "What it was told before, and then what follows.",
    "environment": "influence",
    "settings": {"size": 3, "rounds": 3, "slots": 3},
    "asides": ["belief"],
    "replicates": 1,
}
WAYS: dict[str, dict[str, Any]] = {
    "full": {},
    "window": {"memory": "window", "window": 2},
    "summary": {"memory": "summary", "window": 1},
    "none": {"memory": "none"},
    "tools": {"structured": "tools"},
    "repaired": {"repair": 1, "structured": "off"},
}
HOLDERS = (
    "scripted/valid",
    "scripted/wrong",
    "scripted/policy?name=talking_random",
    "compose/draft-predict-pick?model=scripted/valid&drafts=2",
    "hybrid/promise_breaker?model=scripted/valid",
)
CASES = [
    *(("scripted/valid", way) for way in WAYS if way != "repaired"),
    ("scripted/wrong", "repaired"),
    ("scripted/policy?name=talking_random", "summary"),
    (HOLDERS[3], "full"),
    (HOLDERS[4], "summary"),
]


def played(folder: Path, *seats: Any, **changed: Any) -> Run:
    """A whole run of that line-up."""
    line_up = [*seats, "scripted/valid", "policy/talking_random"][: changed.pop("many", 3)]
    found = of({**STUDY, **changed, "seats": line_up})
    result = run(found, folder, workers=1)
    assert (result.exit_code, result.errors) == (0, ())
    return open_run(folder)


def forked(source: Run, out: Path, wanted: Wanted | None, at: int, **how: Any) -> Run:
    """A whole run of forks in which nothing is found, and of which all that was sent is known."""
    name = how.pop("episode", FIRST)
    result = run_fork(source, Fork(name, at, wanted, **how), out, workers=1)
    assert (result.exit_code, result.errors) == (0, ())
    found = open_run(out)
    assert check(found) == []
    for name in found.ids():
        assert all(call.whole for call in calls(found, name).values())
    return found


def calls(found: Run, name: str) -> dict[tuple[Key, int], Sent]:
    """Every call of an episode, by the decision and the number of the attempt."""
    filed = found.filed(name)
    kit = catalogue.kit(filed.episode.header.environment)
    made = sent(record_of(found, filed, found.attempts(name), kit))
    return {(each.key, each.attempt): each for each in made}


def through(found: Run, name: str) -> int:
    origin = found.row(name).origin
    assert origin is not None
    step: int = origin["through"]
    return step


def acts(found: Run, name: str, seat: int) -> list[Sent]:
    """The calls of a seat that were made for acts and are no inner ones, in order."""
    return [made for (key, _), made in calls(found, name).items() if key[1:3] == (seat, "")]


def message(source: Run, by: int, after: int = 0) -> int:
    """The first message of a seat, so many events after the first."""
    episode = source.filed(FIRST).episode
    return next(at for at, each in episode.of("message") if each.by == by and at >= after)


def acted(source: Run, seat: int) -> int:
    """An event that a seat made in the middle, after which it acts again."""
    events = source.filed(FIRST).episode.events
    return next(
        at for at, each in enumerate(events) if at > 4 and each.by == seat and each.kind != "aside"
    )


@pytest.mark.parametrize(("agent", "way"), CASES)
def test_a_fork_with_nothing_changed_sends_the_same_and_comes_to_the_same(
    agent: str, way: str, tmp_path: Path
) -> None:
    skin = "guild" if way == "full" else None
    source = played(tmp_path / "run", {"agent": agent, **WAYS[way]}, skin=skin)
    at = message(source, 2, 6)
    found = forked(source, tmp_path / "fork", None, at)
    assert found.row("null--r0").digest == source.row(FIRST).digest
    was, now = calls(source, FIRST), calls(found, "null--r0")
    assert {key[0] for key, _ in now} == {step for (step, *_), _ in was} - set(
        range(through(found, "null--r0"))
    )
    assert {where: made.body for where, made in now.items()} == {
        where: was[where].body for where in now
    }


PULL = {"action": "pull", "beneficiary": "P2", "credit": None}


@pytest.mark.parametrize("way", ["summary", "none"])
def test_an_answer_in_place_of_a_models_is_what_it_said(way: str, tmp_path: Path) -> None:
    source = played(tmp_path / "run", {"agent": "scripted/valid", **WAYS[way]})
    at = acted(source, 0)
    for number, (answer, said) in enumerate([(None, "(no answer)"), (PULL, json.dumps(PULL))]):
        found = forked(source, tmp_path / f"fork{number}", Answered("P1", answer), at)
        before = acts(found, "edited--r0", 0)[0].messages[:-1]
        remembered = [] if way == "none" else [{"role": "assistant", "content": said}]
        assert [json.loads(each) for each in before[1:]][-1:] == remembered


def test_an_answer_in_place_of_a_models_is_said_in_the_words_of_its_skin(tmp_path: Path) -> None:
    source = played(tmp_path / "run", "scripted/valid", skin="guild")
    found = forked(source, tmp_path / "fork", Answered("P1", PULL), acted(source, 0))
    said = json.loads(acts(found, "edited--r0", 0)[0].messages[-2])["content"]
    assert said == '{"move": "toll", "recipient": "G2", "honour": null}'


@pytest.mark.parametrize("agent", HOLDERS[3:])
def test_an_answer_in_place_of_one_made_of_several_calls_is_what_it_said(
    agent: str, tmp_path: Path
) -> None:
    source = played(tmp_path / "run", agent)
    at = acted(source, 0)
    other = {"action": "pull", "beneficiary": "P3", "credit": None}
    for number, answer in enumerate((None, other)):
        forked(source, tmp_path / f"fork{number}", Answered("P1", answer), at)


def test_a_message_with_other_words_is_the_only_change_in_what_is_sent(tmp_path: Path) -> None:
    source = played(tmp_path / "run", "scripted/valid")
    at = message(source, 2, 6)
    event = source.filed(FIRST).episode.events[at]
    reader = event.data["to"]
    found = forked(source, tmp_path / "fork", Delivered("rewrite", "I lied to you."), at)
    null, edited = (acts(found, f"{arm}--r0", reader)[0] for arm in (NULL, EDITED))
    assert null.messages[:-1] == edited.messages[:-1]
    was, now = (json.loads(each.messages[-1])["content"] for each in (null, edited))
    assert was.count(event.data["text"]) == 1
    assert now == was.replace(event.data["text"], "I lied to you.")
    before = [made for made in acts(source, FIRST, reader) if made.key[0] < null.key[0]]
    assert list(edited.messages[: len(before[-1].messages)]) == list(before[-1].messages)


def test_a_dropped_message_is_in_no_prompt_of_whoever_it_was_for(tmp_path: Path) -> None:
    source = played(tmp_path / "run", "scripted/valid")
    at = message(source, 1, 6)
    event = source.filed(FIRST).episode.events[at]
    found = forked(source, tmp_path / "fork", Delivered("drop"), at)
    words = str(event.data["text"]).encode()
    heard = {
        arm: [key for key, made in calls(found, f"{arm}--r0").items() if words in made.body]
        for arm in (EDITED, NULL)
    }
    by = {arm: {key[1] for key, _ in keys} for arm, keys in heard.items()}
    assert by == {EDITED: {1}, NULL: {1, event.data["to"]}}


def test_a_fork_of_a_fork_knows_what_stood_in_the_first(tmp_path: Path) -> None:
    source = played(tmp_path / "run", "scripted/valid")
    once = forked(source, tmp_path / "once", Delivered("drop"), message(source, 2, 3))
    episode = once.filed("edited--r0").episode
    at = len(episode.events) - 3
    result = run_fork(once, Fork("edited--r0", at, times=1), tmp_path / "twice", workers=1)
    assert result.exit_code == 0
    twice = open_run(tmp_path / "twice")
    assert check(twice) == []
    made = calls(twice, "null--r0")
    assert made
    assert all(call.whole for call in made.values())
    kept = {key: words for key, words in once.told("edited--r0").items() if ">" not in key[2]}
    last = through(twice, "null--r0")
    assert twice.stood("null--r0") == {key: w for key, w in kept.items() if key[0] < last}


def test_another_order_of_play_is_forked_with_models_as_with_scripts(tmp_path: Path) -> None:
    source = played(tmp_path / "run", "scripted/valid", {"agent": "scripted/valid", "repair": 1})
    order = [draw for draw in source.filed(FIRST).episode.draws if draw.name == "order"][4]
    at = ground(source, FIRST).steps.index(order.step)
    drawn = ground(source, FIRST).drawn(at)
    found = forked(source, tmp_path / "fork", Redrawn("order", order.value[::-1]), at)
    assert "order" in drawn
    assert found.row("edited--r0").digest != found.row("null--r0").digest


def test_seeds_of_requests_are_the_episodes_own(tmp_path: Path) -> None:
    source = played(tmp_path / "run", {"model": "scripted/valid", "seed": 7})
    found = forked(source, tmp_path / "fork", None, message(source, 2, 6), times=3)
    seeds = [
        json.loads(made.frame)["seed"]
        for name in found.ids()
        for made in acts(found, name, 0)
        if b'"seed"' in made.frame
    ]
    assert len(seeds) == len(set(seeds)) >= 3
    assert {json.loads(m.frame)["seed"] for m in acts(source, FIRST, 0)}.isdisjoint(seeds)


def test_samples_of_repeats_differ_and_a_resumed_fork_has_the_same(tmp_path: Path) -> None:
    noisy = {"environment": "persuasion", "settings": {"total_turns": 4}, "asides": [], "many": 2}
    sides = {side: {"settings": {"side": side}} for side in ("pro", "con")}
    seats = ["scripted/noisy", "scripted/noisy?mean=0"]
    source = played(tmp_path / "run", *seats, block=sides, **noisy)
    at = next(at for at, _ in source.filed("main--r0--pro").episode.of("say"))
    found = forked(source, tmp_path / "fork", None, at, times=3, episode="main--r0--pro")
    assert len({found.row(name).digest for name in found.ids()}) == 3


# --- in every kind of play -----------------------------------------------------------------------

SUMMARY = {"model": "scripted/valid", "memory": "summary", "window": 1}
PLAYS: dict[str, tuple[str, dict[str, Any]]] = {
    "chain": (
        "main--r0--1",
        {
            "settings": {"size": 3, "rounds": 2, "slots": 2, "remember": True},
            "chain": 2,
            "seats": ["scripted/valid", SUMMARY, "policy/image_scorer"],
        },
    ),
    "block, probes": (
        "main--r0--con",
        {
            "environment": "persuasion",
            "settings": {"total_turns": 4, "probe_each_turn": True},
            "block": {"pro": {}, "con": {"settings": {"side": "con"}}},
            "asides": [],
            "seats": ["scripted/valid", {**SUMMARY, "model": "scripted/policy?name=target"}],
        },
    ),
    "groups, channels": (
        FIRST,
        {
            "environment": "social",
            "settings": {"size": 8, "days": 4},
            "seats": ["scripted/valid", SUMMARY, "6*policy/any_contact"],
            "channels": [{"name": "loss", "rate": 0.4}, {"name": "delay", "steps": 1}],
            "asides": ["belief", "realism"],
        },
    ),
    "awaited": (
        FIRST,
        {"seats": ["awaited/promise_keeper", SUMMARY, "policy/grim"], "asides": ["realism"]},
    ),
    "all at once": (
        FIRST,
        {
            "environment": "terrarium",
            "settings": {"rounds": 3},
            "seats": ["scripted/valid", SUMMARY, "4*policy/cooperator"],
        },
    ),
}


@pytest.mark.parametrize("play", PLAYS)
def test_models_play_beside_anyone_and_are_forked_with_all(play: str, tmp_path: Path) -> None:
    name, changed = PLAYS[play]
    result = run(of({**STUDY, **changed}), tmp_path / "run", workers=1)
    assert (result.exit_code, result.errors) == (0, ())
    source = open_run(tmp_path / "run")
    assert check(source) == []
    for each in source.ids():
        assert all(call.whole for call in calls(source, each).values())
    at = next(at for at, step in enumerate(ground(source, name).steps) if step >= 2)
    run_fork(source, Fork(name, at), tmp_path / "fork", workers=1)
    found = open_run(tmp_path / "fork")
    assert check(found) == []
    assert found.row("null--r0").digest == source.row(name).digest
    steps = [each.key[0] for each in found.attempts("null--r0")]
    assert steps
    assert min(steps) >= through(found, "null--r0")
    assert all(call.whole for call in calls(found, "null--r0").values())
    stands = {key: words for key, words in source.told(name).items() if ">" not in key[2]}
    told = {key: words for key, words in found.told("null--r0").items() if ">" not in key[2]}
    assert told == stands


def test_a_line_up_that_rotates_moves_a_model_with_its_settings(tmp_path: Path) -> None:
    seats = [{"model": "scripted/valid", "temperature": 0.5, "repair": 1}, SUMMARY, "policy/grim"]
    study = of({**STUDY, "seats": seats, "rotate": True, "replicates": 3})
    assert run(study, tmp_path / "run", workers=1).exit_code == 0
    found = open_run(tmp_path / "run")
    held = [[(s.agent, dict(s.asked_with)) for s in found.filed(n).seats] for n in found.ids()]
    first = held[0]
    assert [keys for _, keys in first] == [
        {"temperature": 0.5, "repair": 1}, {"memory": "summary", "window": 1}, {},
    ]  # fmt: skip
    assert held[1] == [first[2], *first[:2]]
    assert held[2] == [*first[1:], first[0]]
    for number, name in enumerate(found.ids()):
        by = {made.key[1]: json.loads(made.frame) for made in calls(found, name).values()}
        assert {seat: frame.get("temperature") for seat, frame in by.items()} == {
            number: 0.5,
            (number + 1) % 3: None,
        }


# --- what a fork keeps ---------------------------------------------------------------------------


def test_what_was_told_before_is_kept_once_however_many_forks_there_are(tmp_path: Path) -> None:
    source = played(tmp_path / "run", "scripted/valid")
    at = message(source, 2, 9)
    sizes = []
    for times in (1, 4):
        found = forked(source, tmp_path / f"fork{times}", None, at, times=times)
        with found_texts(found) as db:
            sizes.append(db.execute("SELECT count(*) FROM texts").fetchone())
        names = {(found.row(name).origin or {})["told"] for name in found.ids()}
        assert len(names) == 1
    assert sizes[0] == sizes[1]


def test_a_fork_of_scripts_alone_keeps_no_words(tmp_path: Path) -> None:
    source = played(tmp_path / "run", *["policy/grim"] * 3, asides=[])
    found = forked(source, tmp_path / "fork", None, 4)
    assert "told" not in (found.row("null--r0").origin or {})
    assert found.stood("null--r0") == {}


def test_a_fork_holds_to_the_limits_of_the_study_it_is_from(tmp_path: Path) -> None:
    limits = {"max_tokens": 400_000, "deadline_s": 30, "concurrency": 2}
    source = played(tmp_path / "run", "scripted/valid", limits=limits)
    assert limits_of(source).max_tokens == 400_000
    found = forked(source, tmp_path / "fork", None, 4)
    assert limits_of(found) == limits_of(source)
    small = Run(source.path, {**source.manifest, "study": {"limits": {"max_tokens": 1}}})
    result = run_fork(small, Fork(FIRST, 4), tmp_path / "capped", workers=1)
    assert result.exit_code == 4
    assert "max_tokens" in (result.stopped or "")


@pytest.mark.parametrize("said", [None, [], {"limits": 3}, {"limits": {"max_tokens": -1}}])
def test_limits_that_cannot_be_are_the_usual_ones(said: Any, tmp_path: Path) -> None:
    assert limits_of(Run(tmp_path, {"study": said})) == limits_of(Run(tmp_path, {}))


def test_an_agent_that_remembers_by_itself_cannot_be_put_back(tmp_path: Path) -> None:
    source = played(tmp_path / "run", "scripted/valid")
    from dataclasses import replace

    from suasion.runner.fork import _rememberable

    found = ground(source, FIRST)
    elsewhere = replace(found.filed.seats[0], agent="agent/http@http://localhost:9")
    seats = [elsewhere, *found.filed.seats[1:]]
    moved = replace(found, filed=replace(found.filed, seats=seats))
    _rememberable(moved, 0)
    with pytest.raises(Unforkable, match="P1 is held by 'agent/http@http://localhost:9'"):
        _rememberable(moved, 9)


def found_texts(found: Run) -> Any:
    import sqlite3
    from contextlib import closing

    return closing(sqlite3.connect(f"file:{found.path}/record.db?mode=ro", uri=True))
