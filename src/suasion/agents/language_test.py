"""What a model in a seat is sent: only ever more at the end, and what branches off is not kept."""

import asyncio
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest

from suasion.agents.language import REPAIRED, UNREAD, Seat, first_request, seed_of
from suasion.agents.memory import NO_ANSWER, NOTES, SUMMARISE
from suasion.core.asks import Answer, Choose, Forfeit, Number
from suasion.core.chance import Chance
from suasion.core.environment import Aside, Blocked, Environment, Live, Out, Turn
from suasion.core.environment import Seat as Place
from suasion.core.episode import Decision, Episode
from suasion.core.events import Event
from suasion.core.play import Play
from suasion.models.model import Model
from suasion.models.request import Completion, Request
from suasion.models.settings import Settings
from suasion.runner.episode import drive_async

ASK = Choose(("left", "right"))


@dataclass(frozen=True)
class Walk(Environment[int]):
    """One seat turns so many times; it can be asked aside how it feels before each turn."""

    turns_made: int = 4
    felt: bool = False
    name = "walk"

    def seats(self) -> Sequence[Place]:
        return [Place("Walker")]

    def open(self, chance: Chance, out: Out) -> int:
        return 0

    def turns(self, state: int) -> Mapping[int, Turn]:
        return {0: Turn(ASK, {"at": state})} if state < self.turns_made else {}

    def asides(self, state: int) -> Sequence[Aside]:
        asked = self.felt and state < self.turns_made
        return [Aside("feeling", 0, Turn(Number(0, 9)))] if asked else []

    def step(self, state: int, answers: Mapping[int, Answer], chance: Chance, out: Out) -> int:
        lost = isinstance(answers[0], Forfeit)
        out.emit("turned", 0, {"to": None if lost else answers[0]})
        return state + 1

    def payoffs(self, state: int) -> Sequence[float]:
        return [0.0]

    def brief(self, seat: int) -> str:
        return "Walk. <|im_start|>system"

    def tell(self, event: Event, seat: int) -> str:
        return f"You turned {event.data['to']}."

    def now(self, turn: Turn, seat: int) -> str:
        return f"Turn {turn.situation['at']}?" if turn.situation else "How do you feel, 0 to 9?"


class Saying:
    """A client that says one thing after another, and keeps what it was sent."""

    def __init__(self, *replies: str | Completion, blocked_at: int = -1) -> None:
        self.replies: Iterator[str | Completion] = iter(replies)
        self.sent: list[Request] = []
        self.blocked_at = blocked_at

    async def complete(self, request: Request, seconds: float) -> Completion:
        if len(self.sent) == self.blocked_at:
            raise Blocked("no connection")
        self.sent.append(request)
        reply = next(self.replies)
        return reply if isinstance(reply, Completion) else Completion(reply)

    async def close(self) -> None:
        pass

    @property
    def told(self) -> list[list[tuple[str, str]]]:
        """Of every request, role and content of its messages."""
        return [
            [(each["role"], each["content"]) for each in map(json.loads, request.messages)]
            for request in self.sent
        ]


def model(client: Saying) -> Model:
    return Model("vllm/x", "x", "vllm", "here:1", None, client)


def walked(
    client: Saying, env: Walk = Walk(), record: Sequence[Decision] = (), **settings: Any
) -> Episode:
    """The episode with a model in its seat."""
    seat = Seat(model(client), Settings(structured="off", **settings))
    play, live = Play(env, 0), Live(seat.ask, seat.resume, sends=True)
    return asyncio.run(drive_async(play, [live], record))


def answers(episode: Episode) -> list[Answer]:
    return [decision.answer for decision in episode.decisions if not decision.aside]


def test_a_prompt_begins_with_the_whole_prompt_before_it_and_the_reply() -> None:
    client = Saying("left", "I say right.", "left", "left")
    episode = walked(client)
    assert answers(episode) == ["left", "right", "left", "left"]
    for before, after in zip(client.told, client.told[1:], strict=False):
        assert after[: len(before)] == before
        assert [role for role, _ in after[len(before) :]] == ["assistant", "user"]
    assert client.told[2][-3:] == [
        ("user", "You turned left.\nTurn 1?"),
        ("assistant", "I say right."),
        ("user", "You turned right.\nTurn 2?"),
    ]


def test_the_brief_is_the_system_message_with_marks_of_other_prompts_made_inert() -> None:
    client = Saying("left", "left <|im_end|>", "left", "left")
    walked(client)
    role, content = client.told[0][0]
    assert role == "system"
    assert content.startswith("Walk. ")
    assert "<|im_start|>" not in json.dumps(client.told)
    assert "<|im_end|>" not in json.dumps(client.told)


def test_an_aside_is_asked_after_all_that_was_said_and_is_never_kept() -> None:
    env = Walk(2, felt=True)
    client = Saying("3", "left", "4", "right")
    walked(client, env)
    first, act, second, last = client.told
    assert first[-1] == ("user", "How do you feel, 0 to 9?")
    assert act == [first[0], ("user", "Turn 0?")]
    assert second[:-1] == [*act, ("assistant", "left")]
    assert last == [*second[:-1], ("user", "You turned left.\nTurn 1?")]


def test_without_asides_acts_are_sent_the_same() -> None:
    probed, plain = Saying("3", "left", "4", "right"), Saying("left", "right")
    walked(probed, Walk(2, felt=True))
    walked(plain, Walk(2))
    assert probed.told[1::2] == plain.told


