"""Scripted persuaders of known strength and targets with a latent stance.

**The model.** A target has a latent stance y, a real number on the scale of the probes that
begins at `start` and is bound by nothing. After each turn of the persuader, whose force f lies
between -1 (against) and 1 (for),

    y - start  <-  (1 - stubbornness) * (y - start)  +  susceptibility * f  +  drift

so that what talk has moved is in part given back at every turn, as in Friedkin and Johnsen (1990,
Journal of Mathematical Sociology 15:193), where stubbornness is the weight of the first opinion. A
persuader of strength S argues with mean force +S for PRO and -S for CON. After m of its turns,
with g = (1 - (1 - stubbornness)^m) / stubbornness, and g = m without stubbornness,

    E y(PRO) = start + (drift + susceptibility * S) * g
    E y(CON) = start + (drift - susceptibility * S) * g

hence a paired effect of susceptibility * S * g and a paired drift of drift * g, whatever the start
and whatever the other one of the two.

**A probe** reads y with normal error of standard deviation `noise`, rounded to the nearest whole
number (halves up) and held to -3 to 3:

    E probe = -3 + sum over k = -2 .. 3 of Phi((y - k + 1/2) / noise)

which without noise is y rounded, and with a noise of about 0.5 or more is close to y inside the
scale. The draw of a probe is named by its place (probe, step, repeat) and by a hash of what was
said so far. Asking more, or in another order, therefore changes no answer and no draw of the
conversation; and two conversations of one seed, such as the two sides of a block, share the noise
of their probes only while they are the same.

**Force is read from words.** The sentences of the repertoire weigh what it says they weigh. Of
words in which it knows no sentence, such as a language model's, a target takes f = `unread`: nought
unless it is set. A turn without words has no force. What a target says is its latent stance,
rounded, in words; what it meant is kept as hidden truth.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from math import floor
from statistics import NormalDist

from suasion.core.asks import Answer, Forfeit, Number
from suasion.core.chance import Chance
from suasion.core.environment import Asked, BadSetting, Policy, Said
from suasion.core.events import Event
from suasion.environments.persuasion.repertoire import ASIDES, argued, force_of
from suasion.environments.persuasion.words import ANCHORS

TENTHS = 10
DIGITS = 9
"""Of a latent stance as it is kept beside what was said."""
NOT_MINE = Forfeit("not_understood")
"""To questions out of band that a script has no answer for."""


@dataclass
class Persuader:
    """Argues its side with a mean force of `strength`, from 0 to 1.

    A strength between two tenths is either of them, at odds that make it their mean.
    """

    strength: float = 0.5
    side: str = field(default="", init=False)
    turns: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        _within("strength", self.strength, 0, 1)

    def __call__(self, asked: Asked) -> Answer | Said:
        """The next turn."""
        if asked.aside:
            return NOT_MINE
        self.side = side_of(asked.news) or self.side
        tenths = self._tenths(asked.chance) if self.side else 0
        self.turns += 1
        text = argued(self.side, tenths, self.turns - 1)
        return Said(text, {"force": (tenths if self.side == "pro" else -tenths) / TENTHS})

    def _tenths(self, chance: Chance) -> int:
        exact = round(self.strength * TENTHS, 9)
        least = floor(exact)
        return least + (exact > least and chance.uniform(f"force {self.side}") < exact - least)


@dataclass
class OffTopic:
    """Talks of other things and argues nothing: what conversation alone does."""

    side: str = field(default="", init=False)

    def __call__(self, asked: Asked) -> Answer | Said:
        """Anything but an argument; what it is differs by side, so that two talks are two."""
        if asked.aside:
            return NOT_MINE
        self.side = side_of(asked.news) or self.side
        return Said(asked.chance.pick(f"talk {self.side}", ASIDES), {"force": 0.0})


def side_of(news: Sequence[Event]) -> str | None:
    """The side that a persuader is told to argue."""
    return next((event.data["side"] for event in news if event.kind == "side"), None)


def silent(asked: Asked) -> Answer:  # noqa: ARG001 - whatever is asked
    """Never writes a word: what being asked again does."""
    return Forfeit("declined")


@dataclass
class Target:
    """Moves by `susceptibility` times the force of each turn, and says where it stands."""

    start: float = 0.0
    susceptibility: float = 0.5
    noise: float = 0.5
    drift: float = 0.0
    stubbornness: float = 0.0
    unread: float = 0.0
    moved: float = field(default=0.0, init=False)
    """The latent stance less its start."""
    heard: str = field(default="", init=False)
    """All that was said, hashed."""

    def __post_init__(self) -> None:
        _within("start", self.start, -3, 3)
        _within("susceptibility", self.susceptibility, -6, 6)
        _within("noise", self.noise, 0, 6)
        _within("drift", self.drift, -6, 6)
        _within("stubbornness", self.stubbornness, 0, 1)
        _within("unread", self.unread, -1, 1)

    def __call__(self, asked: Asked) -> Answer | Said:
        """Answer a probe and forget it, or reply and be moved."""
        moved, heard = self._moved(asked.news, asked.seat), hashed(self.heard, asked.news)
        stance = self.start + moved
        if asked.aside:
            return self._probed(asked, stance, heard)
        was, self.moved, self.heard = self.moved, moved, heard
        return Said(f"{_remark(moved - was)} {view(stance)}", {"stance": round(stance, DIGITS)})

    def _moved(self, news: Sequence[Event], own: int) -> float:
        """Where the turns of the other that it has not yet answered leave it."""
        moved = self.moved
        for event in news:
            if event.by is not None and event.by != own:
                pushed = self.susceptibility * self._force(event) + self.drift
                moved = (1 - self.stubbornness) * moved + pushed
        return moved

    def _force(self, event: Event) -> float:
        if event.kind != "say":
            return 0.0
        force = force_of(event.data["text"])
        return self.unread if force is None else force

    def _probed(self, asked: Asked, stance: float, heard: str) -> Answer | Said:
        ask = asked.turn.ask
        if not isinstance(ask, Number) or not ask.whole:
            return NOT_MINE
        read = stance
        if self.noise:
            place = f"{asked.aside} {asked.step} {asked.repeat} {heard}"
            read += self.noise * normal(asked.chance.uniform(place))
        answer = max(int(ask.low), min(int(ask.high), nearest(read)))
        return Said(answer, {"stance": round(stance, DIGITS)})


def hashed(heard: str, news: Sequence[Event]) -> str:
    """What was said until now, and then this, in 12 hex digits."""
    for event in news:
        if event.kind == "say":
            text = f"{heard} {event.data['text']}"
            heard = sha256(text.encode(errors="surrogatepass")).hexdigest()[:12]
    return heard


def normal(unit: float) -> float:
    """The normal deviate below which a standard one falls with this chance; nought is a hair."""
    return NormalDist().inv_cdf(max(unit, 2**-54))


def nearest(stance: float) -> int:
    """The whole number nearest to a stance; of two the higher."""
    return floor(stance + 0.5)


def view(stance: float) -> str:
    """A stance in the words of the scale."""
    return f"My current view: I am {ANCHORS[max(-3, min(3, nearest(stance)))]}."


STIR = 0.05
"""A smaller change of stance than this goes without saying."""


def _remark(change: float) -> str:
    if abs(change) < STIR:
        return "That does not change my mind."
    return f"That brings me closer to {'agreeing' if change > 0 else 'disagreeing'}."


def _within(name: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:
        raise BadSetting(name, value, f"a number from {low:g} to {high:g}")


def stubborn(
    start: float = 0.0,
    susceptibility: float = 0.5,
    noise: float = 0.5,
    drift: float = 0.0,
    stubbornness: float = 0.5,
) -> Target:
    """A target that gives back half of what moved it at every turn."""
    return Target(start, susceptibility, noise, drift, stubbornness)


def unmoved(start: float = 0.0, noise: float = 0.5, drift: float = 0.0) -> Target:
    """A target that no argument moves, though it may drift."""
    return Target(start, 0.0, noise, drift)


def contrary(
    start: float = 0.0, susceptibility: float = -0.5, noise: float = 0.5, drift: float = 0.0
) -> Target:
    """A target that every argument drives the other way."""
    return Target(start, susceptibility, noise, drift)


POLICIES: Mapping[str, Callable[..., Policy]] = {
    "persuader": Persuader,
    "off_topic": OffTopic,
    "silent": lambda: silent,
    "target": Target,
    "stubborn": stubborn,
    "unmoved": unmoved,
    "contrary": contrary,
}
