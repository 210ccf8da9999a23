"""What a model is asked afresh: words alone, or its notes and then those alone; and no memory."""

import asyncio
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import pytest

from suasion.agents.http import Away
from suasion.agents.hybrid import Hybrid
from suasion.agents.language import FRESH, NOTED, Seat
from suasion.agents.memory import NOTES
from suasion.core.asks import Answer, Choose, Forfeit, Json, Number
from suasion.core.chance import Chance
from suasion.core.environment import (
    AFRESH,
    CANNOT_FORGET,
    TOKENS,
    Aside,
    Asked,
    Environment,
    Live,
    Out,
    Turn,
)
from suasion.core.environment import Seat as Place
from suasion.core.episode import Decision, Episode
from suasion.core.events import Event
from suasion.core.play import Play
from suasion.models.model import Model
from suasion.models.request import Completion, Request
from suasion.models.settings import Settings
from suasion.runner.episode import drive_async

WAY = Choose(("left", "right"))
THEN = "From these notes: which number, 0 to 9?"


@dataclass(frozen=True)
class Maze(Environment[int]):
    """One seat walks three turns, one of them asked afresh; before the last it is asked aside."""

    afresh: int = 1
    """The turn that is asked afresh."""
    name = "maze"

    def seats(self) -> Sequence[Place]:
        return [Place("Walker")]

    def open(self, chance: Chance, out: Out) -> int:
        return 0

    def turns(self, state: int) -> Mapping[int, Turn]:
        if state == 3:
            return {}
        return {0: Turn(WAY, {AFRESH: ""}, 0) if state == self.afresh else Turn(WAY, {"at": state})}

    def asides(self, state: int) -> Sequence[Aside]:
        if state != 2:
            return []
        notes = Turn(Number(0, 9), {AFRESH: THEN, "what": "Write notes."})
        weighed = Turn(Number(0, 9), {TOKENS: True, "what": "Say 0 to 9."})
        alone = Turn(Number(0, 9), {AFRESH: "", "what": "Alone: 0 to 9?"}, 0)
        return [Aside("alone", 0, alone), Aside("weighed", 0, weighed), Aside("later", 0, notes)]

    def step(self, state: int, answers: Mapping[int, Answer], chance: Chance, out: Out) -> int:
        lost = isinstance(answers[0], Forfeit)
        out.emit(
            "walked", 0, {"to": None if lost else answers[0]}, () if state == 1 else "everyone"
        )
        return state + 1

    def payoffs(self, state: int) -> Sequence[float]:
        return [0.0]

    def brief(self, seat: int) -> str:
        return "This is a maze."

    def tell(self, event: Event, seat: int) -> str:
        return f"You went {event.data['to']}."

    def now(self, turn: Turn, seat: int) -> str:
        seen = turn.situation
        return str(seen.get("what", f"Turn {seen.get('at', 'of its own')}?"))


class Saying:
    """A client that answers by what it is asked, and keeps what it was sent."""

    def __init__(self, notes: str | Completion = "Went left.", way: str = "left") -> None:
        self.notes, self.way, self.sent = notes, way, list[Request]()

    async def complete(self, request: Request, seconds: float) -> Completion:
        self.sent.append(request)
        last = contents(request)[-1]
        if "Write notes." in last:
            return self.notes if isinstance(self.notes, Completion) else Completion(self.notes)
        if "0 to 9" in last:
            return Completion("7", logprobs={"content": [{"token": "7", "logprob": 0.0}]})
        return Completion(self.way)

    async def close(self) -> None:
        pass


def contents(request: Request) -> list[str]:
    return [json.loads(each)["content"] for each in request.messages]


def roles(request: Request) -> list[str]:
    return [json.loads(each)["role"] for each in request.messages]


def model(client: Saying) -> Model:
    return Model("vllm/x", "x", "vllm", "here:1", None, client)


def walked(
    client: Saying, record: Iterable[Decision] = (), keep: list[Decision] | None = None
) -> Episode:
    seat = Seat(model(client), Settings(structured="off"))
    kept = [] if keep is None else keep
    play, live = Play(Maze(), 0, keep=kept.append), Live(seat.ask, seat.resume, sends=True)
    return asyncio.run(drive_async(play, [live], [*record]))


def of(client: Saying, words: str) -> Request:
    [found] = [request for request in client.sent if words in contents(request)[-1]]
    return found


def test_a_turn_asked_afresh_is_asked_with_its_words_alone_and_is_not_remembered() -> None:
    client = Saying()
    walked(client)
    alone = of(client, "Turn of its own?")
    assert (roles(alone), contents(alone)) == (["user"], ["Turn of its own?"])
    last = contents(of(client, "Turn 2?"))
    assert last[0] == "This is a maze."
    assert len(last) == 1 + 2 + 1
    assert "of its own" not in "\n".join(last)


