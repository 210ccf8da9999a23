"""A link of a chain is played once the one before it is whole, with what that one left."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from suasion import catalogue
from suasion.cli.status import described
from suasion.core.asks import Json
from suasion.measures.filed import Held
from suasion.runner.chains import NoInheritance, begun, inherits
from suasion.runner.check import check
from suasion.runner.plan import Changed
from suasion.runner.progress import Quiet
from suasion.runner.run import RunResult, run
from suasion.runner.study import Study
from suasion.runner.study_file import of
from suasion.store.chains import following, waiting
from suasion.store.planned import Plan
from suasion.store.run import Run, open_run

PACKAGE = """
import os
from dataclasses import dataclass
from pathlib import Path
from suasion.agents import policy
from suasion.core.environment import Blocked, Live, Reply
from suasion.environments.influence import KIT as OURS
from suasion.environments.influence.rules import Influence
from dataclasses import replace


@dataclass(frozen=True)
class Odd(Influence):
    leaves: str = "nothing"
    name = "odd_chains"

    def carry(self, state):
        return {
            "nothing": None,
            "text": "a word",
            "unknown": {"sise": 3},
            "wrong": {"rounds": 0},
            "seats": {"size": 3},
            "more": {"rounds": self.rounds + 1},
            "float": {"rounds": 2.0},
        }[self.leaves]


KIT = replace(OURS, environment=Odd)


def hold(name, kit):
    where = Path("/" + name)
    script = policy("talking_random", kit)

    async def ask(asked, line):
        where.mkdir(exist_ok=True)
        (where / str(len(list(where.iterdir())))).touch()
        if len(list(where.iterdir())) == 3:
            raise Blocked("quota is used up")
        import json
        return Reply(json.dumps(script(asked)))

    return Live(ask, lambda asked, decided: script(asked))
"""


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A package on the path that brings rules `odd_chains`, and agents that block once."""
    folder = tmp_path / "package"
    folder.mkdir()
    (folder / "odd_chains.py").write_text(PACKAGE)
    metadata = folder / "odd_chains-1.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: odd-chains\nVersion: 1\n")
    (metadata / "entry_points.txt").write_text(
        "[suasion.agents]\nonce = odd_chains:hold\n"
        "[suasion.environments]\nodd_chains = odd_chains\n"
    )
    monkeypatch.syspath_prepend(folder)
    from suasion import agents

    agents._brought.cache_clear()
    catalogue._brought_kit.cache_clear()
    yield folder
    agents._brought.cache_clear()
    catalogue._brought_kit.cache_clear()


def study(**changed: Any) -> Study:
    """One chain of three short games."""
    given: dict[str, Any] = {
        "name": "small",
        "status": "smoke",
        "question": "Does it run?",
        "expectation": "It does.",
        "environment": "influence",
        "settings": {"size": 2, "rounds": 1, "slots": 2, "remember": True},
        "conditions": {"one": {}},
        "seats": ["talking_random", "image_scorer"],
        "replicates": 1,
        "chain": 3,
    }
    return of({**given, **changed})


def odd(leaves: str) -> Study:
    settings = {"size": 2, "rounds": 1, "slots": 1, "leaves": leaves}
    return study(environment="odd_chains", settings=settings)


def carried(folder: Path) -> list[Json]:
    return [row.carried for row in open_run(folder).rows()]


def states(found: Run) -> list[str]:
    return [row.state for row in found.rows()]


def told(result: RunResult) -> list[tuple[str, str]]:
    return [(episode, state) for episode, state, _ in result.errors]


def test_each_link_is_played_with_what_the_one_before_it_left(tmp_path: Path) -> None:
    assert run(study(), tmp_path / "run").exit_code == 0
    found = open_run(tmp_path / "run")
    first, second, third = found.all()
    assert first.episode.header.settings["reputation"] == []
    for before, after in ((first, second), (second, third)):
        assert before.episode.carry["reputation"] == after.episode.header.settings["reputation"]
        assert (after.chain, after.link) == ("one--r0", (before.link or 0) + 1)
    assert carried(tmp_path / "run") == [None, first.episode.carry, second.episode.carry]
    assert check(found) == []


