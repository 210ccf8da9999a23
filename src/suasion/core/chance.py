"""Chance: every draw is named and logged, and can be recorded and changed."""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from hashlib import sha512
from itertools import count
from math import fsum
from random import Random
from struct import Struct
from typing import Any, NamedTuple, TypeVar

from suasion.core.asks import Json
from suasion.core.events import NOBODY, To
from suasion.core.quick import make

T = TypeVar("T")
Audience = To | Callable[[Any], To]
"""Seats, or seats that depend on what is drawn."""


class Draw(NamedTuple):
    """One line of the draw log."""

    name: str
    value: Json
    """The place of what was drawn, a list of places, or a number in [0, 1); `None` when the
    line only reveals earlier draws of the same name."""
    of: int
    """How many places there were; 0 for a number."""
    known_to: To
    """The seats that may be told anything that depends on it."""
    step: int


class NoDraw(LookupError):
    """More was drawn than a record holds."""


class Source:
    """Where draws come from: places among `n`, all made of numbers in [0, 1).

    This one is empty: it has no numbers to give.
    """

    kind = "recorded"
    """For the header: `seeded` and `shared` can be drawn again, `recorded` only read."""

    def draw(self, name: str, n: int, k: int, weights: Sequence[float] | None) -> Json:
        """`k` different places among `n`; one place when `k` is 0; a number when `n` is 0."""
        if not k and not weights:
            unit = self.unit(name)
            return int(unit * n) if n else unit
        return self.places(name, n, k) if k else self.place(name, n, weights or ())

    def unit(self, name: str) -> float:
        """The next number of the stream `name`, in [0, 1)."""
        raise NoDraw(f"no draw {name!r} here: the record holds no more of them")

    def place(self, name: str, n: int, weights: Sequence[float]) -> int:
        """One place among `n`, as likely as its weight."""
        if len(weights) != n:
            raise ValueError(f"draw {name!r}: {len(weights)} weights for {n} options")
        mark = self.unit(name) * fsum(weights)  # `sum` rounds otherwise from Python 3.12 on
        for at, weight in enumerate(weights):
            mark -= weight
            if mark < 0:
                return at
        return max(at for at, weight in enumerate(weights) if weight)

    def places(self, name: str, n: int, k: int) -> list[int]:
        """`k` different places among `n`, in the order drawn (Fisher and Yates)."""
        deck = list(range(n))
        for at in range(min(k, n - 1)):
            other = at + int(self.unit(name) * (n - at))
            deck[at], deck[other] = deck[other], deck[at]
        return deck[:k]


_WORDS = Struct(">8Q")


def stream(seed: int, name: str) -> Iterator[float]:
    """The numbers in [0, 1) that the episode `seed` draws under `name`, 53 bits each.

    Number i is a function of (seed, name, i): word i mod 8 of the SHA-512 of seed, name and
    i div 8, so it is the same on every machine and under every version of Python.
    """
    for block in count():  # pragma: no branch - it has no end
        digest = sha512(f"{seed}/{name}/{block}".encode(errors="surrogatepass")).digest()
        for word in _WORDS.unpack(digest):
            yield (word >> 11) * 2.0**-53


class Seeded(Source):
    """One stream per name; a draw under one name never moves another."""

    kind = "seeded"

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self._streams: dict[str, Iterator[float]] = {}

    def draw(self, name: str, n: int, k: int, weights: Sequence[float] | None) -> Json:
        if k or weights:
            return super().draw(name, n, k, weights)
        numbers = self._streams.get(name)
        unit = self.unit(name) if numbers is None else next(numbers)
        return int(unit * n) if n else unit

    def unit(self, name: str) -> float:
        numbers = self._streams.get(name)
        if numbers is None:
            numbers = self._streams[name] = stream(self.seed, name)
        return next(numbers)


CHANNEL = "channel"
"""Who draws for the delivery chain; never from a shared stream, which it would move."""


