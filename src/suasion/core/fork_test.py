"""An episode played on with one thing changed: what stands, what changes, and nothing before it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest

from suasion.core.asks import NULL, Answer, Choose, Forfeit, Json
from suasion.core.chance import Chance, NoDraw, Shared, Source
from suasion.core.environment import Asked, Environment, Group, Out, Seat, Turn
from suasion.core.episode import Episode
from suasion.core.events import Event
from suasion.core.fork import Edit, delay, drop, fork, reroute, rewrite, steps_of
from suasion.core.play import Diverged, Play, Seats, drive, groups_of
from suasion.core.replay import OtherRules, replay, replaying
from suasion.core.views import Channel, Delivery
from suasion.testing.lemons import Lemons, honest, liar, trusting

DEALS = ("buy", "walk")
SELLS: list[Any] = [honest, trusting, trusting]


def whole(env: Environment[Any], seats: Seats, seed: int = 4, **how: Any) -> Episode:
    return drive(Play(env, seed, groups=groups_of(seats), **how), seats)


def forked(
    env: Environment[Any],
    episode: Episode,
    edit: Edit,
    seats: Callable[[], Seats],
    channels: Sequence[Channel] = (),
) -> Episode:
    """The fork, which must replay from its own record, and its scripts repeat themselves."""
    line_up = seats()
    play, record = fork(env, episode, edit, channels, line_up)
    made = drive(play, line_up, record)
    assert replay(env, made) == made
    assert replay(env, made, seats()) == made
    return made


@dataclass
class Told:
    """Where the table stands."""

    round: int = 0
    said: str = ""
    shown: int = 0
    points: int = 0


@dataclass(frozen=True)
class Table(Environment[Told]):
    """A dealer shows one card a round, the teller says something in private, the other guesses.

    The rules draw a lot in the second half of each round, and one more where nobody answered.
    """

    rounds: int = 4
    shared: bool = False
    name = "table"

    def source(self, seed: int) -> Source:
        return Shared(seed) if self.shared else super().source(seed)

    def seats(self) -> Sequence[Seat]:
        return [Seat("teller"), Seat("guesser")]

    def open(self, chance: Chance, out: Out) -> Told:
        return self._deal(Told(), chance, out)

    def turns(self, state: Told) -> Mapping[int, Turn]:
        if state.round > self.rounds:
            return {}
        return {1 if state.said else 0: Turn(Choose(("a", "b", "c")))}

    def step(self, state: Told, answers: Mapping[int, Answer], chance: Chance, out: Out) -> Told:
        [(seat, answer)] = answers.items()
        if isinstance(answer, Forfeit):
            chance.pick("penalty", range(9))
        if seat == 0:
            state.said = "b" if isinstance(answer, Forfeit) else answer
            out.emit("said", 0, {"text": state.said}, (0, 1))
            return state
        lot = chance.pick("lot", range(100))
        out.emit("guess", 1, {"guess": None if isinstance(answer, Forfeit) else answer, "lot": lot})
        state.points += answer == "abc"[state.shown]
        return self._deal(state, chance, out)

    def _deal(self, state: Told, chance: Chance, out: Out) -> Told:
        state.round, state.said = state.round + 1, ""
        if state.round <= self.rounds:
            state.shown = chance.pick("card", range(3), known_to=(0,))
            out.emit("card", None, {"card": "abc"[state.shown]}, (0,))
        return state

    def payoffs(self, state: Told) -> Sequence[float]:
        return [0, state.points]

    def brief(self, seat: int) -> str:
        return "Say or guess a letter."

    def tell(self, event: Event, seat: int) -> str:
        return f"{event.kind} {dict(event.data)}"


def truthful(asked: Asked) -> Answer:
    asked.chance.uniform("mood")
    return next(str(e.data["card"]) for e in reversed(asked.news) if e.kind == "card")


def believing(asked: Asked) -> Answer:
    """Repeat what was last heard; without it choose by chance."""
    heard = [e.data["text"] for e in asked.news if e.kind == "said"]
    return heard[-1] if heard else asked.chance.pick("guess", "abc")


def moody(asked: Asked) -> Answer:
    """What chance says."""
    return asked.chance.pick("any", "abc")


PAIR: Callable[[], Seats] = lambda: [truthful, believing]  # noqa: E731
MOODY: Callable[[], Seats] = lambda: [moody, moody]  # noqa: E731
TABLES = [Table(), Table(shared=True)]


def guesses(episode: Episode) -> list[Json]:
    return [event.data["guess"] for _, event in episode.of("guess")]


def heard_by(episode: Episode) -> list[int]:
    """How many messages the guesser hears before each of its guesses."""
    play = replaying(Table(), episode)
    record = iter(episode.decisions)
    found = []
    while play.asked:
        [asked] = play.asked.values()
        if asked.seat == 1:
            found.append(sum(event.kind == "said" for event in asked.news))
        play.take(next(record))
    return found


def before(episode: Episode, step: int) -> list[Any]:
    """All that was decided and drawn before a step, and what followed, as plain values."""
    decided = [d.row() for d in episode.decisions if d.step < step]
    return [decided, [d for d in episode.draws if d.step <= step]]


@pytest.mark.parametrize("env", TABLES)
@pytest.mark.parametrize("through", [0, 1, 3, 8])
def test_a_null_fork_on_the_chance_of_the_original_is_the_original(
    env: Table, through: int
) -> None:
    for seats in (PAIR, MOODY):
        episode = whole(env, seats())
        assert forked(env, episode, Edit(through), seats) == episode
        assert forked(env, episode, Edit(through), seats).digest() == episode.digest()


@pytest.mark.parametrize("env", TABLES)
def test_a_null_fork_with_a_fresh_seed_shares_its_past_and_no_later_chance(env: Table) -> None:
    episode = whole(env, MOODY())
    one, again, other = (forked(env, episode, Edit(4, seed=seed), MOODY) for seed in (70, 70, 71))
    assert one == again
    assert one != other
    assert before(one, 4) == before(episode, 4)
    assert one.events[:6] == episode.events[:6]
    assert [d.answer for d in one.decisions[4:]] != [d.answer for d in episode.decisions[4:]]
    lots = [[d.value for d in e.draws if d.name == "lot"][2:] for e in (one, episode)]
    assert lots[0] != lots[1]
    assert (one.header.source, one.header.seed) == ("recorded", episode.header.seed)


@pytest.mark.parametrize("env", TABLES)
def test_a_planted_lie_changes_what_is_believed_and_nothing_before_it(env: Table) -> None:
    episode = whole(env, PAIR())
    was = episode.decisions[2]
    lie = "abc".replace(str(was.answer), "")[0]
    made = forked(env, episode, Edit(3, answers={was.key: lie}), PAIR)
    assert made.decisions[:2] == episode.decisions[:2]
    assert made.events[:4] == episode.events[:4]
    assert made.decisions[2].answer == lie
    assert made.decisions[2].notes == ("edited",)
    assert guesses(made) == [guesses(episode)[0], lie, *guesses(episode)[2:]]
    assert made.draws == episode.draws


def test_what_a_script_meant_by_an_answer_goes_with_it() -> None:
    env = Lemons(share_good=0)
    seats: Callable[[], Seats] = lambda: [liar, trusting, trusting]  # noqa: E731
    episode = whole(env, seats())
    was = episode.decisions[0]
    assert was.meant == {"lie": True}
    honestly = {"to": "bob", "text": "This one is a lemon."}
    made = forked(env, episode, Edit(1, answers={was.key: honestly}), seats)
    assert made.decisions[0].meant == {}
    assert "meant" not in next(made.of("whisper"))[1].truth


@pytest.mark.parametrize("env", TABLES)
def test_an_answer_can_be_taken_out(env: Table) -> None:
    episode = whole(env, PAIR())
    guess = episode.decisions[3]
    made = forked(env, episode, Edit(4, answers={guess.key: NULL}), PAIR)
    assert made.decisions[3].answer == Forfeit("null")
    assert guesses(made)[1] is None
    assert guesses(made)[0] == guesses(episode)[0]
    if not env.shared:  # one more draw moves the one stream, as it would have in that engine
        assert guesses(made)[2:] == guesses(episode)[2:]


@pytest.mark.parametrize("env", TABLES)
def test_a_dropped_message_is_not_heard_and_nothing_before_it_changes(env: Table) -> None:
    episode = whole(env, PAIR())
    said = [at for at, _ in episode.of("said")][1]
    made = forked(env, episode, Edit(3, deliveries=[drop(said, 1)]), PAIR)
    assert made.events[: said + 1] == episode.events[: said + 1]
    assert made.decisions[:3] == episode.decisions[:3]
    assert made.changed == ([said, 1, []],)
    assert [draw.name for draw in made.decisions[3].draws] == ["1/guess"]


def test_a_delayed_message_comes_late_a_rerouted_one_to_another_and_a_rewritten_one_otherwise() -> (
    None
):
    episode = whole(Table(), PAIR())
    said = [at for at, _ in episode.of("said")][1]
    late = forked(Table(), episode, Edit(3, deliveries=[delay(said, 1, 2)]), PAIR)
    assert [draw.name for draw in late.decisions[3].draws] == ["1/guess"], "nothing was heard"
    assert heard_by(late) == [1, 0, 2, 1]
    back = forked(Table(), episode, Edit(3, deliveries=[reroute(said, 1, 0)]), PAIR)
    assert back.changed[0][2][0][0] == 0
    lie = "abc".replace(guesses(episode)[1], "")[0]
    told = forked(Table(), episode, Edit(3, deliveries=[rewrite(said, 1, text=lie)]), PAIR)
    assert guesses(told)[1] == lie
    assert told.events[said] == episode.events[said], "the event is recorded as it was made"


@pytest.mark.parametrize("env", TABLES)
def test_a_reversed_draw_changes_what_follows_and_no_other_draw(env: Table) -> None:
    episode = whole(env, PAIR())
    cards = [d.value for d in episode.draws if d.name == "card"]
    other = (cards[2] + 1) % 3
    made = forked(env, episode, Edit(4, draws={("card", 2): other}), PAIR)
    assert made.decisions[:4] == episode.decisions[:4]
    assert [d.value for d in made.draws if d.name == "card"] == [*cards[:2], other, *cards[3:]]
    assert [d for d in made.draws if d.name != "card"] == [
        d for d in episode.draws if d.name != "card"
    ]
    assert guesses(made) == [*guesses(episode)[:2], "abc"[other], *guesses(episode)[3:]]
    assert made.header.source == "recorded"


def test_what_an_edit_leaves_undrawn_is_never_drawn_later() -> None:
    """What was forfeited drew a penalty; edited, it draws none, and none is left over."""

    def silent_once(asked: Asked) -> Answer:
        return Forfeit("asleep") if asked.step in (2, 6) else truthful(asked)

    seats: Callable[[], Seats] = lambda: [silent_once, believing]  # noqa: E731
    episode = whole(Table(), seats())
    old = [d.value for d in episode.draws if d.name == "penalty"]
    assert len(old) == 2
    later = set()
    for seed in range(12):
        edit = Edit(3, answers={episode.decisions[2].key: "a"}, seed=seed)
        made = forked(Table(), episode, edit, seats)
        [drawn] = [d.value for d in made.draws if d.name == "penalty"]
        later.add(drawn)
    assert len(later) > 1


def test_what_an_edit_draws_beyond_the_record_is_fresh_and_not_of_a_later_step() -> None:
    def silent_late(asked: Asked) -> Answer:
        return Forfeit("asleep") if asked.step == 6 else truthful(asked)

    seats: Callable[[], Seats] = lambda: [silent_late, believing]  # noqa: E731
    episode = whole(Table(), seats())
    first = set()
    for seed in range(12):
        edit = Edit(3, answers={episode.decisions[2].key: NULL}, seed=seed)
        made = forked(Table(), episode, edit, seats)
        first.add(next(d.value for d in made.draws if d.name == "penalty"))
    assert len(first) > 1


def test_a_past_that_no_longer_follows_from_its_scripts_is_refused() -> None:
    episode = whole(Table(), PAIR())
    play, record = fork(Table(), episode, Edit(6))
    with pytest.raises(Diverged):
        drive(play, [lambda _: "a", believing], record)


@pytest.mark.parametrize("env", [Lemons(price=60), Table()])
def test_a_record_of_other_rules_or_settings_is_not_forked(env: Environment[Any]) -> None:
    episode = whole(Lemons(), SELLS)
    with pytest.raises(OtherRules, match="the record is of"):
        fork(env, episode, Edit(1))


def test_a_fork_of_a_fork_needs_a_fresh_seed_and_keeps_its_past() -> None:
    episode = whole(Table(), MOODY())
    once = forked(Table(), episode, Edit(2, seed=1), MOODY)
    twice = forked(Table(), once, Edit(5, seed=2), MOODY)
    assert before(twice, 5) == before(once, 5)
    play, record = fork(Table(), once, Edit(5))
    with pytest.raises(NoDraw):
        drive(play, MOODY(), record)


def test_forks_without_other_draws_are_forked_again_on_the_same_chance() -> None:
    episode = whole(Table(), PAIR())
    was = episode.decisions[0]
    once = forked(Table(), episode, Edit(1, answers={was.key: "a"}), PAIR)
    assert forked(Table(), once, Edit(6), PAIR) == once


def test_a_group_is_forked_like_its_seats() -> None:
    def together() -> Seats:
        buyers = Group(lambda asked: [asked.chance.pick("deal", DEALS) for _ in asked.seats])
        return [honest, buyers, buyers]

    episode = whole(Lemons(), together())
    assert forked(Lemons(), episode, Edit(3), together) == episode
    was = episode.decisions[3]
    other = [DEALS[answer == DEALS[0]] for _, answer in was.each()]
    made = forked(Lemons(), episode, Edit(4, answers={was.key: other}), together)
    assert made.decisions[3].answer == other
    assert made.decisions[3].seats == (1, 2)
    assert [d.answer for d in made.decisions[4:]] == [d.answer for d in episode.decisions[4:]]


# --- with channels on the way ------------------------------------------------------------------


def noisy(sent: Delivery, chance: Chance) -> Iterable[Delivery]:
    """Loses one message in two."""
    lost = sent.event.kind == "said" and chance.uniform("loss") < 0.5
    return [] if lost else [sent]


@pytest.mark.parametrize("env", TABLES)
def test_a_noisy_game_keeps_its_past_and_is_noisy_again_after_it(env: Table) -> None:
    long = replace(env, rounds=12)
    episode = whole(long, PAIR(), channels=[noisy])
    assert 0 < len(episode.changed) < 12
    assert forked(long, episode, Edit(9), PAIR, [noisy]) == episode
    fresh = forked(long, episode, Edit(9, seed=5), PAIR, [noisy])
    steps = steps_of(long, episode)
    past = [each for each in episode.changed if steps[each[0]] <= 9]
    assert list(fresh.changed[: len(past)]) == past
    assert [each[0] for each in fresh.changed] != [each[0] for each in episode.changed]


def test_a_channel_given_to_a_fork_works_only_after_it() -> None:
    deaf: Channel = lambda sent, _: [] if sent.event.kind == "said" else [sent]  # noqa: E731
    episode = whole(Table(), PAIR())
    made = forked(Table(), episode, Edit(3), PAIR, [deaf])
    assert [at for at, *_ in made.changed] == [at for at, _ in made.of("said")][2:]


def test_every_event_has_the_step_that_made_it() -> None:
    episode = whole(Table(rounds=2), PAIR())
    kinds = [event.kind for event in episode.events]
    assert kinds == ["card", "said", "guess", "card", "said", "guess"]
    assert steps_of(Table(rounds=2), episode) == [0, 1, 2, 2, 3, 4]


def test_answers_out_of_band_belong_to_the_step_at_which_they_are_asked() -> None:
    env = Lemons(survey=True)
    episode = whole(env, SELLS)
    steps = steps_of(env, episode)
    asides = [at for at, _ in episode.of("aside")]
    asked = [d.step for d in episode.decisions if d.aside]
    assert [steps[at] for at in asides] == asked
