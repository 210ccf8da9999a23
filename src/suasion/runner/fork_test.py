"""A fork of a recorded episode is a run like any other, and says where it is from."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from suasion.core.asks import Forfeit, Json
from suasion.core.chance import Draw
from suasion.core.episode import Decision, Episode
from suasion.core.fork import steps_of
from suasion.environments.influence.rules import Influence
from suasion.measures.filed import Filed
from suasion.measures.forked import EDITED, NULL
from suasion.measures.imported import Imported
from suasion.runner.check import check
from suasion.runner.fork import Fork, pair_seed, run_fork
from suasion.runner.fork_edit import Answered, Delivered, Redrawn, Wanted
from suasion.runner.fork_ground import Unforkable, ground
from suasion.runner.plan import Changed, plans
from suasion.runner.run import play_plans, run
from suasion.runner.study import Study
from suasion.runner.study_file import of
from suasion.store.folder import new_manifest
from suasion.store.importing import file
from suasion.store.run import Run, UnknownEpisode, open_run

ENV = Influence(size=3, rounds=3, slots=2)
FIRST = "main--r0"
SCRIPTS = ["policy/promise_breaker", "policy/tit_for_tat", "policy/talking_random"]
CHANNELS: list[dict[str, Json]] = [{"name": "loss", "rate": 0.4, "kinds": ["message"]}]


def study(*seats: str, replicates: int = 1, **changed: Any) -> Study:
    given = {
        "name": "small",
        "status": "confirmatory",
        "question": "Does it fork?",
        "expectation": "It does.",
        "environment": "influence",
        "settings": {"size": 3, "rounds": 3, "slots": 2},
        "seats": list(seats or SCRIPTS),
        "replicates": replicates,
    }
    return of({**given, **changed})


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("fork") / "run"
    assert run(study(replicates=2), folder, workers=1).exit_code == 0
    return open_run(folder)


@pytest.fixture(scope="module")
def noisy(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The same with messages lost on their way."""
    folder = tmp_path_factory.mktemp("fork") / "noisy"
    planned = [replace(plan, channels=CHANNELS) for plan in plans(study().jobs(), "exploratory")]
    manifest = new_manifest(
        "study", environment="influence", environment_version="1", plugin=None, study={}
    )
    assert play_plans(planned, manifest, folder, workers=1).exit_code == 0
    assert open_run(folder).filed(FIRST).episode.changed
    return open_run(folder)


def forked(source: Run, out: Path, wanted: Wanted | None = None, at: int = 2, **how: Any) -> Run:
    """A whole run of forks in which nothing is found."""
    result = run_fork(source, Fork(FIRST, at, wanted, **how), out, workers=1)
    assert (result.exit_code, result.errors) == (0, ())
    found = open_run(out)
    assert check(found) == []
    return found


def arms(found: Run) -> dict[tuple[str, int], Filed]:
    by = {(each.arm or "", each.replicate or 0): each for each in found.all()}
    assert len(by) == len(found.ids())
    return by


def past(episode: Episode, events: int, step: int) -> list[Json]:
    """All that happened up to an event and was decided and drawn up to its step."""
    return [
        episode.events[: events + 1],
        [d.row() for d in episode.decisions if d.step < step - 1],
        [draw for draw in episode.draws if draw.step < step],
    ]


# --- what a fork is ------------------------------------------------------------------------------


def test_a_fork_says_where_it_is_from_and_what_it_changed(original: Run, tmp_path: Path) -> None:
    found = forked(original, tmp_path / "fork", Delivered("drop"))
    assert found.manifest["kind"] == "fork"
    assert found.manifest["status"] == "whole"
    assert found.ids() == ["edited--r0", "null--r0"]
    both = arms(found)
    common = {
        "run": original.digest(),
        "episode": FIRST,
        "digest": original.row(FIRST).digest,
        "at": 2,
        "through": 3,
        "pair": 0,
        "seed": None,
    }
    edit = {"kind": "drop", "seats": ["P2"]}
    assert both[EDITED, 0].origin == {**common, "edit": edit}
    assert both[NULL, 0].origin == {**common, "edit": None}
    assert [seat.agent for seat in both[NULL, 0].seats] == SCRIPTS
    assert both[NULL, 0].status == "exploratory", "no fork was declared before the run"


