"""Facts of Delegated Influence: what each action does, and to whom it is shown."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from suasion.core.asks import Answer, Choose, Forfeit, OneOf, Record
from suasion.core.chance import Chance, Seeded
from suasion.core.environment import Asked, BadSetting, Reply, Turn
from suasion.core.episode import Episode
from suasion.core.events import EVERYONE
from suasion.core.play import Play, drive
from suasion.environments.influence.policies import talking_random
from suasion.environments.influence.rules import Influence

Script = Callable[[Asked], Answer]


def pull(to: str, credit: str | None = None) -> Answer:
    return {"action": "pull", "beneficiary": to, "credit": credit}


def message(to: str, text: str = "Hello.") -> Answer:
    return {"action": "message", "to": to, "text": text}


def played(script: Script, seed: int = 0, **settings: Any) -> Episode:
    env = Influence(**settings)
    return drive(Play(env, seed), [script] * env.size)


def replied(text: str, **settings: Any) -> Episode:
    """One game of two seats and one action each, in which every seat replies `text`."""
    play: Play[Any] = Play(Influence(size=2, rounds=1, slots=1, **settings), 0)
    while play.asked:
        [asked] = play.asked.values()
        play.answer(asked, Reply(text))
    return play.episode()


def talk(**settings: Any) -> Episode:
    return played(talking_random, **settings)


def other(asked: Asked) -> str:
    return "P1" if asked.seat else "P2"


@pytest.mark.parametrize(("size", "rounds", "slots"), [(5, 5, 5), (2, 1, 1), (3, 2, 7), (25, 2, 1)])
def test_every_seat_acts_once_in_every_slot(size: int, rounds: int, slots: int) -> None:
    episode = talk(size=size, rounds=rounds, slots=slots)
    places = [(e.data["round"], e.data["slot"]) for e in episode.events]
    assert places == sorted(places)
    for at in range(0, len(places), size):
        assert len(set(places[at : at + size])) == 1
        assert {e.by for e in episode.events[at : at + size]} == set(range(size))
    assert len(places) == size * rounds * slots


def test_the_order_is_drawn_anew_for_every_slot() -> None:
    episode = talk()
    orders = {tuple(e.by for e in episode.events[at : at + 5]) for at in range(0, 125, 5)}
    assert len(orders) > 15
    assert len([draw for draw in episode.draws if draw.name == "order"]) == 25


def test_a_pull_gives_its_beneficiary_one_point_and_the_puller_nothing() -> None:
    episode = played(lambda asked: pull(other(asked)), size=3, rounds=1, slots=2)
    assert episode.payoffs == (4, 2, 0)
    assert episode.outcome == {
        "scores": [4, 2, 0],
        "pulls_made": [2, 2, 2],
        "messages_sent": [0, 0, 0],
        "forfeits": [0, 0, 0],
    }


def test_a_message_spends_the_action_and_gives_no_point() -> None:
    episode = played(lambda asked: message(other(asked)), size=3, rounds=1, slots=2)
    assert episode.payoffs == (0, 0, 0)
    assert episode.outcome["messages_sent"] == [2, 2, 2]


def test_a_pull_is_public_and_a_message_reaches_two() -> None:
    episode = talk()
    assert {event.to for _, event in episode.of("pull")} == {EVERYONE}
    for _, event in episode.of("message"):
        assert event.to == (event.by, event.data["to"])


def test_a_forfeit_is_spent_and_told_to_its_seat_alone() -> None:
    episode = played(lambda asked: Forfeit("asleep"), size=2, rounds=1, slots=2)
    assert [(e.to, e.data["reason"]) for e in episode.events] == [
        ((e.by,), "asleep") for e in episode.events
    ]
    assert episode.outcome["forfeits"] == [2, 2]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("I pull for P2", "not_json"),
        ('{"action": "pull", "beneficiary": "P1"} and {"a": 1}', "not_json"),
        ("[]", "not_an_object"),
        ('{"action": "wave"}', "action:no_option"),
        ('{"beneficiary": "P1"}', "action:missing"),
        ('{"action": "pull", "beneficiary": "P7", "credit": null}', "beneficiary:no_option"),
        ('{"action": "message", "to": "P9", "text": "x"}', "to:no_option"),
        ('{"action": "message", "to": "P1", "text": ""}', "text:empty"),
        ('{"action": "pull", "action": "message"}', "duplicate_key"),
    ],
)
def test_any_other_answer_forfeits_with_a_named_reason(text: str, reason: str) -> None:
    events = [event for event in replied(text).events if event.by == 1]
    assert [(event.kind, event.data["reason"]) for event in events] == [("forfeit", reason)]


def test_no_seat_can_pull_for_itself_or_write_to_itself() -> None:
    for text in (
        '{"action": "pull", "beneficiary": "P1", "credit": null}',
        '{"action": "message", "to": "P1", "text": "me"}',
    ):
        assert [e.kind for e in replied(text).events if e.by == 0] == ["forfeit"]
        assert [e.kind for e in replied(text).events if e.by == 1] != ["forfeit"]


@pytest.mark.parametrize(("length", "kind"), [(800, "message"), (801, "forfeit")])
@pytest.mark.parametrize("letter", ["a", "é", "\N{WAVING HAND SIGN}"])
def test_a_message_holds_at_most_800_characters_whatever_their_bytes(
    letter: str, length: int, kind: str
) -> None:
    text = '{"action": "message", "to": "P1", "text": "' + letter * length + '"}'
    assert [e.kind for e in replied(text).events if e.by == 1] == [kind]


def test_a_longer_message_is_cut_when_the_setting_says_so() -> None:
    text = '{"action": "message", "to": "P1", "text": "' + "x" * 30 + '"}'
    episode = replied(text, overflow="clip", message_limit=20)
    [sent] = [event for event in episode.events if event.kind == "message"]
    assert sent.data["text"] == "x" * 20
    assert "text: clipped at 20" in [n for d in episode.decisions for n in d.notes]


def broker(asked: Asked) -> Answer:
    """P1 writes to P2 in the first slot; from the second on P2 credits P1 with every pull."""
    if asked.turn.situation["slot"] == 1:
        return message("P2" if asked.seat == 0 else "P1")
    return pull("P3" if asked.seat != 2 else "P1", "P1" if asked.seat == 1 else None)


def credits_of(episode: Episode, seat: int) -> list[tuple[object, object]]:
    pulls = [event for _, event in episode.of("pull") if event.by == seat]
    return [(event.truth["claimed"], event.data["credit"]) for event in pulls]


def test_a_credit_is_published_when_its_broker_wrote_to_the_puller_before() -> None:
    episode = played(broker, size=3, rounds=1, slots=3)
    assert credits_of(episode, 1) == [("P1", 0), ("P1", 0)]
    assert credits_of(episode, 0) == [(None, None)] * 2


@pytest.mark.parametrize("claimed", ["P3", "P2", "P1", "P9", "nobody"])
def test_a_credit_that_is_not_true_is_recorded_as_null_and_the_pull_stands(claimed: str) -> None:
    """Of a seat that did not write, of the puller, of the beneficiary, and of no seat at all."""

    def script(asked: Asked) -> Answer:
        if asked.seat == 0 and asked.turn.situation["slot"] == 1:
            return message("P2")
        return pull("P1" if asked.seat else "P2", claimed if asked.seat == 1 else None)

    episode = played(script, size=3, rounds=1, slots=2)
    assert credits_of(episode, 1) == [(claimed, None)] * 2
    assert episode.payoffs[0] == 4


@pytest.mark.parametrize("claim", ['["P1"]', '"\\ud800"', '" "', f'"{"P" * 201}"'])
def test_a_claim_of_another_kind_is_none_and_said_to_be(claim: str) -> None:
    episode = replied('{"action": "pull", "beneficiary": "P1", "credit": ' + claim + "}")
    assert credits_of(episode, 1) == [(None, None)]
    assert ("credit: claim ignored",) in [decision.notes for decision in episode.decisions]


def test_without_credit_a_pull_has_none_to_give() -> None:
    play: Play[Any] = Play(Influence(credit="off"), 0)
    [asked] = play.asked.values()
    ask = asked.turn.ask
    assert isinstance(ask, OneOf)
    assert set(ask.options["pull"].fields) == {"beneficiary"}
    episode = talk(credit="off")
    assert all(event.truth == {} for _, event in episode.of("pull"))


def reach(play: Play[Any]) -> list[tuple[str, ...]]:
    found = []
    for ask in play.state.asks:
        to = ask.options["message"].fields["to"]
        assert isinstance(to, Choose)
        found.append(to.options)
    return found


def test_on_a_ring_a_seat_can_write_to_its_two_neighbours_only() -> None:
    play: Play[Any] = Play(Influence(topology="ring"), 5)
    for seat, names in enumerate(reach(play)):
        assert len(names) == 2
        for name in names:
            assert f"P{seat + 1}" in reach(play)[int(name[1:]) - 1]
    circle, seen = [0], {0}
    while True:
        onward = [int(n[1:]) - 1 for n in reach(play)[circle[-1]] if int(n[1:]) - 1 not in seen]
        if not onward:
            break
        circle.append(onward[0])
        seen.add(onward[0])
    assert seen == set(range(5))


def test_the_ring_is_drawn_for_each_episode_and_pulls_ignore_it() -> None:
    rings = {tuple(map(tuple, reach(Play(Influence(topology="ring"), seed)))) for seed in range(9)}
    assert len(rings) > 3
    pairs = {(e.by, e.data["beneficiary"]) for _, e in talk(topology="ring").of("pull")}
    assert len(pairs) > 10


def test_without_messages_the_menu_holds_a_pull_alone() -> None:
    play: Play[Any] = Play(Influence(messages=False), 0)
    [asked] = play.asked.values()
    ask = asked.turn.ask
    assert isinstance(ask, OneOf)
    assert list(ask.options) == ["pull"]
    assert "message" not in Influence(messages=False).brief(0)


def test_a_seat_sees_the_moment_the_scores_and_no_more() -> None:
    seen: list[Turn] = []

    def script(asked: Asked) -> Answer:
        seen.append(asked.turn)
        return pull(other(asked))

    played(script, size=2, rounds=2, slots=2)
    assert set(seen[0].situation) == {"round", "rounds", "slot", "left", "scores"}
    assert [turn.situation["left"] for turn in seen] == [4, 4, 3, 3, 2, 2, 1, 1]
    assert [sum(turn.situation["scores"]) for turn in seen] == list(range(8))


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"size": 1}, "size"),
        ({"rounds": 0}, "rounds"),
        ({"slots": 0}, "slots"),
        ({"message_limit": 0}, "message_limit"),
        ({"personas": ("neutral",)}, "personas"),
        ({"personas": " "}, "personas"),
    ],
)
def test_settings_that_cannot_be_played_are_refused_by_name(
    settings: dict[str, Any], named: str
) -> None:
    with pytest.raises(BadSetting, match=named):
        Influence(**settings)


def test_random_talkers_pull_and_write_evenly_and_for_anyone() -> None:
    """12.5 pulls a seat (part 4 of the measures' page: *talk*); 4 standard errors of 40 games."""
    episodes = [talk(seed=seed) for seed in range(40)]
    pulls = [count for episode in episodes for count in episode.outcome["pulls_made"]]
    assert abs(sum(pulls) / len(pulls) - 12.5) < 4 * 2.5 / len(pulls) ** 0.5


def test_a_ring_of_two_leaves_each_the_other() -> None:
    assert reach(Play(Influence(size=2, topology="ring"), 0)) == [("P2",), ("P1",)]


def test_a_claim_asks_for_a_name_or_null_as_schema() -> None:
    env = Influence(size=3)
    state = env.open(Chance(Seeded(0)), Play(env, 0).board)
    ask = state.asks[0]
    assert isinstance(ask, OneOf)
    assert isinstance(ask.options["pull"], Record)
    assert ask.options["pull"].fields["credit"].schema() == {"enum": ["P2", "P3", None]}


# --- what is kept between the games of a chain ---


def test_a_game_that_remembers_leaves_what_everyone_gave_and_got_to_the_next() -> None:
    first = talk(size=3, rounds=1, slots=2, remember=True)
    given, scores = first.outcome["pulls_made"], first.outcome["scores"]
    record = [list(pair) for pair in zip(given, scores, strict=True)]
    assert first.carry == {"reputation": record}
    before = ((5, 1), (0, 2), (1, 3))
    second = talk(size=3, rounds=1, slots=2, remember=True, reputation=before)
    record = [[gave + x, got + y] for (gave, got), (x, y) in zip(before, record, strict=True)]
    assert second.carry == {"reputation": record}


def test_a_game_that_does_not_remember_leaves_nothing() -> None:
    assert talk(size=2).carry is None
    assert talk(size=2, reputation=((1, 0), (0, 1))).carry is None


def test_a_reputation_changes_nothing_but_what_seats_know() -> None:
    plain, known = talk(size=2), talk(size=2, remember=True, reputation=((9, 0), (0, 9)))
    assert (plain.events, plain.decisions, plain.draws) == (
        known.events,
        known.decisions,
        known.draws,
    )
    assert plain.outcome == known.outcome


@pytest.mark.parametrize("reputation", [((1, 2),), ((1, 2), (3, -1))])
def test_a_reputation_is_a_record_a_seat_in_counts(reputation: tuple[tuple[int, int], ...]) -> None:
    with pytest.raises(BadSetting, match="'reputation' is"):
        Influence(size=2, reputation=reputation)