class Shared(Source):
    """One CPython generator for all names, in the order of the calls: parity with another engine.

    Each call is the one that such an engine makes: `random` for a number, `choice` for a place,
    `choices` for a weighted one, `sample`, and `shuffle` where all are drawn, unless the name
    begins with one of `sampled`: the two draw differently. Names that begin with one of `apart`
    have streams of their own.
    """

    kind = "shared"

    def __init__(self, seed: int, apart: Sequence[str] = (), sampled: Sequence[str] = ()) -> None:
        self._random, self._seeded = Random(seed), Seeded(seed)
        self._apart, self._sampled = (f"{CHANNEL}/", *apart), tuple(sampled)
        self._together: set[str] = set()
        """Names seen to begin with none of `apart`: a seat draws under the same few all along."""

    def draw(self, name: str, n: int, k: int, weights: Sequence[float] | None) -> Json:
        if name not in self._together:
            if name.startswith(self._apart):
                return self._seeded.draw(name, n, k, weights)
            self._together.add(name)
        if not n:
            return self._random.random()
        if not k and not weights:
            return self._below(n)
        if not k:
            return self._random.choices(range(n), weights)[0]
        if k < n or name.startswith(self._sampled):
            few = k <= FEW_DRAWN and n <= FEW
            return self._few(n, k) if few else self._random.sample(range(n), k)
        deck = list(range(n))
        self._random.shuffle(deck)
        return deck

    def _below(self, n: int) -> int:
        """`choice(range(n))` without its three calls: as many bits as `n` has, until they fit."""
        bits, at, draw = n.bit_length(), n, self._random.getrandbits
        while at >= n:
            at = draw(bits)
        return at

    def _few(self, n: int, k: int) -> list[int]:
        """`sample(range(n), k)` in a third of its time, where it draws from a pool whose last one
        fills the place of each that is taken.
        """
        pool, drawn = list(range(n)), []
        for last in range(n - 1, n - 1 - k, -1):
            at = self._below(last + 1)
            drawn.append(pool[at])
            pool[at] = pool[last]
        return drawn


FEW, FEW_DRAWN = 21, 5
"""As far as CPython's `sample` uses a pool, whatever is drawn; past it a set may be quicker."""


class Recorded(Source):
    """The draws of a record, each name in its own order; past their end, `then`."""

    def __init__(
        self, draws: Iterable[Draw], then: Source | None = None, kind: str = "recorded"
    ) -> None:
        self._left: defaultdict[str, deque[Json]] = defaultdict(deque)
        self._then, self.kind = then or Source(), kind
        for draw in draws:
            if draw.value is not None:
                self._left[draw.name].append(draw.value)

    def draw(self, name: str, n: int, k: int, weights: Sequence[float] | None) -> Json:
        left = self._left[name]
        return left.popleft() if left else self._then.draw(name, n, k, weights)


class Twin(Source):
    """Another source with some draws changed: `{(name, number): value}`; the rest as they were."""

    def __init__(self, base: Source, changes: Mapping[tuple[str, int], Json]) -> None:
        self._base, self._changes = base, changes
        self.kind = "recorded" if changes else base.kind
        self._seen: Counter[str] = Counter()

    def draw(self, name: str, n: int, k: int, weights: Sequence[float] | None) -> Json:
        usual, number = self._base.draw(name, n, k, weights), self._seen[name]
        self._seen[name] += 1
        return self._changes.get((name, number), usual)


class Enumerated(Source):
    """One path through every outcome of a small game, and how likely it is."""

    def __init__(self, path: Sequence[int] = ()) -> None:
        self._path = list(path)
        self._sizes: list[int] = []
        self.share = Fraction(1)
        """How likely the path is, once it is walked."""

    def draw(self, name: str, n: int, k: int, weights: Sequence[float] | None) -> Json:
        if not n:
            raise NoDraw(f"draw {name!r} is a number: its outcomes cannot be listed")
        return self.places(name, n, k) if k else self.place(name, n, weights or [1] * n)

    def place(self, name: str, n: int, weights: Sequence[float]) -> int:  # noqa: ARG002
        turn = len(self._sizes)
        self._sizes.append(n)
        if turn == len(self._path):
            self._path.append(0)
        shares = [Fraction(weight) for weight in weights]
        self.share *= shares[self._path[turn]] / sum(shares)
        return self._path[turn]

    def places(self, name: str, n: int, k: int) -> list[int]:
        deck = list(range(n))
        for at in range(min(k, n - 1)):
            other = at + self.place(name, n - at, [1] * (n - at))
            deck[at], deck[other] = deck[other], deck[at]
        return deck[:k]

    def following(self) -> Enumerated | None:
        """The path after this one; `None` after the last."""
        path = self._path
        while path and path[-1] + 1 == self._sizes[len(path) - 1]:
            path = path[:-1]
        return Enumerated([*path[:-1], path[-1] + 1]) if path else None