def test_the_null_fork_on_the_chance_of_the_original_is_the_original(
    original: Run, tmp_path: Path
) -> None:
    for at in (0, 17):
        found = forked(original, tmp_path / str(at), at=at)
        assert found.ids() == ["null--r0"]
        assert found.row("null--r0").digest == original.row(FIRST).digest


def test_fresh_seeds_are_the_same_in_both_forks_of_a_pair_and_in_no_two_pairs(
    original: Run, tmp_path: Path
) -> None:
    found = arms(forked(original, tmp_path / "a", Delivered("drop"), at=2, times=3))
    seeds = {(arm, pair): (each.origin or {})["seed"] for (arm, pair), each in found.items()}
    assert all(seeds[EDITED, pair] == seeds[NULL, pair] == pair_seed(0, pair) for pair in range(3))
    assert len({found[NULL, pair].episode.digest() for pair in range(3)}) == 3
    base = original.filed(FIRST).episode
    for each in found.values():
        assert past(each.episode, 2, 3) == past(base, 2, 3)
    again = forked(original, tmp_path / "b", Delivered("drop"), at=2, times=3)
    assert again.digest() == open_run(tmp_path / "a").digest()
    other = arms(forked(original, tmp_path / "c", at=2, times=3, seed=1))
    assert {each.episode.digest() for each in other.values()}.isdisjoint(
        each.episode.digest() for each in found.values()
    )


# --- one edit of each kind -----------------------------------------------------------------------


def heard(episode: Episode, seat: int) -> list[int]:
    """The messages that reach a seat, but for its own."""
    changed = {(at, to): made for at, to, made in episode.changed}
    return [
        at
        for at, event in episode.of("message")
        for each in range(3)
        if event.reaches(each) and each != event.by
        if any(to == seat for to, *_ in changed.get((at, each), [[each]]))
    ]


def message(episode: Episode, by: int, to: int) -> int:
    """The first message of one seat to another."""
    return next(at for at, e in episode.of("message") if (e.by, e.data["to"]) == (by, to))


def answers(episode: Episode) -> list[Json]:
    return [decision.answer for decision in episode.decisions]


EDITS: Mapping[str, Callable[[Episode], tuple[int, Wanted]]] = {
    "drop": lambda e: (message(e, 0, 1), Delivered("drop")),
    "delay": lambda e: (message(e, 0, 1), Delivered("delay", 40)),
    "reroute": lambda e: (message(e, 0, 1), Delivered("reroute", "P3")),
    "rewrite": lambda e: (message(e, 0, 1), Delivered("rewrite", "Good morning.")),
    "answer": lambda e: (
        message(e, 0, 1),
        Answered("P1", {"action": "message", "to": "P2", "text": "Good morning."}),
    ),
    "no answer": lambda e: (message(e, 0, 1), Answered("P1", None)),
    "draw": lambda e: (message(e, 2, 1), Redrawn("2/kind", 0.1)),
}


@pytest.mark.parametrize("edit", EDITS)
def test_an_edit_changes_what_it_should_and_nothing_before_it(
    edit: str, original: Run, tmp_path: Path
) -> None:
    base = original.filed(FIRST).episode
    at, wanted = EDITS[edit](base)
    found = arms(forked(original, tmp_path / "fork", wanted, at))
    assert found[NULL, 0].episode.digest() == base.digest()
    made, step = found[EDITED, 0].episode, steps_of(ENV, base)[at]
    keeps_event = isinstance(wanted, Delivered)
    assert past(made, at - (not keeps_event), step) == past(base, at - (not keeps_event), step)
    assert answers(made) != answers(base)
    if edit == "draw":
        assert made.events[at].kind == "pull"
        assert made.decisions[step - 1].notes == ()
        assert made.header.source == "recorded"
        return
    assert takes_up_the_offer(base, step)
    assert not takes_up_the_offer(made, step), "it was not heard as it was made"
    if keeps_event:
        assert made.events[at] == base.events[at]
        assert (at in heard(made, 1)) == (edit in ("delay", "rewrite"))
        assert (at in heard(made, 2)) == (edit == "reroute")


def words(decision: Decision) -> Json:
    """What a decision to write says."""
    return None if isinstance(decision.answer, Forfeit) else decision.answer["text"]


