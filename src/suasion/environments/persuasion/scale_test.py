"""Scale direction, order of anchors, wording: other words each, and the same stance on record."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import product
from typing import Any

import pytest

from suasion.core.environment import Asked, words
from suasion.core.episode import Episode
from suasion.core.play import Play, drive
from suasion.environments.persuasion import KIT
from suasion.environments.persuasion.probes import KINDS, kind_of, read
from suasion.environments.persuasion.rules import Persuasion
from suasion.environments.persuasion.words import PROBE_WORDINGS, SCALES
from suasion.measures.policy import made

FACTORS: Sequence[tuple[Any, Any, int]] = [
    *product(("standard", "reversed"), ("low_first", "high_first"), range(PROBE_WORDINGS))
]
LINE = re.compile(r"^([+-]?\d): (.+)$", re.MULTILINE)
FOR = {words: at for scale in SCALES for at, words in scale.items()}
"""What the words of a point say, from most against to most for what is asked."""


def factor(scale: Any, anchors: Any, probe_wording: int, **more: Any) -> Persuasion:
    return Persuasion(
        total_turns=2, scale=scale, anchors=anchors, probe_wording=probe_wording, probes=1, **more
    )


def reading(env: Persuasion, stance: int) -> Any:
    """A target that reads the words of a probe and answers with the number of its point.

    Of a proposition it stands at `stance`; where it is asked whether the proposition should be
    rejected, it agrees as much as it is against it.
    """

    def policy(asked: Asked) -> Any:
        if not asked.aside:
            return "I see."
        told = words(env, asked)
        wanted = -stance if "should be rejected" in told else stance
        points = {FOR[words]: int(number) for number, words in LINE.findall(told)}
        return points[wanted]

    return policy


def asked_in(env: Persuasion) -> str:
    """The words of the probe before."""
    heard: list[str] = []

    def target(asked: Asked) -> Any:
        if asked.aside:
            heard.append(words(env, asked))
            return 0
        return "I see."

    drive(Play(env, 1), [lambda _: "You are wrong.", target])
    return heard[0]


def played(env: Persuasion, stance: int) -> Episode:
    return drive(Play(env, 1), [lambda _: "You are wrong.", reading(env, stance)])


def test_every_combination_is_asked_in_other_words() -> None:
    for wording in range(Persuasion.wordings):
        told = [asked_in(factor(*each, wording=wording)) for each in FACTORS]
        assert len({*told}) == len(FACTORS) == 2 * 2 * 4


def test_the_order_and_the_direction_change_the_list_and_nothing_else() -> None:
    for wording in range(PROBE_WORDINGS):
        low, high = (
            asked_in(factor("standard", order, wording)) for order in ("low_first", "high_first")
        )
        assert LINE.findall(low) == [*reversed(LINE.findall(high))]
        turned = asked_in(factor("reversed", "low_first", wording))
        points = [int(number) for number, _ in LINE.findall(turned)]
        assert points == [*range(-3, 4)]
        assert [w for _, w in LINE.findall(turned)] == [w for _, w in LINE.findall(high)]
        assert LINE.sub("", low) == LINE.sub("", high) == LINE.sub("", turned)


@pytest.mark.parametrize(("scale", "anchors", "wording"), FACTORS)
def test_whoever_reads_the_scale_has_the_same_stance_on_record_and_its_answer_is_kept(
    scale: Any, anchors: Any, wording: int
) -> None:
    turned = (scale == "reversed") != (wording == 2)
    for stance in range(-3, 4):
        env = factor(scale, anchors, wording)
        episode = played(env, stance)
        probes = [event for _, event in episode.of("aside")]
        assert [event.data["answer"] for event in probes] == [stance, stance]
        assert [read(episode.header.settings, event) for event in probes] == [stance, stance]
        given = [d.answer for d in episode.decisions if d.aside]
        assert given == [-stance if turned else stance] * 2
        shown = [event.data.get("shown") for event in probes]
        assert shown == [-stance if turned and stance else None] * 2


def test_a_check_of_the_words_can_fail() -> None:
    """The reader above is one: of words that are turned round alone it says another stance."""
    env = factor("reversed", "low_first", 0)
    straight = factor("standard", "low_first", 0)
    episode = drive(Play(env, 1), [lambda _: "You are wrong.", reading(straight, 2)])
    assert {event.data["answer"] for _, event in episode.of("aside")} == {-2}


@pytest.mark.parametrize("probe", ["rating", "distribution"])
@pytest.mark.parametrize(("scale", "anchors", "wording"), FACTORS)
def test_a_scripted_target_is_read_alike_in_all_of_them(
    scale: Any, anchors: Any, wording: int, probe: Any
) -> None:
    more: dict[str, Any] = {
        "probe": probe,
        "arm": "counter",
        "also": ("third_party", "attributed", "delayed", "vote", "allocate", "advise"),
    }
    usual = dict(numbers(factor("standard", "low_first", 0, **more)))
    other = dict(numbers(factor(scale, anchors, wording, **more)))
    assert other == usual
    assert len(usual) == 4 * 3 + 3 * 2


def numbers(env: Persuasion) -> Iterator[tuple[str, Any]]:
    """What every probe of an episode is worth, by its name."""
    names = ("persuader?strength=0.9", "target?start=1.2&noise=0")
    episode = drive(Play(env, 1), [made(KIT, name) for name in names])
    for _, event in episode.of("aside"):
        yield event.data["name"], read(episode.header.settings, event)
        assert kind_of(episode.header.settings, event.data["name"]) in KINDS.values()
