import ast
import asyncio
import json
import sys
from pathlib import Path
from random import Random
from typing import Any

import aiohttp
import pytest

from suasion.core.asks import Ask, Choose, Maybe, Number, OneOf, Record, Text, UpTo
from suasion.testing import foreign_agent
from suasion.testing.foreign_agent import Agent, Blocked, Turn, Words, anything, fitting, serving
from suasion.testing.http1 import in_process

ASK = Choose(("buy", "walk"))
ASKS: tuple[Ask, ...] = (
    ASK,
    Number(0.5, 0.75),
    Number(-2, 2, whole=True),
    Maybe(Text(4)),
    OneOf("do", {"say": Record({"words": Text(90)}), "list": Record({"all": UpTo(2, ASK)})}),
)


def turn(**changes: Any) -> dict[str, Any]:
    """A turn as it is sent."""
    return {
        "protocol": 1,
        "episode": "main--r0",
        "environment": "lemons",
        "seat": "buyer",
        "step": 1,
        "aside": "",
        "repeat": 0,
        "brief": "The rules.",
        "told": "Buy or walk?",
        "schema": ASK.schema(),
        "deadline_s": 60.0,
        **changes,
    }


def asked(agent: Agent, key: str | None = None, **changes: Any) -> Any:
    status, body = agent.reply(json.dumps(turn(**changes)).encode(), key)
    assert status == 200
    return json.loads(body)


@pytest.mark.parametrize("ask", ASKS, ids=str)
def test_it_gives_answers_that_the_ask_allows(ask: Ask) -> None:
    drawn = [fitting(ask.schema(), Random(seed)) for seed in range(50)]
    assert [value for value in drawn if not ask.allows(value)] == []


def test_one_turn_gets_one_answer_and_other_turns_others() -> None:
    assert asked(Agent(anything)) == asked(Agent(anything))
    assert {asked(Agent(anything), step=step)["answer"] for step in range(20)} == {"buy", "walk"}


def test_a_decision_that_is_asked_again_is_answered_as_before() -> None:
    said = iter(range(9))
    agent = Agent(lambda _: next(said))
    assert [asked(agent, "k"), asked(agent, "k"), asked(agent, "j")] == [
        {"answer": 0},
        {"answer": 0},
        {"answer": 1},
    ]
    assert asked(agent, step=2) == asked(agent, step=2) == {"answer": 2}


def test_a_seat_hears_what_it_was_told_and_asides_leave_no_trace() -> None:
    agent = Agent(lambda turn: list(turn.heard))
    asked(agent, told="one", step=1)
    asked(agent, told="one", step=1)
    asked(agent, told="is this a test?", aside="realism", step=1)
    asked(agent, told="another seat", seat="seller", step=1)
    assert asked(agent, told="two", step=2) == {"answer": ["one"]}
    assert asked(agent, told="three", step=3) == {"answer": ["one", "two"]}


def test_words_are_marked_as_words_and_no_answer_is_not_kept() -> None:
    def decide(turn: Turn) -> Any:
        if turn.step == 1:
            raise Blocked("asleep")
        return Words("I walk.")

    agent = Agent(decide)
    assert asked(agent) == {"blocked": "asleep"}
    assert asked(agent, step=2) == {"text": "I walk."}
    assert "blocked" in asked(Agent(anything), schema={"type": "colour"})


@pytest.mark.parametrize(
    "body", [b"", b"[1]", b"{}", json.dumps(turn(protocol=2)).encode(), b"[" * 100_000]
)
def test_what_is_no_turn_of_this_protocol_is_refused(body: bytes) -> None:
    status, said = Agent(anything).reply(body)
    assert status == 400
    assert "protocol" in json.loads(said)["error"]


async def post(url: str, body: Any, key: str = "a") -> tuple[int, Any]:
    headers = {"Idempotency-Key": key}
    async with (
        aiohttp.ClientSession() as session,
        session.post(url, json=body, headers=headers) as answer,
    ):
        return answer.status, await answer.json()


def test_it_is_served_in_a_thread_and_as_a_process() -> None:
    with serving() as server:
        here = asyncio.run(post(server.url, turn()))
    with in_process("suasion.testing.foreign_agent") as url:
        there = asyncio.run(post(url, turn()))
    assert here == there
    assert here[0] == 200
    assert ASK.allows(here[1]["answer"])


def test_the_header_names_the_decision() -> None:
    said = iter(range(9))
    with serving(lambda _: next(said)) as server:
        answers = [asyncio.run(post(server.url, turn(step=n), key))[1] for n, key in KEYS]
    assert answers == [{"answer": 0}, {"answer": 0}, {"answer": 1}]


KEYS = ((1, "a"), (2, "a"), (3, "b"))


def test_it_needs_nothing_but_the_standard_library() -> None:
    tree = ast.parse(Path(foreign_agent.__file__ or "").read_text())
    modules = {
        name.split(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
        )
    }
    assert modules <= set(sys.stdlib_module_names)