def takes_up_the_offer(episode: Episode, step: int) -> bool:
    """Whether P2 next does what it does without chance alone: pull for P1, who made an offer."""
    following = next(d for d in episode.decisions if d.seat == 1 and d.step >= step)
    pull = {"action": "pull", "beneficiary": "P1", "credit": None}
    return not following.draws and following.answer == pull


def test_one_copy_of_a_public_event_is_lost_and_the_others_are_not(
    original: Run, tmp_path: Path
) -> None:
    base = original.filed(FIRST).episode
    pull, event = next(base.of("pull"))
    others = [f"P{seat + 1}" for seat in range(3) if seat != event.by]
    one = arms(forked(original, tmp_path / "one", Delivered("drop", to=others[0]), pull))
    assert [row[:2] for row in one[EDITED, 0].episode.changed] == [[pull, int(others[0][1]) - 1]]
    both = arms(forked(original, tmp_path / "both", Delivered("drop"), pull))
    assert len(both[EDITED, 0].episode.changed) == 2
    assert (both[EDITED, 0].origin or {})["edit"]["seats"] == others


def test_a_draw_of_the_rules_is_changed_in_the_step_that_led_to_the_event(
    original: Run, tmp_path: Path
) -> None:
    base = original.filed(FIRST).episode
    orders = [draw.value for draw in base.draws]
    assert len(orders) == 6
    at = next(at for at, step in enumerate(steps_of(ENV, base)) if step == 3)
    reverse = orders[1][::-1]
    found = arms(forked(original, tmp_path / "fork", Redrawn("order", reverse), at))
    made = found[EDITED, 0].episode
    assert [draw.value for draw in made.draws] == [orders[0], reverse, *orders[2:]]
    assert made.decisions[:3] == base.decisions[:3]
    assert [d.seat for d in made.decisions[3:6]] == reverse
    assert made.events[:at] == base.events[:at]


def test_a_seats_own_draw_makes_its_decision_anew_and_no_other(
    original: Run, tmp_path: Path
) -> None:
    base = original.filed(FIRST).episode
    at = message(base, 2, 1)
    step = steps_of(ENV, base)[at]
    was = base.decisions[step - 1]
    text = next(draw for draw in was.draws if draw.name == "2/text")
    found = arms(forked(original, tmp_path / "fork", Redrawn("2/text", (text.value + 1) % 6), at))
    made = found[EDITED, 0].episode.decisions[step - 1]
    assert words(made) != words(was)
    assert [d.name for d in made.draws] == [d.name for d in was.draws]
    assert [a.value == b.value for a, b in zip(made.draws, was.draws, strict=True)] == [
        draw.name != "2/text" for draw in was.draws
    ]


def test_a_draw_that_comes_out_as_it_did_changes_nothing(original: Run, tmp_path: Path) -> None:
    base = original.filed(FIRST).episode
    found = arms(forked(original, tmp_path / "fork", Redrawn("order", base.draws[0].value), 0))
    assert found[EDITED, 0].episode.decisions == base.decisions
    assert found[EDITED, 0].episode.events == base.events


def test_a_game_with_a_delivery_chain_is_forked_with_it(noisy: Run, tmp_path: Path) -> None:
    base = noisy.filed(FIRST).episode
    found = arms(forked(noisy, tmp_path / "null", at=6))
    assert found[NULL, 0].episode.digest() == base.digest()
    lost = next(at for at, _, made in base.changed if not made)
    with pytest.raises(Unforkable, match=f"event {lost} was told to nobody but"):
        forked(noisy, tmp_path / "lost", Delivered("drop"), lost)
    arrived = next(at for at, _ in base.of("message") if at not in [c[0] for c in base.changed])
    drop = forked(noisy, tmp_path / "drop", Delivered("drop"), arrived, times=2)
    for each in arms(drop).values():
        assert list(each.episode.header.channels) == CHANNELS
        before = [row for row in base.changed if row[0] < arrived]
        assert list(each.episode.changed[: len(before)]) == before
        made = [row[2] for row in each.episode.changed if row[0] == arrived]
        assert made == ([[]] if each.arm == EDITED else [])


