"""A composite drafts, predicts and picks; each call on record, and none paid twice."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest

from suasion.agents import UnknownAgent, hold, registry
from suasion.agents.drafting import Draft, Drafting, picked
from suasion.catalogue import kit
from suasion.core.asks import Forfeit, Json, Parsed
from suasion.core.environment import Environment, Live
from suasion.core.episode import Decision, Episode
from suasion.core.play import Play
from suasion.environments.influence.rules import Influence
from suasion.environments.persuasion.rules import Persuasion
from suasion.models import scripted
from suasion.models.request import Completion, Request
from suasion.models.settings import Settings
from suasion.runner.episode import drive_async

AGENT = "compose/draft-predict-pick?model=scripted/valid&drafts=2"
TALK = Persuasion(total_turns=3, probes=1)
PULLS = Influence(size=2, rounds=2, slots=1)


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[Request]:
    """Every request that reaches a test model."""
    seen: list[Request] = []
    complete = scripted.Scripted.complete

    async def kept(self: Any, request: Request, seconds: float) -> Completion:
        seen.append(request)
        return await complete(self, request, seconds)

    monkeypatch.setattr(scripted.Scripted, "complete", kept)
    return seen


def played(
    env: Environment[Any],
    record: list[Decision] | None = None,
    keep: Callable[[Decision], object] | None = None,
    agents: tuple[str, ...] = (AGENT, AGENT),
    **asked_with: Json,
) -> Episode:
    seats = [hold(agent, kit(env.name), asked_with, registry) for agent in agents]
    return asyncio.run(drive_async(Play(env, 1, keep=keep), seats, record or ()))


def names(episode: Episode) -> list[str]:
    return [d.aside.split(">")[1] for d in episode.decisions if d.step == 0 and ">" in d.aside]


def test_an_act_takes_so_many_drafts_and_the_answer_of_a_reader_to_each() -> None:
    episode = played(PULLS)
    assert sorted(names(episode)) == ["draft", "draft", "reader", "reader"]
    for act in (d for d in episode.decisions if not d.aside):
        drafts = [
            d.raw for d in episode.decisions if d.key[:2] == act.key[:2] and ">draft>" in d.aside
        ]
        assert act.raw in drafts
        assert "of 2: predicted to serve" in act.notes[0]


def test_the_draft_that_serves_best_is_said() -> None:
    for episode in (played(PULLS, seed=seed) for seed in range(5)):
        for act in (d for d in episode.decisions if not d.aside):
            inner = [d for d in episode.decisions if d.step == act.step and d.seat == act.seat]
            served = [json.loads(d.raw or "")["serves"] for d in inner if ">reader>" in d.aside]
            drafts = [d.raw for d in inner if ">draft>" in d.aside]
            assert act.raw == drafts[served.index(max(served))]


def test_an_aside_is_answered_without_drafts() -> None:
    episode = played(TALK)
    assert [d for d in episode.decisions if d.aside.startswith("stance")]
    assert not [d for d in episode.decisions if d.aside.startswith("stance") and ">" in d.aside]


def test_every_call_begins_with_the_prompt_of_its_act_and_none_is_kept(sent: list[Request]) -> None:
    played(TALK, agents=(AGENT, "policy/target"))
    first, second = (list(r.messages) for r in sent if not r.branch)
    assert len(sent) == 8
    assert all(list(r.messages[:2]) == first for r in sent)
    assert len(second) == 4
    assert all(list(r.messages[:4]) == second for r in sent[4:])
    for request in sent:
        roles = [json.loads(message)["role"] for message in request.messages]
        assert roles == (["system"] + ["user", "assistant"] * len(roles))[: len(roles)]


@pytest.mark.parametrize("env", [TALK, PULLS], ids=["persuasion", "influence"])
def test_a_run_killed_between_any_two_calls_asks_nothing_twice(
    env: Environment[Any], sent: list[Request]
) -> None:
    kept: list[Decision] = []
    whole = played(env, keep=kept.append)
    calls = len(sent)
    said = [d for d in kept if d.raw is not None and not _is_pick(d)]
    assert calls == len(said)
    for cut in range(len(kept)):
        sent.clear()
        assert played(env, kept[:cut]) == whole
        made = sum(not _is_pick(d) for d in kept[:cut])
        assert len(sent) == calls - made


def _is_pick(decision: Decision) -> bool:
    """Whether a decision was put together from calls: an act."""
    return not decision.aside


def draft(serves: int | None, text: str = "x", *, legal: bool = True) -> Draft:
    return Draft(text, Parsed("x" if legal else Forfeit("malformed"), ("n",)), serves)


@pytest.mark.parametrize(
    ("drafts", "best", "note"),
    [
        ([draft(1), draft(9), draft(5)], 1, "draft 2 of 3: predicted to serve 9"),
        ([draft(5), draft(9), draft(9)], 1, "predicted to serve 9; as well as draft 3"),
        ([draft(0), draft(0), draft(0)], 0, "as well as draft 2, draft 3"),
        ([draft(None), draft(0)], 1, "predicted to serve 0"),
        ([draft(None), draft(None)], 0, "its reader could not be predicted; as well as draft 2"),
        ([draft(None, legal=False), draft(None)], 1, "draft 2 of 2"),
        ([draft(None, legal=False), draft(None, legal=False)], 0, "draft 1 of 2"),
    ],
)
def test_the_choice_is_a_rule_and_ties_are_named(drafts: list[Draft], best: int, note: str) -> None:
    named = [each._replace(text=str(number)) for number, each in enumerate(drafts)]
    reply = picked(named)
    assert reply.text == str(best)
    assert reply.read is not None
    assert note in reply.read.notes[0]
    assert reply.read.notes[1:] == ("n",)


def test_drafts_that_cannot_be_read_forfeit_by_name() -> None:
    agent = AGENT.replace("valid", "refusing")
    episode = played(PULLS, agents=(agent, AGENT))
    assert {d.answer.reason for d in episode.decisions if isinstance(d.answer, Forfeit)} == {
        "refused"
    }


def test_an_unreadable_prediction_is_worth_less_than_any(monkeypatch: pytest.MonkeyPatch) -> None:
    def say(heard: scripted.Heard) -> str:
        serves = "serves" in json.dumps(heard.schema)
        return "no idea" if serves else heard.said(scripted.fitting(heard.schema, heard.steady))

    def seat() -> Live:
        model = scripted.model("x", scripted.Script(say))
        holder = Drafting(model, Settings(), 2)
        return Live(holder.ask, holder.resume, sends=True)

    episode = asyncio.run(drive_async(Play(PULLS, 1), [seat(), seat()]))
    acts = [d for d in episode.decisions if not d.aside]
    assert all("could not be predicted; as well as draft 2" in d.notes[0] for d in acts)


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        ("compose/draft-predict-pic", "did you mean compose/draft-predict-pick"),
        ("compose/draft-predict-pick", "'model' of compose/draft-predict-pick is"),
        ("compose/draft-predict-pick?model=scripted/valid&drafts=0", "from 1 to 16"),
        ("compose/draft-predict-pick?model=nowhere", "expected PROVIDER/MODEL"),
        ("compose/draft-predict-pick?model=scripted/nobody", "there are: scripted/valid"),
    ],
)
def test_what_is_no_composite_is_told_what_there_is(agent: str, words: str) -> None:
    with pytest.raises(UnknownAgent, match=words):
        hold(agent, kit("influence"), {}, registry)