def test_an_aside_asked_afresh_knows_neither_brief_nor_past() -> None:
    client = Saying()
    episode = walked(client)
    alone = of(client, "Alone: 0 to 9?")
    assert contents(alone) == ["Alone: 0 to 9?"]
    asked = {d.aside: d.answer for d in episode.decisions if d.aside and ">" not in d.aside}
    assert asked == {"alone": 7, "weighed": 7, "later": 7}


def test_notes_are_written_with_all_that_is_remembered_and_then_are_all_there_is() -> None:
    client = Saying("I went left, once.")
    episode = walked(client)
    notes, then = of(client, "Write notes."), of(client, THEN)
    assert roles(notes) == ["system", "user", "assistant", "user"]
    assert contents(notes)[0] == "This is a maze."
    assert contents(then) == [f"{NOTES}I went left, once.\n\n{THEN}"]
    [kept] = [d for d in episode.decisions if d.aside == f"later>{NOTED}>0"]
    assert kept.raw == "I went left, once."
    assert [d.aside for d in episode.decisions if d.aside.startswith(f"later>{FRESH}")] == [
        f"later>{FRESH}>0"
    ]


@pytest.mark.parametrize("reason", ["refused", "truncated", "empty"])
def test_where_there_are_no_notes_the_answer_is_lost_by_that_name(reason: str) -> None:
    client = Saying(Completion("", reason))
    episode = walked(client)
    assert {d.aside: d.answer for d in episode.decisions}["later"] == Forfeit(reason)
    assert [each for each in client.sent if THEN in contents(each)[-1]] == []


def test_what_came_of_a_record_is_not_asked_again_and_the_rest_is_the_same() -> None:
    kept: list[Decision] = []
    whole = walked(Saying(), keep=kept)
    put = {(*d.key[:2], d.aside.partition(">")[0], d.repeat) for d in kept if ">" in d.aside}
    for cut in range(len(kept)):
        client = Saying()
        again = walked(client, kept[:cut])
        assert again.digest() == whole.digest()
        told = ["\n".join(contents(each)) for each in client.sent]
        calls = [each for each in kept[cut:] if each.aside.count(">") or each.key not in put]
        assert len(told) == len(calls)
        for each in told:
            assert ("of its own" in each) <= (each == "Turn of its own?")


def test_token_probabilities_are_kept_with_an_answer_where_they_are_asked_for() -> None:
    episode = walked(Saying())
    meant = {d.aside: d.meant for d in episode.decisions if ">" not in d.aside}
    assert meant["weighed"] == {TOKENS: {"content": [{"token": "7", "logprob": 0.0}]}}
    assert [name for name, each in meant.items() if each] == ["weighed"]
    [event] = [e for _, e in episode.of("aside") if e.data["name"] == "weighed"]
    assert event.truth["meant"] == meant["weighed"]
    assert event.to == ()


def test_an_agent_with_a_memory_of_its_own_cannot_be_asked_afresh() -> None:
    class Nobody(Saying):
        async def complete(self, request: Request, seconds: float) -> Completion:
            self.sent.append(request)
            asked: Json = json.loads(request.frame)["schema"]
            words = "left" if "enum" in asked else 7
            return Completion(json.dumps({"answer": words}))

    client = Nobody()
    away = Away(model(client), "maze", Settings())
    live = Live(away.ask, sends=True)
    episode = asyncio.run(drive_async(Play(Maze(), 0), [live]))
    lost = {d.aside or d.step: d.answer for d in episode.decisions if isinstance(d.answer, Forfeit)}
    assert {*lost.values()} == {Forfeit(CANNOT_FORGET)}
    assert {*lost} == {1, "alone", "later"}
    assert len(client.sent) == 3


def test_what_a_hybrids_script_cannot_say_afresh_its_model_is_asked_afresh() -> None:
    def script(asked: Asked) -> Answer:
        return Forfeit("not_understood") if asked.aside else "right"

    client = Saying()
    holder = Hybrid(model(client), Settings(structured="off"), script)
    live = Live(holder.ask, holder.resume, sends=True)
    episode = asyncio.run(drive_async(Play(Maze(), 0), [live]))
    asked = {d.aside: d.answer for d in episode.decisions if d.aside and ">" not in d.aside}
    assert asked == {"alone": 7, "weighed": 7, "later": 7}
    assert contents(of(client, "Alone: 0 to 9?")) == ["Alone: 0 to 9?"]
    told = "\n".join(text for each in client.sent for text in contents(each))
    assert "of its own" not in told