def test_a_fork_is_forked_again(original: Run, tmp_path: Path) -> None:
    once = forked(original, tmp_path / "once", Delivered("drop"), times=1)
    edited = once.filed("edited--r0")
    with pytest.raises(Unforkable, match="fresh seeds") as refusal:
        run_fork(once, Fork("edited--r0", 8), tmp_path / "paired")
    assert refusal.value.instead == ("--times", "20")
    run_fork(once, Fork("edited--r0", 8, times=2), tmp_path / "twice", workers=1)
    twice = open_run(tmp_path / "twice")
    assert check(twice) == []
    for each in twice.all():
        assert each.episode.events[:9] == edited.episode.events[:9]
        assert each.episode.changed == edited.episode.changed


def test_an_answer_of_one_of_many_who_answer_together_is_changed_alone(tmp_path: Path) -> None:
    given: dict[str, Any] = {"environment": "social", "settings": {"size": 12, "days": 4}}
    run(study("12*policy/any_contact", **given), tmp_path / "run", workers=1)
    source = open_run(tmp_path / "run")
    base = source.filed(FIRST).episode
    [day] = [d for d in base.decisions if d.step == 0]
    assert len(day.seats) == 12
    was = dict(day.each())[4]
    other = "doubt" if was == "believe" else "believe"
    at = ground(source, FIRST).steps.index(1)
    made = arms(forked(source, tmp_path / "fork", Answered("A5", other), at))[EDITED, 0].episode
    assert [each for each in made.decisions[0].each() if each not in day.each()] == [(4, other)]
    assert base.digest() == arms(open_run(tmp_path / "fork"))[NULL, 0].episode.digest()
    with pytest.raises(Unforkable, match="A5 answers together with others"):
        run_fork(source, Fork(FIRST, at, Answered("A5", None)), tmp_path / "none")


def test_a_link_of_a_chain_is_forked_with_what_it_inherited(tmp_path: Path) -> None:
    small = {"size": 3, "rounds": 2, "slots": 1, "remember": True}
    run(study("policy/promise_keeper", "policy/image_scorer", "policy/talking_random",
              settings=small, chain=2), tmp_path / "run", workers=1)  # fmt: skip
    source = open_run(tmp_path / "run")
    result = run_fork(source, Fork("main--r0--1", 2), tmp_path / "fork", workers=1)
    assert result.exit_code == 0
    found = open_run(tmp_path / "fork")
    assert check(found) == []
    assert found.row("null--r0").digest == source.row("main--r0--1").digest


# --- resumed -------------------------------------------------------------------------------------


def test_the_same_command_on_a_whole_fork_does_nothing_and_another_is_refused(
    original: Run, tmp_path: Path
) -> None:
    digest = forked(original, tmp_path / "fork", Delivered("drop")).digest()
    assert forked(original, tmp_path / "fork", Delivered("drop")).digest() == digest
    for wanted, times, said in (
        (Delivered("delay", 1), None, "fork.edit.kind was 'drop', now 'delay'"),
        (Delivered("drop"), 2, "fork.times was None, now 2"),
    ):
        with pytest.raises(Changed, match=said):
            forked(original, tmp_path / "fork", wanted, times=times)


def test_a_fork_goes_on_when_its_run_has_grown(tmp_path: Path) -> None:
    long = study(replicates=2)
    run(long, tmp_path / "run", workers=1)
    source = open_run(tmp_path / "run")
    forked(source, tmp_path / "fork")
    with closing(sqlite3.connect(tmp_path / "run" / "record.db")) as db:
        db.execute("DELETE FROM episodes WHERE number = 2")
        db.commit()
    shorter = open_run(tmp_path / "run")
    assert shorter.digest() != source.digest()
    forked(shorter, tmp_path / "fork")


PROGRAM = """
import sys
from pathlib import Path
from suasion.runner.fork import Fork, run_fork
from suasion.runner.fork_edit import Delivered
from suasion.store.run import open_run
fork = Fork("main--r0", int(sys.argv[3]), Delivered("drop"), times=2)
sys.exit(run_fork(open_run(Path(sys.argv[1])), fork, Path(sys.argv[2]), workers=1).exit_code)
"""