MASK, GOLDEN = 2**64 - 1, 0x9E3779B97F4A7C15


def mix(z: int) -> int:
    """SplitMix64's mixer (Steele, Lea and Flood 2014): 64 bits to 64 bits."""
    z = ((z ^ z >> 30) * 0xBF58476D1CE4E5B9) & MASK
    z = ((z ^ z >> 27) * 0x94D049BB133111EB) & MASK
    return z ^ z >> 31


def units(start: int, n: int) -> list[float]:
    """`n` numbers in [0, 1): number i, counted from 1, is a function of `start` and i."""
    return [(mix((start + i * GOLDEN) & MASK) >> 11) * 2.0**-53 for i in range(1, n + 1)]


class _Names(dict[str, str]):
    """Full names by short ones, each made once."""

    def __init__(self, prefix: str) -> None:
        self.prefix = prefix

    def __missing__(self, name: str) -> str:
        full = self[name] = self.prefix + name
        return full


class Chance:
    """What the rules, or one seat, draw from. `name` is the purpose; each has its own stream."""

    def __init__(self, source: Source, prefix: str = "") -> None:
        self.source, self.step = source, 0
        self.log: list[Draw] = []
        self._names = _Names(prefix)

    def pick(
        self,
        name: str,
        options: Sequence[T],
        weights: Sequence[float] | None = None,
        known_to: Audience = NOBODY,
    ) -> T:
        """One of `options`."""
        name, of = self._names[name], len(options)
        if not of:
            raise ValueError(f"draw {name!r}: nothing to pick from")
        at: int = self.source.draw(name, of, 0, weights)
        drawn = options[at]
        told = known_to(drawn) if known_to and callable(known_to) else known_to
        self.log.append(make(Draw, (name, at, of, told, self.step)))
        return drawn

    def sample(
        self, name: str, options: Sequence[T], k: int, known_to: Audience = NOBODY
    ) -> list[T]:
        """`k` different ones of `options`, in the order drawn; none of them is no draw."""
        name, of = self._names[name], len(options)
        if not 0 <= k <= of:
            raise ValueError(f"draw {name!r}: there are no {k} different ones of {of}")
        if not k:
            return []
        places: list[int] = self.source.draw(name, of, k, None)
        drawn = [options[at] for at in places]
        told = known_to(drawn) if callable(known_to) else known_to
        self.log.append(make(Draw, (name, places, of, told, self.step)))
        return drawn

    def shuffle(self, name: str, options: Sequence[T], known_to: Audience = NOBODY) -> list[T]:
        """All of `options` in a drawn order."""
        return self.sample(name, options, len(options), known_to)

    def uniform(self, name: str, known_to: Audience = NOBODY) -> float:
        """A number in [0, 1)."""
        name = self._names[name]
        unit: float = self.source.draw(name, 0, 0, None)
        told = known_to(unit) if callable(known_to) else known_to
        self.log.append(make(Draw, (name, unit, 0, told, self.step)))
        return unit

    def block(self, name: str, n: int, known_to: Audience = NOBODY) -> list[float]:
        """`n` numbers in [0, 1) that all follow from the one that is drawn and logged."""
        return units(int(self.uniform(name, known_to) * 2**53), n)

    def reveal(self, name: str, to: To) -> None:
        """Say that from now on `to` may know the draws made under `name`."""
        self.log.append(make(Draw, (self._names[name], None, 0, to, self.step)))

    def of(self, who: str) -> Chance:
        """The chance of `who`: its own names and its own log, from the same source."""
        return Chance(self.source, f"{who}/")

    def taken(self) -> tuple[Draw, ...]:
        """The log since last taken."""
        if not self.log:
            return ()
        log, self.log = tuple(self.log), []
        return log
