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

**Other probes** are answered from the same reading of the same stance (`answering`). As an outsider
a target is moved from its start by the turns of others that it is shown, as if it had heard them
one by one; where the target stands it takes from what the target last said of it. From its own
notes it keeps the share `retains` of what moved it, and, since notes are words, the nearest whole
number of that.

**The arms.** What moves a target is a turn of the conversation, or of the round for the other side,
that is not its own. A talk before the conversation moves nothing, and no more do questions. A
persuader that wrote notes argues with `insight` added to its strength, held to 1: then the paired
effect with notes less the one without is susceptibility * insight * g, within the bounds. One that
is given no side talks of other things.

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

from suasion.core.asks import Answer, Forfeit, Json
from suasion.core.chance import Chance
from suasion.core.environment import AFRESH, Asked, BadSetting, Policy, Said
from suasion.core.events import Event
from suasion.environments.persuasion import answering
from suasion.environments.persuasion.answering import Stance, nearest, view, viewed
from suasion.environments.persuasion.probes import kind_of
from suasion.environments.persuasion.repertoire import (
    ASIDES,
    QUESTIONS,
    REASONS,
    REPLIES,
    SMALL_TALK,
    argued,
    force_of,
)
from suasion.environments.persuasion.words import ANCHORS, LABELS, PERSUADER, TARGET, TRANSCRIPT

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
    insight: float = 0.0
    side: str = field(default="", init=False)
    turns: int = field(default=0, init=False)
    asked: int = field(default=0, init=False)
    """Questions that it has put."""
    found: int | None = field(default=None, init=False)
    """Where the other said that it stands, before the conversation."""
    noted: bool = field(default=False, init=False)

    def __post_init__(self) -> None:
        _within("strength", self.strength, 0, 1)
        _within("insight", self.insight, -1, 1)

    def __call__(self, asked: Asked) -> Answer | Said:
        """The next turn."""
        if asked.aside:
            return NOT_MINE
        self.side = side_of(asked.news) or self.side
        self.found = _found(asked.news, asked.seat, self.found)
        match asked.turn.situation.get("phase"):
            case "recon":
                self.asked += 1
                return Said(QUESTIONS[(self.asked - 1) % len(QUESTIONS)], {"force": 0.0})
            case "notes":
                self.noted = True
                return Said(_notes(self.found, self.side), {"found": self.found})
        self.turns += 1
        if not self.side:
            return Said(SMALL_TALK[(self.turns - 1) % len(SMALL_TALK)], {"force": 0.0})
        tenths = self._tenths(asked.chance)
        text = argued(self.side, tenths, self.turns - 1)
        return Said(text, {"force": (tenths if self.side == "pro" else -tenths) / TENTHS})

    def _tenths(self, chance: Chance) -> int:
        strength = self.strength + self.insight * self.noted
        exact = round(max(0.0, min(1.0, strength)) * TENTHS, 9)
        least = floor(exact)
        return least + (exact > least and chance.uniform(f"force {self.side}") < exact - least)


def _found(news: Sequence[Event], own: int, known: int | None) -> int | None:
    """The stance that the other last stated."""
    for event in news:
        if event.kind == "recon" and event.by != own:
            stance = viewed(event.data["text"])
            known = known if stance is None else stance
    return known


