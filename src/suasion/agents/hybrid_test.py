"""A hybrid believes by rules, while a model reads and speaks for it."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest

from suasion.agents import UnknownAgent, hold, registry
from suasion.agents.hybrid import Hybrid, at, put, texts
from suasion.catalogue import kit
from suasion.core.asks import Choose, Forfeit, Json, Maybe, Number, OneOf, Record, Text, UpTo
from suasion.core.environment import Environment, Live
from suasion.core.episode import Decision, Episode
from suasion.core.play import Play
from suasion.environments.influence.rules import Influence
from suasion.environments.persuasion.listener import Listener, listener
from suasion.environments.persuasion.rules import Persuasion
from suasion.models import scripted
from suasion.models.request import Completion, Request
from suasion.models.settings import Settings
from suasion.runner.episode import drive_async

TALK = Persuasion(total_turns=4, probes=2, probe_each_turn=True)
LISTENER = "hybrid/listener?model=scripted/valid&noise=0&susceptibility=0.4"
LEADS = "I think so."


def reads(position: float, strength: float) -> Callable[[scripted.Heard], str]:
    """A model that reads every turn alike, and says something of its own."""

    def say(heard: scripted.Heard) -> str:
        if "position" in json.dumps(heard.schema):
            return json.dumps({"position": position, "strength": strength})
        return heard.said(LEADS)

    return say


def hybrid(say: Callable[[scripted.Heard], str], script: Any, **settings: Any) -> Live:
    holder = Hybrid(scripted.model("x", scripted.Script(say)), Settings(**settings), script)
    return Live(holder.ask, holder.resume, sends=True)


def played(
    seats: list[Live],
    env: Environment[Any] = TALK,
    record: list[Decision] | None = None,
    keep: Callable[[Decision], object] | None = None,
) -> Episode:
    return asyncio.run(drive_async(Play(env, 1, keep=keep), seats, record or ()))


def model(agent: str = "scripted/valid", env: str = "persuasion", **asked_with: Json) -> Live:
    made = hold(agent, kit(env), asked_with, registry)
    assert isinstance(made, Live)
    return made


def acts(episode: Episode, seat: int) -> list[Decision]:
    return [d for d in episode.decisions if d.seat == seat and not d.aside]


def test_a_stance_moves_by_the_rule_and_is_told_to_no_seat() -> None:
    episode = played([model(), hybrid(reads(3, 0.5), listener(0.0, 0.4, 0.0))])
    first, second = acts(episode, 1)
    assert first.meant == {"stance": pytest.approx(0.6), "read": [[3, 0.5]]}
    assert second.meant["stance"] == pytest.approx(0.6 + 0.2 * (3 - 0.6))
    assert (first.answer, second.answer) == (LEADS, LEADS)
    assert not any("stance" in json.dumps(dict(e.data)) for _, e in episode.of("say"))


def test_a_position_beyond_its_confidence_moves_nothing() -> None:
    far = played([model(), hybrid(reads(3, 1), listener(-2.0, 0.5, 0.0, 0.0, 4.0))])
    near = played([model(), hybrid(reads(3, 1), listener(-2.0, 0.5, 0.0, 0.0, 5.0))])
    assert [d.meant["stance"] for d in acts(far, 1)] == [-2, -2]
    assert acts(near, 1)[0].meant["stance"] == pytest.approx(0.5)


def test_a_first_opinion_draws_back() -> None:
    episode = played([model(), hybrid(reads(3, 1), listener(1.0, 0.5, 0.0, 0.5))])
    assert acts(episode, 1)[0].meant["stance"] == pytest.approx(1 + 0.5 * (0.5 * 2))


def test_a_probe_is_answered_by_the_rule_and_its_reading_is_made_once() -> None:
    episode = played([model(), hybrid(reads(3, 1), listener(-3.0, 0.5, 0.0))])
    probes = [d.answer for d in episode.decisions if d.aside == "stance_after"]
    assert probes == [2, 2]
    readings = [d for d in episode.decisions if ">read>" in d.aside]
    assert len(readings) == 2, "one for each turn of the other"


def test_in_the_repertoires_words_it_is_moved_without_a_model() -> None:
    said: Any = hold("policy/persuader?strength=1", kit("persuasion"))
    episode = played([said, hybrid(reads(-3, 1), listener(0.0, 0.5, 0.0))])
    assert not [d for d in episode.decisions if ">read>" in d.aside]
    assert acts(episode, 1)[0].meant["stance"] == pytest.approx(1.5)


def test_what_cannot_be_read_moves_nothing_and_is_on_record() -> None:
    episode = played([model(), hybrid(lambda heard: "words", listener(1.0, 0.5, 0.0))])
    first, _ = acts(episode, 1)
    assert first.meant == {"stance": 1, "read": [[0, 0]]}
    assert [d.raw for d in episode.decisions if ">read>" in d.aside] == ["words"] * 2


def test_a_model_without_words_forfeits_by_its_reason() -> None:
    refuses = scripted.Script(lambda _: "No.", "refused")
    holder = Hybrid(scripted.model("x", refuses), Settings(), listener())
    episode = played([model(), Live(holder.ask, holder.resume, sends=True)])
    assert [d.answer for d in acts(episode, 1)] == [Forfeit("refused")] * 2


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[Request]:
    seen: list[Request] = []
    complete = scripted.Scripted.complete

    async def kept(self: Any, request: Request, seconds: float) -> Completion:
        seen.append(request)
        return await complete(self, request, seconds)

    monkeypatch.setattr(scripted.Scripted, "complete", kept)
    return seen


@pytest.mark.parametrize("memory", ["full", "summary"])
def test_a_run_killed_between_any_two_calls_asks_nothing_twice(
    sent: list[Request], memory: str
) -> None:
    def seats() -> list[Live]:
        return [model(), model(LISTENER, memory=memory, window=1)]

    env, kept = Persuasion(total_turns=8, probes=2, probe_each_turn=True), list[Decision]()
    whole = played(seats(), env, keep=kept.append)
    calls = len(sent)
    bodies = sorted(request.body for request in sent)
    assert any(">summary>" in d.aside for d in kept) == (memory == "summary")
    paid = [d for d in kept if d.seat == 0 or ">" in d.aside]
    assert calls == len(paid)
    for cut in range(len(kept)):
        sent.clear()
        assert played(seats(), env, kept[:cut]) == whole
        assert len(sent) == calls - sum(d.seat == 0 or ">" in d.aside for d in kept[:cut])
        assert all(request.body in bodies for request in sent)


def test_every_call_begins_with_the_prompt_it_branches_from(sent: list[Request]) -> None:
    played([hold("policy/off_topic", kit("persuasion")), model(LISTENER)])  # type: ignore[list-item]
    assert {tuple(json.loads(m)["role"] for m in r.branch) for r in sent} == {("user", "assistant")}
    for request in sent:
        past = len(request.messages) - 1 - len(request.branch)
        assert list(request.messages[past:-1]) == list(request.branch)


def test_in_influence_a_script_decides_and_a_model_phrases() -> None:
    env = Influence(size=2, rounds=2, slots=3)
    script: Any = hold("policy/promise_keeper", kit("influence"))
    speaks = hybrid(lambda heard: heard.said("As you like."), script)
    plain: Any = hold("policy/promise_keeper", kit("influence"))
    other: Any = hold("policy/grim", kit("influence"))
    again: Any = hold("policy/grim", kit("influence"))
    hybrids, scripts = played([speaks, other], env), played([plain, again], env)
    answers: list[Any] = [d.answer for d in acts(hybrids, 0)]
    messages = [answer for answer in answers if answer["action"] == "message"]
    assert messages
    assert {m["text"] for m in messages} == {"As you like."}
    first, wanted = acts(hybrids, 0)[0], acts(scripts, 0)[0]
    answer: Any = wanted.answer
    assert {**answer, "text": "As you like."} == first.answer
    assert first.meant == wanted.meant


def test_an_aside_without_a_rule_is_the_models_to_answer() -> None:
    script: Any = hold("policy/persuader", kit("persuasion"))
    env = Persuasion(total_turns=2, probes=1)
    target = hybrid(lambda heard: heard.said(2), script)
    episode = played([model(), target], env)
    probes = [d for d in episode.decisions if d.aside == "stance_before"]
    assert [d.answer for d in probes] == [2]


def test_words_are_found_and_put_wherever_they_stand() -> None:
    item = OneOf("action", {"say": Record({"to": Choose(("a",)), "text": Text(9)})})
    ask = Record(
        {"acts": UpTo(2, item), "name": Text(9), "post": Maybe(Text(5)), "n": Number(0, 1)}
    )
    answer = {
        "acts": [{"action": "say", "to": "a", "text": "one"}],
        "name": "x",
        "post": "two",
        "n": 1,
    }
    found = {path: part.limit for path, part in texts(ask, answer)}
    assert found == {("acts", 0, "text"): 9, ("post",): 5}
    changed = put(answer, ("acts", 0, "text"), "new")
    assert at(changed, ("acts", 0, "text")) == "new"
    assert at(answer, ("acts", 0, "text")) == "one"
    assert dict(texts(ask, {**answer, "post": None, "acts": []})) == {}


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        ("hybrid/listener", "expected hybrid/listener\\?model=PROVIDER/MODEL"),
        ("hybrid/nobody?model=scripted/valid", "has no policy 'nobody'"),
        ("hybrid/listener?model=scripted/valid&confidence=9", "from 0 to 6"),
        ("hybrid/listener?model=scripted/valid&susceptibility=-1", "from 0 to 1"),
        ("hybrid/listener?model=nowhere", "PROVIDER/MODEL"),
    ],
)
def test_what_is_no_hybrid_is_told_what_there_is(agent: str, words: str) -> None:
    with pytest.raises(UnknownAgent, match=words):
        hold(agent, kit("persuasion"), {}, registry)


def test_two_hybrids_read_for_themselves() -> None:
    assert listener().readings is not listener().readings
    assert isinstance(kit("persuasion").policies["listener"](), Listener)