@pytest.mark.parametrize("answered", [1, 17])
def test_a_fork_killed_in_the_middle_goes_on_to_the_same_record(
    answered: int, tmp_path: Path
) -> None:
    """With seats that are waited for: what stands, and what was answered, is never asked again."""
    seats = ["awaited/promise_breaker", "policy/tit_for_tat", "awaited/talking_random"]
    run(study(*seats), tmp_path / "run", workers=1)
    source = open_run(tmp_path / "run")
    at = message(source.filed(FIRST).episode, 0, 1)
    fork = Fork(FIRST, at, Delivered("drop"), times=2)
    run_fork(source, fork, tmp_path / "whole", workers=1)
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(source.path), str(tmp_path / "cut"), str(at)],
        env={**os.environ, "SUASION_AWAITED_DELAY": "0.05"},
        start_new_session=True,
    )
    while attempts(tmp_path / "cut") < answered:
        time.sleep(0.01)
        assert process.poll() is None
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert open_run(tmp_path / "cut").manifest["status"] != "whole"
    run_fork(source, fork, tmp_path / "cut", workers=1)
    cut, whole = open_run(tmp_path / "cut"), open_run(tmp_path / "whole")
    assert check(cut) == []
    assert cut.digest() == whole.digest()
    asked = [
        attempt.key
        for name in cut.ids()
        for attempt in cut.attempts(name)
        if attempt.outcome == "answered"
    ]
    through = next(cut.all()).origin or {}
    assert min(step for step, *_ in asked) >= through["through"], "what stands was never asked"
    paid = sum(len(whole.attempts(name)) for name in whole.ids())
    assert len(asked) == paid


def attempts(folder: Path) -> int:
    """Replies that are on disk."""
    try:
        with closing(sqlite3.connect(f"file:{folder}/record.db?mode=ro", uri=True)) as db:
            [(count,)] = db.execute("SELECT count(*) FROM attempts WHERE outcome = 'answered'")
            return int(count)
    except sqlite3.Error:
        return 0


# --- refused -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("at", "wanted", "said", "instead"),
    [
        (99, None, "no event 99 in 'main--r0'; there are: 0 to 17", ("--at", "17")),
        (-1, None, "no event -1", ("--at", "17")),
        (2, Answered("P9", None), "no seat 'P9' in this episode; there are: P1, P2, P3", None),
        (2, Answered("P2", None), "P2 was not asked in the step that made event 2: P1 was", None),
        (2, Answered("P1", {"action": "fly"}), '(action:no_option); expected {"anyOf":', None),
        (2, Answered("P1", "pull"), 'P1 cannot answer "pull" (not_an_object)', None),
        (2, Delivered("drop", to="P3"), "P3 was sent no copy of event 2 by another; P2 was", None),
        (2, Delivered("drop", to="P1"), "P1 was sent no copy", None),
        (2, Delivered("drop", to="P7"), "no seat 'P7'", ("--at", "2", "--drop")),
        (2, Delivered("reroute", "P2"), "to P2, who is told it anyway", None),
        (2, Delivered("reroute", "P1"), "to P1, who made it", None),
        (2, Delivered("reroute", "P8"), "no seat 'P8'", ("--at", "2", "--drop")),
        (5, Delivered("rewrite", "x"), "its fields are: round, slot, beneficiary, credit", None),
        (0, Redrawn("circle", 0), "no draw 'circle' led to event 0; here there are: order", None),
        (1, Redrawn("order", [0, 1, 2]), "but to events 0, 2, 5, ", None),
        (1, Redrawn("1/kind", 0.5), "no draw '1/kind' led to event 1, but to events 0", None),
        (0, Redrawn("order", [0, 1]), "expected a list of 3 different places from 0 to 2", None),
        (0, Redrawn("order", [0, 1, 1]), "cannot be [0, 1, 1]", None),
        (0, Redrawn("order", [0, 1, 3]), "cannot be [0, 1, 3]", None),
        (0, Redrawn("order", 0), "cannot be 0", None),
        (0, Redrawn("1/kind", 1.0), "expected a number from 0 up to and without 1", None),
        (0, Redrawn("1/kind", True), "cannot be true", None),
        (0, Redrawn("1/kind", None), "cannot be null", None),
        (0, Redrawn("1/text", 6), "expected a place from 0 to 5", None),
    ],
)
def test_an_edit_that_cannot_be_is_refused_with_what_could(
    at: int, wanted: Wanted | None, said: str, instead: tuple[str, ...] | None, original: Run,
    tmp_path: Path
) -> None:  # fmt: skip
    with pytest.raises(Unforkable) as refusal:
        run_fork(original, Fork(FIRST, at, wanted), tmp_path / "fork")
    assert said in str(refusal.value)
    assert refusal.value.instead[:1] == ("--at",)
    assert instead is None or refusal.value.instead == instead
    assert not (tmp_path / "fork").exists()