def _notes(found: int | None, side: str) -> str:
    """What a persuader writes for itself."""
    stands = "I do not know where it stands." if found is None else f"It is {ANCHORS[found]}."
    return f"{stands} I argue {side.upper()}: first the evidence, then what follows from it."


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
    retains: float = 1.0
    moved: float = field(default=0.0, init=False)
    """The latent stance less its start."""
    heard: str = field(default="", init=False)
    """All that was said, hashed."""
    off_topic: bool = field(default=False, init=False)
    """Whether the talk is of something else."""
    answers: int = field(default=0, init=False)
    """Turns that it has taken."""

    def __post_init__(self) -> None:
        _within("start", self.start, -3, 3)
        _within("susceptibility", self.susceptibility, -6, 6)
        _within("noise", self.noise, 0, 6)
        _within("drift", self.drift, -6, 6)
        _within("stubbornness", self.stubbornness, 0, 1)
        _within("unread", self.unread, -1, 1)
        _within("retains", self.retains, 0, 1)

    def __call__(self, asked: Asked) -> Answer | Said:
        """Answer a probe and forget it, or reply and be moved."""
        moved, heard = self._moved(asked.news, asked.seat), hashed(self.heard, asked.news)
        stance = self.start + moved
        if asked.aside:
            return self._probed(asked, stance, heard)
        if AFRESH in asked.turn.situation:  # nothing of it is remembered
            reason = REASONS[len(asked.turn.situation[TRANSCRIPT]) // 2 % len(REASONS)]
            return self._said(f"{reason} {view(stance)}", stance)
        was, self.moved, self.heard = self.moved, moved, heard
        self.off_topic |= any(event.kind == "subject" for event in asked.news)
        self.answers += 1
        if "scale" in asked.turn.situation:
            kind = asked.turn.situation.get("probe", "rating")
            return self._rated(asked, kind, stance, heard)
        return self._said(self._reply(asked, moved - was, stance), stance)

    def _said(self, text: str, stance: float) -> Said:
        return Said(text, {"stance": round(stance, DIGITS)})

    def _reply(self, asked: Asked, change: float, stance: float) -> str:
        """A turn of its own."""
        if self.off_topic:
            return REPLIES[(self.answers - 1) % len(REPLIES)]
        if asked.turn.situation.get("phase") == "recon":
            return f"{REASONS[(self.answers - 1) % len(REASONS)]} {view(stance)}"
        if not any(moves(event, asked.seat) for event in asked.news):
            return view(stance)
        return f"{_remark(change)} {view(stance)}"

    def _moved(self, news: Sequence[Event], own: int) -> float:
        """Where the turns of the other that it has not yet answered leave it."""
        moved = self.moved
        for event in news:
            if moves(event, own):
                pushed = self.susceptibility * self._force(event) + self.drift
                moved = (1 - self.stubbornness) * moved + pushed
        return moved

    def _force(self, event: Event) -> float:
        if event.kind not in ("say", "counter"):
            return 0.0
        force = force_of(event.data["text"])
        return self.unread if force is None else force

    def _probed(self, asked: Asked, stance: float, heard: str) -> Answer | Said:
        seen = asked.turn.situation
        kind = kind_of({"probe": seen.get("probe", "rating")}, asked.aside)
        if kind is None:
            return NOT_MINE
        if kind.name == "delayed":
            stance = answering.held(nearest(self.start + self.retains * (stance - self.start)))
        if kind.name == "third_party":
            stance = self._outside(seen[TRANSCRIPT])
        if kind.name == "attributed":
            stated = [viewed(text) for who, text in seen[TRANSCRIPT] if who == LABELS[TARGET]]
            stance = next((view for view in reversed(stated) if view is not None), 0)
        return self._rated(asked, kind.name, stance, heard)

    def _outside(self, transcript: Json) -> float:
        """Where it stands that has only read what was said."""
        turns = [text for who, text in transcript if who != LABELS[TARGET]]
        was, self.moved = self.moved, 0.0
        moved = self._moved([Event("say", PERSUADER, {"text": text}) for text in turns], TARGET)
        self.moved = was
        return self.start + moved

    def _rated(self, asked: Asked, kind: str, stance: float, heard: str) -> Said:
        """The answer to a probe of that kind, from a stance that it reads with an error."""
        read = stance
        if self.noise:
            place = f"{asked.aside} {asked.step} {asked.repeat} {heard}"
            read += self.noise * normal(asked.chance.uniform(place))
        seen = asked.turn.situation
        answer = answering.answered(kind, Stance(stance, read, self.noise), seen)
        return Said(answer, {"stance": round(stance, DIGITS)})


MOVING = ("say", "forfeit", "counter")
"""Turns that a target hears, and of the round for the other side also those without words."""


def moves(event: Event, own: int) -> bool:
    """Whether it is a turn of another that a target is moved by, be it without words."""
    if event.by is None or event.by == own:
        return False
    return event.kind in MOVING or event.data.get("phase") == "counter"


def hashed(heard: str, news: Sequence[Event]) -> str:
    """What was said until now, and then this, in 12 hex digits."""
    for event in news:
        if event.kind in ("say", "recon", "counter"):
            text = f"{heard} {event.data['text']}"
            heard = sha256(text.encode(errors="surrogatepass")).hexdigest()[:12]
    return heard


def normal(unit: float) -> float:
    """The normal deviate below which a standard one falls with this chance; nought is a hair."""
    return NormalDist().inv_cdf(max(unit, 2**-54))


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
