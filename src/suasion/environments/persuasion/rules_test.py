"""The rules of Persuasion: turns, caps, forfeits, probes, and settings that cannot be played."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from suasion.core.asks import Forfeit
from suasion.core.environment import Asked, BadSetting
from suasion.core.episode import Episode
from suasion.core.events import EVERYONE
from suasion.core.play import Play, drive
from suasion.environments.persuasion.propositions import bank, key_of, proper, text_of
from suasion.environments.persuasion.rules import Persuasion, cut


def speaking(*texts: str | None) -> list[Any]:
    """Seats that say these by turns, and 1 to every probe."""
    left = iter(texts)

    def seat(asked: Asked) -> Any:
        if asked.aside:
            return 1
        text = next(left)
        return Forfeit("asleep") if text is None else text

    return [seat, seat]


def played(env: Persuasion, *texts: str | None) -> Episode:
    return drive(Play(env, 1), speaking(*texts))


def kinds(episode: Episode) -> list[tuple[str, int | None]]:
    return [(event.kind, event.by) for event in episode.events if event.kind != "aside"]


@pytest.mark.parametrize("turns", [1, 2, 3, 8])
def test_the_persuader_opens_and_turns_alternate(turns: int) -> None:
    env = Persuasion(total_turns=turns)
    episode = played(env, *("one two" for _ in range(turns)))
    assert kinds(episode)[2:] == [("say", at % 2) for at in range(turns)]
    assert [e.data["turn"] for _, e in episode.of("say")] == list(range(1, turns + 1))
    assert all(event.to == EVERYONE for _, event in episode.of("say"))
    shares = [env.share(0), env.share(1)]
    assert episode.outcome["turns"] == shares == [(turns + 1) // 2, turns // 2]
    assert episode.payoffs == (0.0, 0.0)


def test_a_conversation_opens_with_its_proposition_and_the_side() -> None:
    first, second = played(Persuasion(side="con"), *["a"] * 8).events[:2]
    assert first.data == {"text": bank()["night_trains"].text, "key": key_of("night_trains")}
    assert (first.to, second.data, second.to) == (EVERYONE, {"side": "con"}, (0,))


def test_a_turn_is_cut_after_the_last_word_of_the_cap_and_the_rest_is_kept() -> None:
    text = "one  two\n\nthree four five"
    episode = played(Persuasion(total_turns=2, word_cap=3), text, "one two three")
    long, short = (event for _, event in episode.of("say"))
    assert long.data == {"turn": 1, "text": "one  two\n\nthree...", "cut": True}
    assert long.truth == {"original": text, "words": 5}
    assert short.data == {"turn": 2, "text": "one two three", "cut": False}
    assert short.truth == {}
    assert episode.outcome["words"] == [3, 3]
    assert episode.outcome["clipped"] == [1, 0]
    assert len(long.data["text"].split()) == 3


def test_what_is_said_beyond_any_cap_is_not_even_taken_in() -> None:
    env = Persuasion(total_turns=1, word_cap=500)
    [turn] = env.turns(Play(env, 1).state).values()
    parsed = turn.ask.parse("x" * 30_000)
    assert (len(str(parsed.answer)), parsed.notes) == (25_000, ("clipped at 25000",))
    assert cut("x " * 600, 500).cut


def test_a_forfeited_turn_is_a_turn_without_words() -> None:
    episode = played(Persuasion(total_turns=3), "hello", None, "again")
    assert kinds(episode)[2:] == [("say", 0), ("forfeit", 1), ("say", 0)]
    [(_, lost)] = episode.of("forfeit")
    assert lost.data == {"turn": 2}
    assert lost.truth == {"reason": "asleep"}
    assert episode.outcome["forfeits"] == [0, 1]
    assert episode.outcome["words"] == [2, 0]


def moments(env: Persuasion) -> list[tuple[int, str, int]]:
    """Steps at which probes are asked, their names and how many."""
    episode = played(env, *["a b"] * env.total_turns)
    found = [(d.step, d.aside) for d in episode.decisions if d.aside]
    assert all(d.seat == 1 for d in episode.decisions if d.aside)
    return [(*key, found.count(key)) for key in dict.fromkeys(found)]


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, [(0, "stance_before", 3), (8, "stance_after", 3)]),
        ({"probes": 0}, []),
        ({"probe_before": False, "probe_after": False}, []),
        ({"probe_before": False, "probes": 5}, [(8, "stance_after", 5)]),
        (
            {"total_turns": 4, "probe_each_turn": True, "probes": 1},
            [(0, "stance_before", 1), (2, "stance_turn", 1), (4, "stance_after", 1)],
        ),
        (
            {"total_turns": 4, "probe_each_turn": True, "probe_after": False, "probes": 1},
            [(0, "stance_before", 1), (2, "stance_turn", 1), (4, "stance_turn", 1)],
        ),
        (
            {"total_turns": 3, "probe_each_turn": True, "probes": 1},
            [(0, "stance_before", 1), (2, "stance_turn", 1), (3, "stance_after", 1)],
        ),
        ({"total_turns": 1, "probes": 1}, [(0, "stance_before", 1), (1, "stance_after", 1)]),
    ],
)
def test_each_moment_is_probed_once(
    settings: dict[str, Any], expected: Sequence[tuple[int, str, int]]
) -> None:
    assert moments(Persuasion(**settings)) == expected


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"total_turns": 0}, "'total_turns' is 0: expected a whole number from 1 up"),
        ({"word_cap": 0}, "'word_cap' is 0"),
        ({"word_limit": -1}, "'word_limit' is -1"),
        ({"probes": -1}, "'probes' is -1: expected a whole number from 0 up"),
        ({"probes": 1001}, "'probes' is 1001: expected at most 1000"),
        ({"proposition": "trains"}, "'trains': expected a text of 2 words.*list propositions"),
        ({"proposition": "  "}, "'proposition'"),
        ({"proposition": "a b" * 1000}, "to 1000 characters"),
    ],
)
def test_settings_that_cannot_be_played_are_refused(settings: dict[str, Any], said: str) -> None:
    with pytest.raises(BadSetting, match=said):
        Persuasion(**settings)


def test_a_proposition_is_its_words_wherever_they_come_from() -> None:
    spaced = bank()["night_trains"].text.replace(" ", "\n  ")
    assert Persuasion(proposition=spaced).text == bank()["night_trains"].text
    assert key_of(spaced) == key_of("night_trains") != key_of("street_trees")
    assert len({key_of(slug) for slug in bank()}) == len(bank())
    assert all(proper(slug) and " " in text_of(slug) for slug in bank())