def test_the_words_that_seats_of_a_link_are_told_say_what_it_inherits(tmp_path: Path) -> None:
    run(study(), tmp_path / "run")
    first, second, _ = open_run(tmp_path / "run").all()
    (gave, got), _ = second.episode.header.settings["reputation"]
    assert "No game was played before" in first.seats[0].brief
    assert f"you {gave} and {got}; P2 " in second.seats[0].brief


def test_workers_do_not_change_what_chains_come_to(tmp_path: Path) -> None:
    digests = set()
    for workers in (1, 3):
        folder = tmp_path / str(workers)
        assert run(study(replicates=4), folder, workers=workers).exit_code == 0
        digests.add(open_run(folder).digest())
    assert len(digests) == 1


class Order(Quiet):
    """Keeps when episodes are given out and come back."""

    def __init__(self) -> None:
        self.said: list[tuple[str, str]] = []

    def started(self, episode: str, arm: str) -> None:
        self.said.append(("started", episode))

    def ended(self, episode: str, arm: str, state: str, error: str | None) -> None:
        self.said.append(("ended", episode))


def test_no_link_is_given_out_before_the_one_before_it_is_on_disk(tmp_path: Path) -> None:
    order = Order()
    run(study(replicates=3), tmp_path / "run", workers=2, progress=order)
    for k in range(3):
        mine = [said for said in order.said if said[1].startswith(f"one--r{k}--")]
        expected = [(word, f"one--r{k}--{n}") for n in range(3) for word in ("started", "ended")]
        assert mine == expected


def test_a_chain_waits_behind_a_link_that_is_blocked_and_goes_on_with_it(
    package: Path, tmp_path: Path
) -> None:
    small = study(seats=[f"once{tmp_path}/marks", "image_scorer"])
    result = run(small, tmp_path / "run", workers=1)
    found = open_run(tmp_path / "run")
    assert result.exit_code == 3
    assert told(result) == [("one--r0--1", "blocked"), ("one--r0--2", "waiting")]
    assert result.errors[1][2] == "an episode before it in its chain is blocked"
    assert states(found) == ["whole", "blocked", "planned"]
    assert found.manifest["status"] == "partial"
    waits = {"state": "waiting", "error": result.errors[1][2], "count": 1}
    assert waits in described(found)["errors"]
    assert check(found) == []
    assert run(small, tmp_path / "run", workers=1).exit_code == 0
    alone = study(seats=["awaited/talking_random", "image_scorer"])
    run(alone, tmp_path / "alone")
    assert open_run(tmp_path / "run").digest() == open_run(tmp_path / "alone").digest()


@pytest.mark.parametrize(
    ("leaves", "said"),
    [
        ("text", "expected a JSON object of settings, or null: 'a word'"),
        ("unknown", "odd_chains has no setting 'sise'"),
        ("wrong", "setting 'rounds' is 0"),
        ("seats", "it would change who is seated: to P1, P2, P3"),
        ("float", "setting 'rounds' is 2.0"),
    ],
)
def test_what_cannot_be_inherited_fails_the_next_link_by_name(
    leaves: str, said: str, package: Path, tmp_path: Path
) -> None:
    result = run(odd(leaves), tmp_path / "run", workers=1)
    assert result.exit_code == 3
    assert told(result) == [("one--r0--1", "failed"), ("one--r0--2", "waiting")]
    assert "what the episode before it carries: " in result.errors[0][2]
    assert said in result.errors[0][2]
    assert check(open_run(tmp_path / "run")) == []


def test_what_leaves_nothing_is_played_by_the_settings_of_the_study(
    package: Path, tmp_path: Path
) -> None:
    assert run(odd("nothing"), tmp_path / "run").exit_code == 0
    assert carried(tmp_path / "run") == [None, {}, {}]
    assert len({str(f.episode.header.settings) for f in open_run(tmp_path / "run").all()}) == 1


