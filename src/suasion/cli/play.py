"""`suasion play`: one episode, in the terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby, repeat
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from suasion.cli.env_file import EnvFile, use
from suasion.cli.errors import Failed
from suasion.cli.pack import PackFile, opened
from suasion.cli.terminal import say, say_json, say_table

if TYPE_CHECKING:
    from suasion.catalogue import Mistake
    from suasion.core.asks import Json
    from suasion.core.environment import Environment
    from suasion.core.episode import Episode
    from suasion.measures.kit import Kit


@dataclass(frozen=True)
class Game:
    """What is asked for on the command line."""

    environment: str
    preset: str | None = None
    settings: Mapping[str, str] = field(default_factory=dict)
    """As they were written: YAML."""
    seats: tuple[str, ...] = ()
    by_name: Mapping[str, str] = field(default_factory=dict)
    seed: int = 0
    as_json: bool = False
    channels: tuple[str, ...] = ()
    """The delivery chain: `NAME?key=value&key=value`."""
    pack: Path | None = None
    """A file of what it can be about."""

    def words(self) -> list[str]:
        """The command that asks for it."""
        words = ["play", self.environment]
        if self.preset is not None:
            words += ["--preset", self.preset]
        for name, value in self.settings.items():
            words += ["--set", f"{name}={value}"]
        if self.seats:
            words += ["--seats", _in_short(self.seats)]
        for name, agent in self.by_name.items():
            words += ["--seat", f"{name}={agent}"]
        for channel in self.channels:
            words += ["--channel", channel]
        words += ["--pack", str(self.pack)] if self.pack else []
        words += ["--seed", str(self.seed)] if self.seed else []
        return words + (["--json"] if self.as_json else [])


def play(
    environment: Annotated[str, typer.Argument(help="An environment's name.")],
    preset: Annotated[str | None, typer.Option(metavar="NAME", help="Named settings.")] = None,
    settings: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="A setting, as YAML.")
    ] = None,
    seats: Annotated[
        str | None,
        typer.Option(
            metavar="[N*]POLICY,…", help="An agent for every seat, in order; 28*grim is 28 of them."
        ),
    ] = None,
    seat: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=AGENT",
            help="The agent of one seat; a model with settings as {model: ID, temperature: 0.7}.",
        ),
    ] = None,
    channel: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME?KEY=VALUE&…", help="What befalls messages, such as loss?rate=0.1."
        ),
    ] = None,
    pack: PackFile = None,
    seed: Annotated[int, typer.Option(help="Where all chance comes from.")] = 0,
    viewpoint: Annotated[
        str | None, typer.Option("--as", metavar="SEAT", help="Only what this seat was told.")
    ] = None,
    env_file: EnvFile = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print how it ended, as one JSON object.")
    ] = False,
) -> None:
    """Play one episode and tell it. A policy's name alone is enough: grim is policy/grim."""
    use(env_file)
    named = tuple(filter(None, (each.strip() for each in (seats or "").split(","))))
    given, by_name = pairs(settings, "--set"), pairs(seat, "--seat")
    links = tuple(channel or ())
    game = Game(environment, preset, given, _each(named), by_name, seed, as_json, links, pack)
    try:
        env, kit = ready(game)
        held = seated(game, env, kit)
        chained = chain(game, env)
    except Wrong as wrong:
        raise Failed(str(wrong), *repaired(game)) from None
    episode = _played(env, kit, held, seed, chained)
    agents = [each.agent for each in held]
    if as_json:
        return say_json(outcome(game, env, agents, episode))
    return _tell(env, kit, agents, episode, viewpoint)


FEW = 9
"""Seats with one agent that are written one by one."""
MANY = 30
"""Seats up to which each is named."""


def _each(listed: Sequence[str]) -> tuple[str, ...]:
    """An agent a seat, where `N*AGENT` is N of them."""
    from suasion import catalogue

    try:
        return tuple(agent for text in listed for agent in repeat(*catalogue.times(text)[::-1]))
    except catalogue.Mistake as mistake:
        raise Failed(f"--seats {mistake}", "play", "--help", code=2) from None


def _in_short(seats: Sequence[str]) -> str:
    """The same as it is written: many seats in a row with one agent as `N*AGENT`."""
    runs = [(agent, len([*run])) for agent, run in groupby(seats)]
    return ",".join(
        f"{many}*{agent}" if many > FEW else ",".join([agent] * many) for agent, many in runs
    )


def _named(names: Sequence[str]) -> str:
    """The names of seats, where they are not too many."""
    if len(names) <= MANY:
        return ", ".join(names)
    return f"{', '.join(names[:3])}, … {names[-1]}"


