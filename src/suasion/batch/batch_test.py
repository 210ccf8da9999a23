"""Rules on arrays: a row of a thousand is the episode alone, to the last bit, whoever plays."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import pytest

from suasion.batch import ArrayPolicy, Batch, Columns, Dial, Moment, Rows, alone, play_many
from suasion.batch.numbers import Many, Numbers, One, in_order, nearly_normal, units
from suasion.batch.rules import Array
from suasion.core import chance as core
from suasion.core.asks import Choose, Forfeit
from suasion.core.chance import Chance, Seeded
from suasion.core.environment import Asked, Turn
from suasion.core.episode import Episode
from suasion.core.events import Event
from suasion.core.play import Play, drive
from suasion.core.replay import replay
from suasion.testing import conforms

STEPS = 6


class Tank(NamedTuple):
    """What a tank holds, and what it has paid."""

    level: Array
    inflow: Array
    paid: Array


@dataclass(frozen=True)
class Tanks(Batch[Tank]):
    """A small second environment: let out of a tank what flows in, unseen, in two ways."""

    name = "tanks"
    kind = "gauge"

    def steps(self) -> int:
        return STEPS

    def dials(self) -> Sequence[Dial]:
        return [Dial("valve", -1, 1), Dial("pump", 0, 2)]

    def idle(self) -> Sequence[float]:
        return [1.0, 0.5]

    def begin(self, chance: Numbers) -> Tank:
        return Tank(chance.block("level", 1)[:, 0], *[np.zeros(chance.episodes)] * 2)

    def advance(self, rows: Tank, actions: Array, chance: Numbers) -> Tank:
        drawn = chance.block("inflow", 2)
        level = rows.level + drawn[:, 0] - rows.level * actions[:, 0] - actions[:, 1] * drawn[:, 1]
        return Tank(level, drawn, rows.paid - level * level)

    def told(self, rows: Tank) -> Columns:
        return {"level": rows.level}

    def hidden(self, rows: Tank) -> Columns:
        return {"inflow": rows.inflow}

    def paid(self, rows: Tank) -> Array:
        return rows.paid

    def brief(self, seat: int) -> str:
        return "Keep the tank empty."

    def tell(self, event: Event, seat: int) -> str:
        return f"{event.kind} {dict(event.data)}"

    def now(self, turn: Turn, seat: int) -> str:
        return f"Step {turn.situation['step']}."


def at_random(rows: Rows) -> Array:
    """Draw two numbers, and scale them to what may be answered."""
    drawn: Array = 2 * rows.chance.block("dials", 2) - np.array([1, 0])
    return drawn


def now_and_then(rows: Rows) -> Array:
    """The same, but nothing where a coin says so."""
    lost = rows.chance.block("coin", 1) < 0.4
    return np.where(lost, np.nan, at_random(rows))


@dataclass
class Remembers:
    """Answers with what it was told before, and draws."""

    seen: list[Array] = field(default_factory=list)

    def __call__(self, rows: Rows) -> Array:
        """The valve follows the mean of all levels; the pump is drawn."""
        if rows.told:
            self.seen.append(rows.told["level"])
        total = np.zeros(rows.episodes)
        for level in self.seen:
            total = total + level
        valve = np.clip(total / max(len(self.seen), 1), -1, 1)
        return np.stack([valve, rows.chance.block("pump", 3)[:, 2]], axis=1)


def by_the_clock(rows: Rows) -> Array:
    """Answers with the step it was told and the one it is asked at."""
    told = rows.told["step"] if rows.told else np.zeros(rows.episodes)
    now = rows.turn.situation["step"]
    return np.stack([told / 10, np.full(rows.episodes, now / 10)], axis=1)


MAKERS: Mapping[str, Callable[[], ArrayPolicy]] = {
    "at random": lambda: at_random,
    "now and then": lambda: now_and_then,
    "remembers": Remembers,
    "by the clock": lambda: by_the_clock,
}


def rows_of(moments: Sequence[Moment], k: int) -> list[object]:
    """Row k as the record of an episode has it."""
    found: list[object] = []
    for moment in moments:
        action = moment.actions[k]
        answer = (
            Forfeit("declined")
            if np.isnan(action).all()
            else dict(zip(("valve", "pump"), action.tolist(), strict=True))
        )
        told = {name: column[k].tolist() for name, column in moment.told.items()}
        hidden = {name: column[k].tolist() for name, column in moment.hidden.items()}
        found.append((answer, {"step": moment.step, **told}, hidden))
    return found


def recorded(episode: Episode) -> list[object]:
    """The same of an episode that was played alone."""
    steps = [event for _, event in episode.of("gauge")]
    return [
        (decision.answer, event.data, event.truth)
        for decision, event in zip(episode.decisions, steps, strict=True)
    ]


@pytest.mark.parametrize("name", MAKERS)
def test_a_row_of_many_is_the_episode_alone_bit_for_bit(name: str) -> None:
    seeds = [*range(300), 2**63, -1, 10**30]
    moments = list(play_many(Tanks(), MAKERS[name](), seeds))
    assert len(moments) == STEPS
    for k in (*range(0, 300, 7), 300, 301, 302):
        episode = drive(Play(Tanks(), seeds[k]), [alone(MAKERS[name]())])
        assert rows_of(moments, k) == recorded(episode)
        assert [float(moments[-1].paid[k])] == list(episode.payoffs)


def test_a_row_does_not_depend_on_how_many_others_there_are() -> None:
    seeds = list(range(1_000))
    many = list(play_many(Tanks(), Remembers(), seeds))
    few = list(play_many(Tanks(), Remembers(), seeds[990:]))
    assert [m.paid[990:].tolist() for m in many] == [m.paid.tolist() for m in few]


def test_a_policy_alone_remembers_its_own_past() -> None:
    episode = drive(Play(Tanks(), 3), [alone(Remembers())])
    answers: list[Any] = [decision.answer for decision in episode.decisions]
    levels = [event.data["level"] for _, event in episode.of("gauge")]
    means = [sum(levels[:at]) / at for at in range(1, STEPS)]
    assert [answer["valve"] for answer in answers] == [0.0, *(min(1, max(-1, m)) for m in means)]


def test_an_episode_alone_keeps_the_contract() -> None:
    conforms(Tanks(), episodes=1, twins=6, cuts=4)


def test_an_episode_alone_replays_with_its_policy_audited() -> None:
    episode = drive(Play(Tanks(), 5), [alone(now_and_then)])
    assert replay(Tanks(), episode, [alone(now_and_then)]) == episode
    assert any(isinstance(decision.answer, Forfeit) for decision in episode.decisions)


def test_a_forfeit_is_on_record_with_its_reason_and_takes_the_idle_action() -> None:
    def nothing(_: Asked) -> Forfeit:
        return Forfeit("asleep")

    def idle(rows: Rows) -> Array:
        return np.tile([1.0, 0.5], (rows.episodes, 1))

    silent = drive(Play(Tanks(), 1), [nothing])
    active = drive(Play(Tanks(), 1), [alone(idle)])
    assert silent.payoffs == active.payoffs
    lost = [event.data for _, event in silent.of("forfeit")]
    assert lost == [{"step": step, "reason": "asleep"} for step in range(1, STEPS + 1)]
    assert list(active.of("forfeit")) == []


def test_what_is_hidden_is_told_to_no_seat() -> None:
    heard: list[Event] = []

    def listen(asked: Asked) -> Mapping[str, float]:
        heard.extend(asked.news)
        return {"valve": 0.0, "pump": 0}

    episode = drive(Play(Tanks(), 1), [listen])
    assert all(not event.truth and "inflow" not in event.data for event in heard)
    assert all("inflow" in event.truth for _, event in episode.of("gauge"))


def test_rules_may_hide_nothing() -> None:
    class Open(Tanks):
        """Tanks without a word for readers alone."""

        hidden = Batch.hidden

    episode = drive(Play(Open(), 1), [alone(at_random)])
    assert [event.truth for event in episode.events] == [{}] * STEPS
    assert [dict(moment.hidden) for moment in play_many(Open(), at_random, [1])] == [{}] * STEPS


def test_one_draw_a_step_is_logged() -> None:
    episode = drive(Play(Tanks(), 1), [alone(at_random)])
    assert [draw.name for draw in episode.draws] == ["level"] + ["inflow"] * STEPS
    assert [len(decision.draws) for decision in episode.decisions] == [1] * STEPS


@pytest.mark.parametrize(
    ("action", "words"),
    [
        ([0.0, 3.0], r"seed 8 .*\[0.0, 3.0\].*pump from 0 to 2"),
        ([-1.5, 0.0], r"valve from -1 to 1"),
        ([np.nan, 1.0], r"\[nan, 1.0\]"),
        ([np.inf, 1.0], r"\[inf, 1.0\]"),
    ],
)
def test_an_illegal_action_is_an_error_by_its_episode(action: list[float], words: str) -> None:
    def policy(rows: Rows) -> Array:
        return np.array([[0.0, 0.0], action][: rows.episodes])

    with pytest.raises(ValueError, match=words):
        list(play_many(Tanks(), policy, [7, 8]))


def test_actions_of_another_shape_are_an_error() -> None:
    with pytest.raises(ValueError, match=r"shape \(2,\): expected \(2, 2\)"):
        list(play_many(Tanks(), lambda _: np.zeros(2), [7, 8]))


def test_a_policy_on_arrays_at_a_seat_that_is_not_asked_for_numbers_is_an_error() -> None:
    asked = Asked(0, 0, "", 0, Turn(Choose(("a",))), (), Chance(Seeded(1)))
    with pytest.raises(TypeError, match="expected a record of numbers"):
        alone(lambda rows: np.zeros((1, len(rows.dials))))(asked)


def test_nobody_plays_no_episode() -> None:
    assert [moment.paid.tolist() for moment in play_many(Tanks(), at_random, [])] == [[]] * STEPS


# --- numbers ---


def test_numbers_of_many_are_those_of_each_alone() -> None:
    seeds = [0, 1, 2**40, 2026]
    many = Many(seeds, "0/")
    drawn = [(name, many.block(name, n)) for name, n in (("x", 5), ("y", 1), ("x", 48), ("x", 2))]
    for k, seed in enumerate(seeds):
        own = Chance(Seeded(seed)).of("0")
        for name, block in drawn:
            assert block[k].tolist() == own.block(name, block.shape[1])


def test_a_batch_of_one_draws_and_logs_what_an_ordinary_block_does() -> None:
    plain, one = Chance(Seeded(4)), Chance(Seeded(4))
    assert One(one, (0,)).block("x", 40).tolist() == [plain.block("x", 40, (0,))]
    assert one.log == plain.log


@pytest.mark.parametrize("start", [0, 1, 2**52, 2**53 - 1, 987654321])
def test_numbers_follow_from_the_drawn_one_as_in_the_core(start: int) -> None:
    found = units(np.array([start * 2.0**-53]), 100)
    assert found.tolist() == [core.units(start, 100)]


def test_a_sum_runs_in_its_written_order() -> None:
    terms = np.array([[1e16, 1.0, -1e16, 1.0], [0.1, 0.2, 0.3, 0.4]])
    assert in_order(terms).tolist() == [1.0, ((0.1 + 0.2) + 0.3) + 0.4]
    many = Many(range(50)).block("x", 24)
    totals = many[:, 0].tolist()
    for term in many.T.tolist()[1:]:
        totals = [total + number for total, number in zip(totals, term, strict=True)]
    assert in_order(many).tolist() == totals
    assert many.sum(axis=-1).tolist() != totals, "numpy adds in an order of its own"


def test_nearly_normal_numbers_are_sums_of_twelve_in_their_written_order() -> None:
    drawn = nearly_normal(Many([5]), "noise", 3)[0].tolist()
    plain = Chance(Seeded(5)).block("noise", 36)
    for at, number in enumerate(drawn):
        total = plain[at]
        for term in plain[at + 3 :: 3]:
            total += term
        assert number == total - 6.0


def test_nearly_normal_numbers_have_the_moments_that_are_said() -> None:
    many = Many(range(2_000))
    numbers = np.concatenate([nearly_normal(many, "noise", 50).ravel() for _ in range(2)])
    n = len(numbers)
    assert abs(numbers.mean()) < 4 / n**0.5
    assert abs(numbers.var() - 1) < 4 * (1.9 / n) ** 0.5
    assert abs((numbers**4).mean() - 2.9) < 0.1
    assert np.abs(numbers).max() <= 6
    pairs = np.stack([numbers[:-1], numbers[1:]])
    assert abs(np.corrcoef(pairs)[0, 1]) < 4 / n**0.5


def test_reading_rules_and_making_policies_imports_no_numpy() -> None:
    """Whoever lists environments and policies does not wait for it."""
    program = (
        "import sys\n"
        "import suasion.batch\n"
        "from suasion.environments.control import KIT\n"
        "made = [KIT.environment(), *(make() for make in KIT.policies.values())]\n"
        "print('numpy' in sys.modules)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout == "False\n"