def test_settings_that_are_left_are_those_of_the_next_link_alone(
    package: Path, tmp_path: Path
) -> None:
    assert run(odd("more"), tmp_path / "run").exit_code == 0
    assert carried(tmp_path / "run") == [None, {"rounds": 2}, {"rounds": 3}]
    lengths = [len(filed.episode.decisions) for filed in open_run(tmp_path / "run").all()]
    assert lengths == [2, 4, 6]


def test_a_run_whose_later_links_would_be_told_other_words_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from suasion.environments.influence import words
    from suasion.environments.influence.wordings import WORDINGS

    run(study(), tmp_path / "run")
    other = replace(WORDINGS[0], record="Once upon a time: {records}.")
    monkeypatch.setattr(words, "WORDINGS", (other,))
    with pytest.raises(Changed, match="the seats of one--r0--1 would be told otherwise"):
        run(study(), tmp_path / "run")


def test_a_link_is_not_played_on_what_is_not_what_was_left(tmp_path: Path) -> None:
    small = study()
    run(small, tmp_path / "run")
    with closing(sqlite3.connect(tmp_path / "run" / "record.db")) as db:
        db.execute("UPDATE episodes SET carry = replace(carry, '[[', '[[1') WHERE number = 2")
        db.execute("UPDATE episodes SET state = 'planned' WHERE number = 3")
        db.commit()
    result = run(small, tmp_path / "run", workers=1)
    assert told(result) == [("one--r0--2", "failed")]
    assert result.errors[0][2].startswith("damaged: the record of the episode before it")


def plan(**changed: Any) -> Plan:
    settings = catalogue.defaults(catalogue.kit("influence"))
    seats = [Held(f"P{n}", "policy/grim") for n in range(1, 6)]
    made = Plan("a--r0--1", "a", 0, 1, "smoke", "influence", "1", settings, seats)
    return replace(made, chain="a--r0", link=1, **changed)


def test_what_is_inherited_is_kept_as_it_is_in_force() -> None:
    made = begun(plan(), {"credit": False, "rounds": 3})
    assert made.carried == {"credit": "off", "rounds": 3}
    assert made.in_force["rounds"] == 3
    assert "credit" not in made.seats[0].brief.lower()
    assert begun(made, made.carried) == made


def test_nobody_inherits_a_list() -> None:
    with pytest.raises(NoInheritance, match="expected a JSON object"):
        begun(plan(), [1])


def test_a_link_that_was_played_with_other_settings_than_were_left_is_seen(
    tmp_path: Path,
) -> None:
    run(study(), tmp_path / "run")
    first, second, _ = open_run(tmp_path / "run").all()
    left = first.episode.carry
    assert inherits(second, left, left)
    assert not inherits(second, left, {"reputation": [[7, 7], [7, 7]]})
    assert not inherits(second, None, left)
    assert not inherits(second, left, None)
    assert not inherits(second, left, [1])
    assert not inherits(second, {"sise": 1}, {"sise": 1})


class Row:
    """An episode, and how far it is."""

    def __init__(self, id_: str, chain: str | None, state: str) -> None:
        self.id, self.chain, self.state = id_, chain, state


def test_only_those_behind_a_stuck_link_of_their_own_chain_wait() -> None:
    rows = [
        Row("a0", "a", "whole"),
        Row("a1", "a", "failed"),
        Row("b0", "b", "blocked"),
        Row("a2", "a", "planned"),
        Row("x", None, "planned"),
        Row("c0", "c", "planned"),
        Row("b1", "b", "planned"),
    ]
    assert waiting(rows) == {
        "a2": "an episode before it in its chain is failed",
        "b1": "an episode before it in its chain is blocked",
    }
    assert following(rows) == {1: 2, 2: 4, 3: 7}