def pairs(given: Sequence[str] | None, option: str) -> dict[str, str]:
    """`key=value` arguments; of a key that is given twice, the last."""
    found = {}
    for each in given or ():
        name, equals, value = each.partition("=")
        if not equals or not name:
            raise Failed(f"{option} {each[:80]!r}: expected KEY=VALUE", "play", "--help", code=2)
        found[name] = value
    return found


class Wrong(ValueError):
    """A game that cannot be played, and one that is nearer to one that can."""

    def __init__(self, said: str, nearer: Game) -> None:
        super().__init__(said)
        self.nearer = nearer


def ready(game: Game) -> tuple[Environment[Any], Kit]:
    """The environment in its settings, and its kit."""
    from suasion import catalogue
    from suasion.runner.pack import stood_in
    from suasion.runner.plain_yaml import BadYaml, value

    settings = {}
    for name, text in game.settings.items():
        try:
            settings[name] = value(text)
        except BadYaml as bad:
            left = {key: text for key, text in game.settings.items() if key != name}
            said = f"setting {name[:80]!r} is {text[:80]!r}: {bad}"
            raise Wrong(said, replace(game, settings=left)) from None
    try:
        kit = catalogue.kit(game.environment)
        about = opened(game.pack, kit).standing if game.pack else {}
        env = catalogue.make(game.environment, game.preset, stood_in(settings, kit, about))
        return env, kit
    except catalogue.Mistake as mistake:
        raise Wrong(str(mistake), nearer(game, mistake)) from None


def nearer(game: Game, mistake: Mistake) -> Game:
    """The game without this mistake."""
    instead, settings = mistake.instead, dict(game.settings)
    if mistake.kind == "environment":
        return replace(game, environment=instead)
    if mistake.kind == "preset" or mistake.name not in settings:
        return replace(game, preset=instead if mistake.kind == "preset" else None)
    was = settings.pop(mistake.name)
    if mistake.kind == "setting" and instead is not None:
        settings.setdefault(instead, was)
    if mistake.kind == "value" and (default := as_yaml(instead)) != was:
        settings[mistake.name] = default
    return replace(game, settings=settings)


def as_yaml(value: Json) -> str:
    """A value as it can be written after `--set key=`."""
    import json

    return value if isinstance(value, str) else json.dumps(value)


class Holder(NamedTuple):
    """Who holds a seat, and of a model how it is asked."""

    agent: str
    asked_with: Mapping[str, Json]


def holder(text: str, kit: Kit) -> Holder:
    """An agent by its id, or by the keys of a seat of a study in braces.

    Errors: `UnknownAgent`, `Mistake`.
    """
    from suasion import agents, catalogue

    agent, asked_with = _written(text) if text.lstrip().startswith("{") else (text, {})
    whole = catalogue.agent(kit, agent)
    agents.known(whole, kit, asked_with)
    return Holder(whole, asked_with)


def _written(text: str) -> tuple[str, Mapping[str, Json]]:
    from pydantic import ValidationError

    from suasion.agents import UnknownAgent
    from suasion.runner.plain_yaml import BadYaml, value
    from suasion.runner.study import KEYS
    from suasion.runner.study_errors import problems
    from suasion.runner.study_parts import OneSeat

    try:
        seat = OneSeat.validate_python(value(text))
    except BadYaml as bad:
        raise UnknownAgent(f"a seat is {text[:80]!r}: {bad}") from None
    except ValidationError as error:
        said = "; ".join(str(problem.said) for problem in problems(error, {"": KEYS["seats"]}))
        raise UnknownAgent(f"a seat is {text[:80]!r}: {said}") from None
    return seat.agent, seat.asked_with


def seated(game: Game, env: Environment[Any], kit: Kit) -> list[Holder]:
    """The whole id of the agent in every seat, and how a model is asked."""
    from suasion import agents, catalogue

    names = [seat.name for seat in env.seats()]
    listed = len(game.seats) in (0, len(names))
    filled = _filled(game, names, kit)
    for name in game.by_name:
        if name not in names:
            said = f"no seat {name[:80]!r}; there are: {_named(names)}"
            raise Wrong(said, replace(filled, by_name={}))
    given = dict(zip(names, game.seats, strict=False)) | dict(game.by_name)
    empty = [name for name in names if name not in given]
    if not listed or empty:
        there = ", ".join(f"policy/{policy}" for policy in kit.policies)
        count = f"{len(game.seats)} agents for {len(names)} seats ({_named(names)})"
        held = f"nobody holds {_named(empty)}"
        said = f"{count if not listed else held}: expected one agent a seat; there are: {there}"
        raise Wrong(said, filled)
    whole: dict[str, Holder] = {}
    for agent in dict.fromkeys(given.values()):
        try:
            whole[agent] = holder(agent, kit)
        except (catalogue.Mistake, agents.UnknownAgent) as mistake:
            instead = getattr(mistake, "instead", None) or f"policy/{next(iter(kit.policies))}"
            mended = tuple(instead if each == agent else each for each in filled.seats)
            raise Wrong(str(mistake), replace(filled, seats=mended)) from None
    return [whole[given[name]] for name in names]