def test_an_event_that_nobody_was_told_cannot_be_delivered_otherwise(tmp_path: Path) -> None:
    silent = {"size": 3, "rounds": 1, "slots": 1, "messages": False}
    run(study("policy/extractor", *SCRIPTS[1:], settings=silent), tmp_path / "run", workers=1)
    source = open_run(tmp_path / "run")
    episode = source.filed(FIRST).episode
    [lost] = [at for at, _ in episode.of("forfeit")]
    assert isinstance(episode.decisions[lost].answer, Forfeit)
    with pytest.raises(Unforkable, match="told to nobody but P1, whose doing it is"):
        run_fork(source, Fork(FIRST, lost, Delivered("drop")), tmp_path / "fork")


def test_an_unknown_episode_is_refused_with_those_that_exist(original: Run, tmp_path: Path) -> None:
    with pytest.raises(UnknownEpisode, match="main--r0"):
        run_fork(original, Fork("main--r9", 0), tmp_path / "fork")


def test_an_episode_of_other_rules_is_refused_with_both_versions(
    original: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Influence, "version", "7")
    with pytest.raises(Unforkable, match="rules version 1; these rules are version 7"):
        run_fork(original, Fork(FIRST, 0), tmp_path / "fork")


def test_a_damaged_episode_is_refused_by_name(tmp_path: Path) -> None:
    run(study(), tmp_path / "run", workers=1)
    with closing(sqlite3.connect(tmp_path / "run" / "record.db")) as db:
        db.execute("UPDATE events SET data = '{}' WHERE id = 3")
        db.commit()
    with pytest.raises(Unforkable, match="'main--r0' is damaged"):
        run_fork(open_run(tmp_path / "run"), Fork(FIRST, 0), tmp_path / "fork")


def test_an_unfinished_episode_is_refused_by_name(tmp_path: Path) -> None:
    [plan] = plans(study().jobs(), "smoke")
    seats = [replace(plan.seats[0], agent="policy/nobody"), *plan.seats[1:]]
    planned = [replace(plan, seats=seats)]
    manifest = new_manifest(
        "study", environment="influence", environment_version="1", plugin=None, study={}
    )
    play_plans(planned, manifest, tmp_path / "run", workers=1)
    with pytest.raises(Unforkable, match="'main--r0' is failed: only a whole episode"):
        run_fork(open_run(tmp_path / "run"), Fork(FIRST, 0), tmp_path / "fork")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"decisions": ()}, "from a log of events: it holds no decisions"),
        ({"decisions": "short"}, "cannot be played again from its record"),
        ({"draws": (Draw("order", [2, 1, 0], 3, "everyone", 0),)}, "cannot be played again"),
    ],
)
def test_an_imported_episode_that_cannot_be_played_on_is_refused(
    change: dict[str, Any], said: str, original: Run, tmp_path: Path
) -> None:
    filed = original.filed(FIRST)
    if change.get("decisions") == "short":
        change = {"decisions": filed.episode.decisions[:4]}
    told = replace(filed, episode=replace(filed.episode, **change), arm=None, replicate=None)
    file(Imported([told], [], []), tmp_path / "log", {"environment": "influence"})
    with pytest.raises(Unforkable, match=said):
        run_fork(open_run(tmp_path / "log"), Fork(FIRST, 0), tmp_path / "fork")


def test_seats_whose_holders_are_not_known_are_named(original: Run, tmp_path: Path) -> None:
    filed = original.filed(FIRST)
    seats = [replace(filed.seats[0], agent=None), *filed.seats[1:]]
    file(
        Imported([replace(filed, seats=seats, arm=None)], [], []),
        tmp_path / "log",
        {"environment": "influence"},
    )
    with pytest.raises(Unforkable, match="does not say who held P1"):
        run_fork(open_run(tmp_path / "log"), Fork(FIRST, 0), tmp_path / "fork")