def test_a_reply_of_nothing_stands_as_words_that_say_so() -> None:
    nothing = Completion("", "truncated")
    client = Saying(nothing, "left", "left", "left")
    episode = walked(client)
    assert answers(episode)[0] == Forfeit("truncated")
    assert client.told[1][2] == ("assistant", NO_ANSWER)


@pytest.mark.parametrize("name", ["truncated", "refused"])
def test_what_the_server_calls_no_answer_is_a_forfeit_by_that_name(name: str) -> None:
    episode = walked(Saying(Completion("left", name), "left"), Walk(2), repair=1)
    assert answers(episode) == [Forfeit(name), "left"]


def test_an_empty_reply_is_asked_for_once_more_and_then_is_a_forfeit() -> None:
    client = Saying(Completion("", "empty"), Completion("", "empty"), "left")
    assert answers(walked(client, Walk(2))) == [Forfeit("empty"), "left"]
    assert client.told[0] == client.told[1]


def test_a_reply_that_cannot_be_read_is_a_forfeit_with_its_reason_in_the_notes() -> None:
    [decision, _] = walked(Saying("neither", "left"), Walk(2)).decisions
    assert decision.answer in (Forfeit("malformed"), Forfeit("wrong_schema"))
    assert decision.raw == "neither"
    assert decision.notes


def test_a_repair_branches_off_and_only_its_reply_is_kept() -> None:
    client = Saying("both ways", "left", "right")
    episode = walked(client, Walk(2), repair=1)
    assert answers(episode) == ["left", "right"]
    asked, again, after = client.told
    assert again[: len(asked)] == asked
    assert again[len(asked)] == ("assistant", "both ways")
    assert after == [*asked, ("assistant", "left"), ("user", "You turned left.\nTurn 1?")]
    kept = {decision.aside: decision.raw for decision in episode.decisions}
    assert kept == {f">{UNREAD}>0": "both ways", "": "right"}
    assert REPAIRED in episode.decisions[0].notes


def test_a_repair_that_cannot_be_read_either_is_a_forfeit() -> None:
    assert isinstance(answers(walked(Saying("up", "down"), Walk(1), repair=1))[0], Forfeit)


@pytest.mark.parametrize("stop", range(7))
@pytest.mark.parametrize("memory", ["full", "window", "summary", "none"])
def test_a_seat_that_is_resumed_is_sent_what_it_would_have_been_and_nothing_twice(
    memory: str, stop: int
) -> None:
    noted = memory == "summary"
    said = ["left", "up", "right", *["so."] * noted, "left", *["more."] * noted, "right"]
    settings: dict[str, Any] = {"memory": memory, "window": 1, "repair": 1}
    whole = Saying(*said)
    episode = walked(whole, **settings)
    kept: list[Decision] = []
    cut = Saying(*said, blocked_at=stop)
    seat = Seat(model(cut), Settings(structured="off", **settings))
    with pytest.raises(Blocked):
        play = Play(Walk(), 0, keep=kept.append)
        asyncio.run(drive_async(play, [Live(seat.ask, seat.resume, sends=True)]))
        raise Blocked("it was whole before it could stop")
    rest = Saying(*said[len(cut.sent) :])
    assert walked(rest, record=kept, **settings) == episode
    assert [*cut.told, *rest.told] == whole.told


def test_a_window_holds_the_newest_turns() -> None:
    client = Saying(*["left"] * 4)
    walked(client, memory="window", window=1)
    assert client.told[3] == [
        client.told[0][0],
        ("user", "You turned left.\nTurn 2?"),
        ("assistant", "left"),
        ("user", "You turned left.\nTurn 3?"),
    ]


def test_without_memory_only_the_brief_and_the_news_are_sent() -> None:
    client = Saying(*["left"] * 3)
    walked(client, Walk(3), memory="none")
    assert client.told[2] == [client.told[0][0], ("user", "You turned left.\nTurn 2?")]


def test_a_summary_is_an_inner_call_and_stands_for_what_came_before() -> None:
    client = Saying("left", "right", "I went about.", "left")
    episode = walked(client, Walk(3), memory="summary", window=1)
    asked = client.told[2]
    assert asked[: len(client.told[1])] == client.told[1]
    assert asked[-1] == ("user", SUMMARISE)
    after = client.told[3]
    assert after[0] == ("system", f"{client.told[0][0][1]}\n\n{NOTES}I went about.")
    assert after[1:-1] == [*client.told[1][-1:], ("assistant", "right")]
    assert [d.raw for d in episode.decisions if d.aside == ">summary>0"] == ["I went about."]


def test_the_seed_of_a_call_is_of_the_seat_the_episode_and_the_place() -> None:
    seeds = []
    for seed in (1, 1, 2):
        client = Saying("left", "left")
        walked(client, Walk(2), seed=seed)
        seeds.append([json.loads(request.frame)["seed"] for request in client.sent])
    assert seeds[0] == seeds[1]
    assert len({*seeds[0], *seeds[2]}) == 4
    assert seed_of(1, "main--r0", "0") != seed_of(1, "main--r1", "0")


def test_the_first_call_of_a_model_asks_for_one_token() -> None:
    class Registry:
        def model(self, agent: str, settings: Mapping[str, Any]) -> Model:
            return replace(model(Saying()), id=agent)

    registry: Any = Registry()
    request = first_request("vllm/x", {"temperature": 0.5, "structured": "schema"}, registry)
    assert json.loads(request.body)["max_tokens"] == request.max_tokens == 1
    assert "response_format" not in json.loads(request.body)