def _filled(game: Game, names: Sequence[str], kit: Kit) -> Game:
    """The game with an agent in every seat: surplus ones dropped, missing ones made up."""
    spare = game.seats[-1] if game.seats else f"policy/{next(iter(kit.policies))}"
    listed = [*game.seats[: len(names)], *[spare] * (len(names) - len(game.seats))]
    seats = [game.by_name.get(name, agent) for name, agent in zip(names, listed, strict=True)]
    return replace(game, seats=tuple(seats), by_name={})


def chain(game: Game, env: Environment[Any]) -> list[Mapping[str, Json]]:
    """The delivery chain by names and parameters."""
    from suasion import channels

    names = [seat.name for seat in env.seats()]
    found: list[Mapping[str, Json]] = []
    for at, text in enumerate(game.channels):
        try:
            named = channels.parsed(text)
            channels.make(named, names)
        except channels.BadChannel as bad:
            left = game.channels
            mended = (*left[:at], bad.instead, *left[at + 1 :])
            raise Wrong(str(bad), replace(game, channels=mended)) from None
        found.append(named)
    return found


MOST_MISTAKES = 50
"""Mistakes in one command that are mended."""


def repaired(game: Game) -> list[str]:
    """A command that plays: this game with one mistake after the other mended."""
    for _ in range(MOST_MISTAKES):
        try:
            env, kit = ready(game)
            seated(game, env, kit)
            chain(game, env)
            return game.words()
        except Wrong as wrong:
            game = wrong.nearer
    return ["list", "environments"]


def _played(
    env: Environment[Any],
    kit: Kit,
    held: Sequence[Holder],
    seed: int,
    chained: Sequence[Mapping[str, Json]],
) -> Episode:
    from suasion import channels
    from suasion.agents import line_up
    from suasion.core.environment import Blocked, Live
    from suasion.core.play import Play, drive, groups_of

    seats = line_up([each.agent for each in held], kit, [each.asked_with for each in held])
    links = channels.chain(chained, [seat.name for seat in env.seats()])
    play = Play(env, seed, channels=links, named=chained, groups=groups_of(seats))
    if not any(isinstance(seat, Live) for seat in seats):
        return drive(play, seats)
    from suasion.runner.episode import waited_for

    try:
        return waited_for(play, seats)
    except Blocked as why:
        raise Failed(f"a seat could not be asked: {why}", "list", "policies") from None


def outcome(
    game: Game, env: Environment[Any], agents: Sequence[str], episode: Episode
) -> dict[str, Json]:
    """How an episode ended, for programs."""
    from suasion.core.environment import settings

    names = [seat.name for seat in env.seats()]
    lossy = {"channels": [dict(each) for each in episode.header.channels]} if game.channels else {}
    return {
        "environment": env.name,
        "preset": game.preset,
        "settings": settings(env),
        "seed": game.seed,
        "seats": [
            {"name": name, "agent": agent} for name, agent in zip(names, agents, strict=True)
        ],
        "payoffs": list(episode.payoffs),
        "outcome": dict(episode.outcome),
        "asides": _asides(names, episode),
        "counts": dict(Counter(event.kind for event in episode.events)),
        **lossy,
    }


def _asides(names: Sequence[str], episode: Episode) -> list[dict[str, Json]]:
    """What was asked out of band: one entry for each moment, with every answer; null for none."""
    from suasion.core.asks import Forfeit
    from suasion.core.play import INNER

    found: dict[tuple[int, int, str], list[Json]] = {}
    for each in episode.decisions:
        if each.aside and INNER not in each.aside:
            lost = isinstance(each.answer, Forfeit)
            answers = found.setdefault((each.step, each.seat, each.aside), [])
            answers.append(None if lost else each.answer)
    return [
        {"seat": names[seat], "name": name, "step": step, "answers": answers}
        for (step, seat, name), answers in found.items()
    ]


def _tell(
    env: Environment[Any],
    kit: Kit,
    agents: Sequence[str],
    episode: Episode,
    viewpoint: str | None,
) -> None:
    """The episode in words, and what it paid."""
    from suasion.cli.transcript import tell
    from suasion.report.rules import Rules

    names = [seat.name for seat in env.seats()]
    tell(Rules(kit, env), names, episode, viewpoint)
    say()
    paid = zip(names, agents, episode.payoffs, strict=True)
    say_table([(name, agent, f"{pay:g}") for name, agent, pay in paid], ("seat", "agent", "payoff"))
