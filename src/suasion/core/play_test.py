"""One loop for scripts and for whoever is waited for; replay, resume, asides, inner calls."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

import pytest

from suasion.core.asks import Answer, Choose, Forfeit, Number, Record
from suasion.core.chance import Chance, NoDraw, Recorded, Seeded
from suasion.core.environment import (
    Answered,
    Aside,
    Asked,
    Blocked,
    Environment,
    Line,
    Live,
    Out,
    Reply,
    Said,
    Seat,
    Turn,
    words,
)
from suasion.core.episode import Decision, Episode, Key
from suasion.core.events import NOBODY, Event
from suasion.core.play import Diverged, Play, Seats, drive, inner_key, rounds
from suasion.core.replay import OtherRules, exact, replay, same_rules
from suasion.testing.answers import anyone
from suasion.testing.lemons import Lemons, honest, liar, trusting

LINE_UP = [honest, trusting, trusting]


@dataclass
class State:
    played: int = 0
    scores: list[int] = field(default_factory=lambda: [0, 0])


@dataclass(frozen=True)
class Match(Environment[State]):
    """Two seats choose at the same time; both get a point where they chose the same."""

    rounds: int = 3
    asides_of: tuple[int, ...] = ()
    """The seats that are asked, before each round and twice, what the other will choose."""
    name = "match"

    def seats(self) -> Sequence[Seat]:
        return Seat("a"), Seat("b")

    def open(self, chance: Chance, out: Out) -> State:
        chance.pick("start", "ab")
        return State()

    def turns(self, state: State) -> Mapping[int, Turn]:
        if state.played == self.rounds:
            return {}
        return dict.fromkeys((1, 0), Turn(Choose(("J", "F")), {"scores": state.scores.copy()}))

    def asides(self, state: State) -> Sequence[Aside]:
        asked = self.asides_of if state.played < self.rounds else ()
        return [Aside("guess", seat, Turn(Number(0, 1)), repeats=2) for seat in asked]

    def step(self, state: State, answers: Mapping[int, Answer], chance: Chance, out: Out) -> State:
        state.played += 1
        for seat in (0, 1):
            lost = isinstance(answers[seat], Forfeit)
            out.emit("chose", seat, {"choice": None if lost else answers[seat]})
        if answers[0] == answers[1]:
            state.scores[:] = [score + 1 for score in state.scores]
        out.emit("round", None, {"played": state.played})
        return state

    def payoffs(self, state: State) -> Sequence[float]:
        return state.scores

    def brief(self, seat: int) -> str:
        return "Choose J or F."

    def tell(self, event: Event, seat: int) -> str:
        return f"{event.kind} {event.data}"


def always_j(asked: Asked) -> Answer:
    return 0.5 if asked.aside else "J"


def play_on(env: Environment[Any], seats: Seats, record: Iterable[Decision] = ()) -> Episode:
    return asyncio.run(waiting_driver(Play(env, 0), seats, list(record)))


class Least:
    """The least line to the world: inner calls, from the record or made and kept."""

    episode = brief = name = ""
    files: Mapping[str, Any] = {}

    def __init__(self, play: Play[Any], asked: Asked, known: Mapping[Key, Decision]) -> None:
        self.play, self.asked, self.known = play, asked, known
        self.made = Counter[str]()

    @property
    def told(self) -> str:
        return words(self.play.env, self.asked)

    async def recall(self, name: str, call: Callable[[], Awaitable[str]]) -> str:
        key = inner_key(self.asked, name, self.made[name])
        self.made[name] += 1
        inner = self.known.get(key) or Decision(*key, None, await call())
        self.play.note(inner)
        return inner.raw or ""

    async def send(self, request: object, name: str = "") -> None:
        raise NotImplementedError

    def keep(self, name: str, text: str, outcome: str) -> None:
        raise NotImplementedError

    def kept(self, name: str) -> None:
        raise NotImplementedError


async def waiting_driver(play: Play[Any], seats: Seats, record: Sequence[Decision]) -> Episode:
    """The least that waits: the runner has the real one."""
    known = {decision.key: decision for decision in record}

    async def ask(asked: Asked) -> None:
        seat = seats[asked.seat]
        assert isinstance(seat, Live)
        play.answer(asked, await seat.ask(asked, Least(play, asked, known)))

    for waiting in rounds(play, seats, record):
        failures = await asyncio.gather(*map(ask, waiting), return_exceptions=True)
        for failure in filter(None, failures):
            raise failure
    return play.episode()


class Model:
    """A stand-in for a model: waits, answers in words, fails when told to, counts its calls."""

    def __init__(self, *texts: str, fails_in: int = -1, wait: float = 0.0) -> None:
        self.texts, self.fails_in, self.wait = texts, fails_in, wait
        self.asked: list[Asked] = []
        self.resumed: list[Decision] = []

    async def __call__(self, asked: Asked, line: Line) -> Reply:
        await asyncio.sleep(self.wait)
        if asked.step == self.fails_in:
            raise Blocked("no connection")
        self.asked.append(asked)
        return Reply(self.texts[asked.step % len(self.texts)])

    def live(self) -> Live:
        return Live(self, lambda asked, answered: self.resumed.append(answered.decision))


# --- scripts ---


def test_seats_that_are_asked_at_the_same_time_answer_one_step() -> None:
    episode = drive(Play(Match(), 0), [always_j, always_j])
    assert [(d.step, d.seat) for d in episode.decisions] == [
        (s, i) for s in range(3) for i in (0, 1)
    ]
    assert episode.payoffs == (3, 3)
    assert [d.step for d in episode.draws] == [0]


def test_an_illegal_answer_of_a_script_is_an_error_and_not_a_forfeit() -> None:
    with pytest.raises(ValueError, match=r"seat 1 was asked Choose.*answered 'steal'"):
        drive(Play(Match(), 0), [always_j, lambda asked: "steal"])


def test_an_illegal_reply_is_a_forfeit_and_not_an_error() -> None:
    episode = play_on(Match(rounds=1), [always_j, Model("steal").live()])
    assert episode.decisions[1] == Decision(0, 1, "", 0, Forfeit("no_option"), "steal")


def test_a_script_may_decline() -> None:
    episode = drive(Play(Match(rounds=1), 0), [always_j, lambda asked: Forfeit("asleep")])
    assert [e.data for _, e in episode.of("chose")] == [{"choice": "J"}, {"choice": None}]


def test_a_seat_is_told_its_turn_and_what_came_since_and_never_the_state() -> None:
    heard: list[Asked] = []

    def listening(asked: Asked) -> Answer:
        heard.append(asked)
        return "J"

    drive(Play(Match(), 0), [listening, always_j])
    assert [[e.kind for e in asked.news] for asked in heard] == [
        [],
        *[["chose"] * 2 + ["round"]] * 2,
    ]
    assert [asked.turn.situation["scores"] for asked in heard] == [[0, 0], [1, 1], [2, 2]]
    assert [asked.key for asked in heard] == [(0, 0, "", 0), (1, 0, "", 0), (2, 0, "", 0)]
    assert not any(isinstance(part, State) for asked in heard for part in asked)


def test_the_draws_of_a_seat_belong_to_its_decision_and_those_of_the_rules_to_the_log() -> None:
    episode = drive(Play(Match(), 0), [anyone, always_j])
    assert {draw.name for draw in episode.draws} == {"start"}
    for decision in episode.decisions:
        names = {draw.name for draw in decision.draws}
        assert names <= {"0/forfeit", "0/option"}
        assert bool(names) == (decision.seat == 0)
        assert all(draw.step == decision.step for draw in decision.draws)


def test_a_seat_that_is_waited_for_needs_the_waiting_driver() -> None:
    with pytest.raises(TypeError, match="seat 1 is waited for: play it with the runner"):
        drive(Play(Match(), 0), [always_j, Model("J").live()])


def test_nobody_sits_where_the_record_ends() -> None:
    with pytest.raises(LookupError, match=r"the record ends before \(0, 1, '', 0\)"):
        drive(Play(Match(), 0), [None, None])


def test_the_record_so_far_can_be_taken_at_any_time() -> None:
    play = Play(Match(), 0)
    assert play.episode().payoffs == (0, 0)
    whole = drive(play, [always_j, always_j])
    assert play.episode() == whole


# --- what was meant ---


def meaning(asked: Asked) -> Said:
    return Said("J", {"plan": asked.step})


def test_what_a_script_meant_is_truth_of_its_own_events_and_told_to_nobody() -> None:
    heard: list[Event] = []

    def listening(asked: Asked) -> Answer:
        heard.extend(asked.news)
        return "J"

    episode = drive(Play(Match(), 0), [meaning, listening])
    truths = [(event.by, event.truth) for _, event in episode.of("chose", "round")]
    assert truths[:3] == [(0, {"meant": {"plan": 0}}), (1, {}), (None, {})]
    assert truths[3][1] == {"meant": {"plan": 1}}
    assert [d.meant for d in episode.decisions[:3]] == [{"plan": 0}, {}, {"plan": 1}]
    assert heard
    assert not any(event.truth for event in heard)


def test_what_was_meant_behind_a_reply_is_kept_the_same_way() -> None:
    async def ask(asked: Asked, line: Line) -> Reply:
        return Reply("J", {"plan": asked.step})

    awaited = play_on(Match(), [Live(ask), always_j])
    assert awaited.events == drive(Play(Match(), 0), [meaning, always_j]).events


def test_what_was_meant_is_gone_in_the_next_step() -> None:
    def once(asked: Asked) -> Answer | Said:
        return Said("J", {"plan": "now"}) if asked.step == 0 else "J"

    episode = drive(Play(Match(), 0), [once, always_j])
    assert [bool(e.truth) for _, e in episode.of("chose")] == [True, *[False] * 5]


def test_what_was_meant_by_a_turn_is_not_put_into_a_later_aside() -> None:
    def guessing(asked: Asked) -> Answer | Said:
        if asked.aside:
            return Said(0.5, {"sure": asked.repeat}) if asked.repeat else 0.5
        return Said("J", {"plan": "join"})

    episode = drive(Play(Match(asides_of=(0,)), 0), [guessing, always_j])
    asides = [event.truth for _, event in episode.of("aside")]
    assert asides == [{}, {"meant": {"sure": 1}}] * 3
    assert [e.truth for _, e in episode.of("chose") if e.by == 0] == [
        {"meant": {"plan": "join"}}
    ] * 3


# --- asides ---


def test_asides_are_asked_first_again_and_again_and_their_answers_go_nowhere() -> None:
    asked_in: list[tuple[int, str, int]] = []

    def listening(asked: Asked) -> Answer:
        asked_in.append((asked.step, asked.aside, asked.repeat))
        return always_j(asked)

    episode = drive(Play(Match(rounds=1, asides_of=(0,)), 0), [listening, always_j])
    assert asked_in == [(0, "guess", 0), (0, "guess", 1), (0, "", 0)]
    assert [event for _, event in episode.of("aside")] == [
        Event("aside", 0, {"name": "guess", "repeat": 0, "answer": 0.5}, NOBODY),
        Event("aside", 0, {"name": "guess", "repeat": 1, "answer": 0.5}, NOBODY),
    ]


def test_an_aside_that_is_not_answered_is_on_record_with_its_reason() -> None:
    def silent(asked: Asked) -> Answer:
        return Forfeit("asleep") if asked.aside else "J"

    episode = drive(Play(Match(rounds=1, asides_of=(1,)), 0), [always_j, silent])
    [first, _] = [event.data for _, event in episode.of("aside")]
    assert first == {"name": "guess", "repeat": 0, "forfeit": "asleep"}


def test_rules_say_what_the_event_of_an_answer_aside_holds_and_the_decision_is_as_answered() -> (
    None
):
    class Counted(Match):
        def recorded(self, aside: str, answer: Any) -> Mapping[str, Any]:
            return {"answer": aside.upper(), "said": answer}

    usual, other = (
        drive(Play(rules(rounds=1, asides_of=(0,)), 0), [always_j, always_j])
        for rules in (Match, Counted)
    )
    assert other.decisions == usual.decisions
    for (_, was), (_, event) in zip(usual.of("aside"), other.of("aside"), strict=True):
        assert event.data["said"] == was.data["answer"]
        assert event.data["answer"] == was.data["name"].upper()
    lost = drive(Play(Counted(rounds=1, asides_of=(0,)), 0), [lambda _: Forfeit("empty"), always_j])
    assert {event.data["forfeit"] for _, event in lost.of("aside")} == {"empty"}


def test_asides_change_nothing_that_is_told_or_done() -> None:
    def told(env: Match) -> tuple[list[Any], Episode]:
        heard: list[Any] = []

        def listening(asked: Asked) -> Answer:
            if asked.aside:
                return 0.5
            heard.append((asked.turn, asked.news))
            return "J" if asked.step else "F"

        return heard, drive(Play(env, 0), [listening, always_j])

    (plain, without), (probed, asked) = told(Match()), told(Match(asides_of=(0, 1)))
    assert plain == probed
    assert without.events == tuple(e for e in asked.events if e.kind != "aside")
    assert without.payoffs == asked.payoffs


def test_news_read_for_an_aside_is_still_news_for_the_turn() -> None:
    heard: list[tuple[str, int]] = []

    def listening(asked: Asked) -> Answer:
        heard.append((asked.aside, len(asked.news)))
        return always_j(asked)

    drive(Play(Match(rounds=2, asides_of=(0,)), 0), [listening, always_j])
    assert heard == [("guess", 0)] * 2 + [("", 0)] + [("guess", 3)] * 2 + [("", 3)]


# --- replay and resume ---

CASES: list[tuple[Environment[Any], Callable[[], Seats]]] = [
    (Match(), lambda: [anyone, meaning]),
    (Match(asides_of=(1, 0)), lambda: [anyone, anyone]),
    (Lemons(survey=True), lambda: [liar, trusting, anyone]),
]


@pytest.mark.parametrize(("env", "make"), CASES)
def test_an_episode_resumed_after_any_decision_is_the_same(
    env: Environment[Any], make: Callable[[], Seats]
) -> None:
    whole = drive(Play(env, 9), make())
    for cut in range(len(whole.decisions) + 1):
        again = drive(Play(env, 9), make(), whole.decisions[:cut])
        assert again == whole
        assert again.digest() == whole.digest()


@pytest.mark.parametrize(("env", "make"), CASES)
def test_a_record_alone_gives_the_episode_back(
    env: Environment[Any], make: Callable[[], Seats]
) -> None:
    whole = drive(Play(env, 9), make())
    assert replay(env, whole) == whole
    assert replay(env, whole, make()) == whole
    assert replay(env, whole).digest() == whole.digest()


def test_answers_can_come_from_the_record_in_any_order() -> None:
    whole = drive(Play(Match(asides_of=(0,)), 0), [anyone, anyone])
    play = Play(Match(asides_of=(0,)), 0, Recorded([*whole.draws]))
    again = drive(play, [None, None], reversed(whole.decisions))
    assert again.events == whole.events


def test_what_a_play_keeps_is_each_decision_when_it_arrives() -> None:
    kept: list[Decision] = []
    episode = drive(Play(Match(), 0, keep=kept.append), [always_j, always_j])
    assert [d.seat for d in kept] == [1, 0] * 3
    assert sorted(kept, key=lambda d: d.key) == list(episode.decisions)


@pytest.mark.parametrize(
    "other",
    [
        lambda asked: "F",
        lambda asked: Said("J", {"plan": "other"}),
        lambda asked: Forfeit("asleep"),
    ],
)
def test_a_script_that_no_longer_repeats_itself_is_found_out(other: Any) -> None:
    episode = drive(Play(Match(), 0), [always_j, always_j])
    with pytest.raises(Diverged, match=r"\(0, 1, '', 0\): recorded 'J' from draws \[\]"):
        replay(Match(), episode, [always_j, other])


def test_a_script_that_draws_otherwise_is_found_out() -> None:
    def drawing(name: str) -> Callable[[Asked], Answer]:
        return lambda asked: "J" if asked.chance.uniform(name) < 2 else "F"

    episode = drive(Play(Match(), 0), [always_j, drawing("some")])
    with pytest.raises(Diverged, match=r"\(0, 1, '', 0\): no draw '1/other' here"):
        replay(Match(), episode, [always_j, drawing("other")])
    with pytest.raises(Diverged, match=r"\(0, 1, '', 0\): recorded 'J' from draws \[0"):
        replay(Match(), episode, [always_j, always_j])


def test_one_is_not_true_to_an_audit() -> None:
    class Counting(Match):
        def turns(self, state: State) -> Mapping[int, Turn]:
            return {s: Turn(Record({"n": Number(0, 9)})) for s in super().turns(state)}

    episode = drive(Play(Counting(), 0), [lambda asked: {"n": 1}] * 2)
    with pytest.raises(Diverged):
        replay(Counting(), episode, [lambda asked: {"n": 1.0}] * 2)


@pytest.mark.parametrize(
    ("env", "said"),
    [
        (Match(rounds=4), r"the record is of the settings {'rounds': 3"),
        (Lemons(), "the record is of match, rules version 1; these rules are lemons, version 1"),
        (type("Match", (Match,), {"version": "2"})(), "rules version 1; these rules .* version 2"),
    ],
)
def test_a_record_of_other_rules_or_settings_is_not_played_on(
    env: Environment[Any], said: str
) -> None:
    episode = drive(Play(Match(), 0), [always_j, always_j])
    same_rules(Match(), episode)
    with pytest.raises(OtherRules, match=said):
        replay(env, episode)


@dataclass(frozen=True)
class Grown(Match):
    """The same rules with a setting more, which by default changes nothing."""

    louder: bool = False
    tags: tuple[str, ...] = ()


def test_a_record_from_before_a_setting_is_played_again_with_its_default() -> None:
    episode = drive(Play(Match(), 0), [always_j, always_j])
    assert replay(Grown(), episode) == episode
    assert replay(Grown(), episode).digest() == episode.digest()
    with pytest.raises(OtherRules, match="the record is of the settings"):
        replay(Grown(louder=True), episode)
    with pytest.raises(OtherRules, match="the record is of the settings"):
        replay(Match(), drive(Play(Grown(), 0), [always_j, always_j]))


def test_what_rules_have_gained_stands_in_a_record_only_where_it_is_set() -> None:
    @dataclass(frozen=True)
    class Grown(Match):
        pause: int = 0
        gained = ("pause",)

    usual, paused = (drive(Play(Grown(pause=n), 0), [anyone, anyone]) for n in (0, 1))
    before = drive(Play(Match(), 0), [anyone, anyone])
    assert (usual.header, usual.digest()) == (before.header, before.digest())
    assert paused.header.settings == {**before.header.settings, "pause": 1}
    same_rules(Grown(), before)
    said = replace(before.header, settings={**before.header.settings, "pause": 0})
    same_rules(Grown(), replace(before, header=said))
    with pytest.raises(OtherRules):
        same_rules(Grown(), paused)
    with pytest.raises(OtherRules):
        same_rules(Grown(pause=1), before)


def test_a_replay_keeps_the_source_of_the_record_in_its_header() -> None:
    episode = drive(Play(Match(), 3, Recorded([], Seeded(8), "elsewhere")), [anyone, anyone])
    assert episode.header.source == "elsewhere"
    assert replay(Match(), episode) == episode


# --- whoever is waited for ---


def test_scripts_and_models_sit_at_one_table() -> None:
    model = Model("J", "I say F.", "no letter")
    episode = play_on(Match(), [always_j, model.live()])
    answers = [(d.answer, d.raw, d.notes) for d in episode.decisions if d.seat == 1]
    assert answers == [
        ("J", "J", ()),
        ("F", "I say F.", ("named in a longer reply",)),
        (Forfeit("no_option"), "no letter", ()),
    ]
    assert replay(Match(), episode, [always_j, None]) == episode


def test_seats_asked_at_the_same_time_are_waited_for_at_the_same_time() -> None:
    waiting, most = 0, 0

    async def slow(asked: Asked, line: Line) -> Reply:
        nonlocal waiting, most
        waiting += 1
        most = max(most, waiting)
        await asyncio.sleep(0)
        waiting -= 1
        return Reply("J")

    play_on(Match(), [Live(slow), Live(slow)])
    assert most == 2


def test_the_order_of_arrival_leaves_no_trace() -> None:
    def played(first: float, second: float) -> Episode:
        return play_on(Match(2), [Model("J", wait=first).live(), Model("F", wait=second).live()])

    assert played(0.002, 0) == played(0, 0.002) == played(0, 0)


def test_a_seat_that_is_blocked_leaves_the_answers_of_others_and_is_asked_again() -> None:
    whole = play_on(Match(), [Model("J").live(), Model("J", "F").live()])
    kept: list[Decision] = []
    broken = [Model("J").live(), Model("J", "F", fails_in=2).live()]
    play = Play(Match(), 0, keep=kept.append)
    with pytest.raises(Blocked):
        asyncio.run(waiting_driver(play, broken, []))
    assert [d.key for d in kept[-2:]] == [(1, 0, "", 0), (2, 0, "", 0)]
    first, second = Model("J"), Model("J", "F")
    assert play_on(Match(), [first.live(), second.live()], kept) == whole
    assert ([a.step for a in first.asked], [a.step for a in second.asked]) == ([], [2])
    assert [d.step for d in first.resumed] == [0, 1, 2]
    assert second.resumed == [d for d in whole.decisions if d.seat == 1][:2]


def test_a_seat_without_memory_need_not_be_told_of_the_past() -> None:
    whole = play_on(Match(), [Model("J").live(), always_j])
    again = play_on(Match(), [Live(Model("J")), always_j], whole.decisions[:3])
    assert again == whole


class Drawing:
    """A seat behind the awaited path that draws, as a stand-in for a model may."""

    def live(self) -> Live:
        return Live(self.ask, self.resume)

    async def ask(self, asked: Asked, line: Line) -> Reply:
        return Reply(self.draw(asked))

    def resume(self, asked: Asked, answered: Answered) -> None:
        self.draw(asked)

    def draw(self, asked: Asked) -> str:
        return asked.chance.pick("letter", ("J", "F"))


def test_what_a_waited_for_seat_draws_is_drawn_once_however_often_it_is_resumed() -> None:
    whole = play_on(Match(9), [Drawing().live(), always_j])
    assert all(d.draws for d in whole.decisions if d.seat == 0)
    for cut in range(len(whole.decisions)):
        assert play_on(Match(9), [Drawing().live(), always_j], whole.decisions[:cut]) == whole


class Thinker:
    """An agent of several calls: drafts twice, then answers; its connection can fail."""

    def __init__(self, fails_at: int = -1) -> None:
        self.fails_at, self.calls = fails_at, 0

    async def ask(self, asked: Asked, line: Line) -> Reply:
        async def call() -> str:
            self.calls += 1
            if self.calls == self.fails_at:
                raise Blocked("no connection")
            return f"draft {self.calls} of {asked.repeat}"

        drafts = [
            await line.recall("draft", call),
            await line.recall("look", call),
            await line.recall("draft", call),
        ]
        return Reply(f"0.5 {drafts[-1]}"[:3] if asked.aside else "J")


@pytest.mark.parametrize("fails_at", range(1, 19))
def test_inner_calls_are_kept_one_by_one_and_never_made_twice(fails_at: int) -> None:
    env, kept = Match(rounds=2, asides_of=(1,)), list[Decision]()
    whole = play_on(env, [always_j, Live(Thinker().ask)])
    play = Play(env, 0, keep=kept.append)
    with pytest.raises(Blocked):
        asyncio.run(waiting_driver(play, [always_j, Live(Thinker(fails_at).ask)], []))
    again = Thinker()
    resumed = play_on(env, [always_j, Live(again.ask)], kept)
    held = {d.key: d for d in resumed.decisions}
    assert all(held[decision.key] == decision for decision in kept)
    assert again.calls == 18 - sum(">" in decision.aside for decision in kept)
    assert resumed.events == whole.events
    assert [d.key for d in resumed.decisions] == [d.key for d in whole.decisions]
    assert len(held) == len(resumed.decisions)
    assert replay(env, resumed) == resumed


def test_inner_calls_of_each_repeat_are_its_own() -> None:
    episode = play_on(Match(rounds=1, asides_of=(1,)), [always_j, Live(Thinker().ask)])
    inner = [(d.aside, d.repeat) for d in episode.decisions if ">" in d.aside]
    names = ("draft>0", "draft>1", "look>0")
    assert inner == [
        *((f"guess>{name}", repeat) for name in names for repeat in (0, 1)),
        *((f">{name}", 0) for name in names),
    ]


def test_an_inner_call_reaches_neither_rules_nor_asides() -> None:
    episode = play_on(Match(rounds=1), [always_j, Live(Thinker().ask)])
    assert episode.events == drive(Play(Match(rounds=1), 0), [always_j, always_j]).events


# --- every outcome ---


def tossing(asked: Asked) -> Answer:
    return asked.chance.pick("coin", "JF", [1, 2])


def test_an_expectation_is_exact_over_every_outcome_of_chance() -> None:
    def points(episode: Episode) -> float:
        return episode.payoffs[0]

    # Each of two rounds pays a point where both choose the same: 1/9 + 4/9.
    assert exact(Match(rounds=2), lambda: [tossing, tossing], points) == Fraction(10, 9)
    assert exact(Match(rounds=2), lambda: [always_j, tossing], points) == Fraction(2, 3)
    certain = exact(Match(rounds=1), lambda: [tossing, tossing], lambda _: 1)
    assert certain == 1


def test_an_expectation_over_numbers_is_refused_by_name() -> None:
    def noisy(asked: Asked) -> Answer:
        return "J" if asked.chance.uniform("noise") < 0.5 else "F"

    with pytest.raises(NoDraw, match="'0/noise' is a number"):
        exact(Match(), lambda: [noisy, always_j], lambda episode: episode.payoffs[0])


@dataclass(frozen=True)
class Probed(Match):
    """Each seat is asked two things out of band, the later name first."""

    name = "probed"

    def asides(self, state: State) -> Sequence[Aside]:
        turn = Turn(Number(0, 1))
        there = [(seat, name) for name in ("z", "a") for seat in (1, 0)]
        return [Aside(name, seat, turn) for seat, name in there if state.played < self.rounds]


def noting(asked: Asked) -> Answer:
    return asked.chance.uniform("noise") if asked.aside else "J"


def test_asides_that_draw_under_one_name_are_audited_in_the_order_they_drew() -> None:
    episode = drive(Play(Probed(), 0), [noting, noting])
    assert replay(Probed(), episode, [noting, noting]) == episode


def test_answers_that_arrive_in_any_order_keep_each_its_own_draws() -> None:
    def answers(order: int) -> Episode:
        play: Play[Any] = Play(Match(rounds=1, asides_of=(0,)), 0)
        open_asides = list(play.asked.values())
        drawn = [asked.chance.uniform(f"noise {asked.repeat}") for asked in open_asides]
        for asked, unit in list(zip(open_asides, drawn, strict=True))[::order]:
            play.answer(asked, unit)
        return drive(play, [always_j, always_j])

    assert answers(1) == answers(-1)
    first, second = (d for d in answers(1).decisions if d.aside)
    assert [[draw.name for draw in d.draws] for d in (first, second)] == [
        ["0/noise 0"],
        ["0/noise 1"],
    ]
