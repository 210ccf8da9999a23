"""Where a target stands by the probabilities of the tokens of its answer, as far as known.

Read are the first place of the reply that holds a number of the scale and, where a sign stands
right before it, the place of the sign: a token that ends in a sign splits its probability by the
digits after it. What cannot be known, such as the digits behind a sign that was not taken, is left
out; of what is known the mean is taken if it makes up at least nine tenths. How it is read is ours.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from math import exp, isfinite
from typing import Final

from suasion.core.asks import Json
from suasion.measures.measure import Undefined

COVERED, FURTHEST = 0.9, 3
"""The share of all probability that must lie on numbers of the scale for there to be a mean, and
the number of its ends."""


def by_tokens(logprobs: Json) -> Fraction | Undefined:
    """The mean of the numbers of the scale by the probabilities of their tokens, as shown.

    `logprobs` is as servers of OpenAI's protocol give it: `{"content": [{"token", "logprob",
    "top_logprobs": [{"token", "logprob"}, ...]}, ...]}`. Undefined are `no_token_probabilities`,
    where there are none or none of a number, and `token_probabilities_incomplete`.
    """
    places = [*_places(logprobs)]
    at = next((i for i, place in enumerate(places) if _digit(place[0][0]) is not None), None)
    if at is None:
        return Undefined("no_token_probabilities")
    weights = _weights(places[at])
    sign = _SIGNS.get(places[at - 1][0][0].rstrip()[-1:]) if at else None
    if sign is not None:
        weights = _behind(sign, places[at - 1], weights)
    known = sum(weights.values())
    if known < COVERED:
        return Undefined("token_probabilities_incomplete")
    exact = {number: Fraction(weight) for number, weight in weights.items()}
    return sum((n * w for n, w in exact.items()), Fraction(0)) / sum(exact.values())


_SIGNS: Final = {"-": -1, "\N{MINUS SIGN}": -1, "+": 1}
Place = Sequence[tuple[str, float]]
"""The token that was taken first, then the others that might have been, with probabilities."""


def _places(logprobs: Json) -> Iterator[Place]:
    """Every place of a reply; what is no such thing is none."""
    content = logprobs.get("content") if isinstance(logprobs, Mapping) else None
    for each in content if isinstance(content, Sequence) and not isinstance(content, str) else ():
        taken = _token(each)
        if taken is None:
            return
        top = each.get("top_logprobs")
        others = map(_token, top if isinstance(top, list) else ())
        yield [taken, *(other for other in others if other and other[0] != taken[0])]


def _token(each: Json) -> tuple[str, float] | None:
    if not isinstance(each, Mapping):
        return None
    token, log = each.get("token"), each.get("logprob")
    if not isinstance(token, str) or isinstance(log, bool) or not isinstance(log, int | float):
        return None
    return (token, exp(min(0.0, log))) if isfinite(log) else None


def _digit(token: str) -> int | None:
    """The number of the scale that a token is."""
    found = _NUMBER.fullmatch(token.replace("\N{MINUS SIGN}", "-"))
    return int(found[1]) if found is not None else None


_NUMBER: Final = re.compile(r"[^\w+-]*([+-]?[0-3])[^\w+.-]*")
"""One with marks about it, since some tokens hold the JSON around a number too."""


def _weights(place: Place) -> dict[int, float]:
    """The probability of each number of the scale at one place."""
    weights: dict[int, float] = {}
    for token, weight in place:
        number = _digit(token)
        if number is not None:
            weights[number] = weights.get(number, 0.0) + weight
    return weights


def _behind(sign: int, place: Place, digits: Mapping[int, float]) -> dict[int, float]:
    """The same where a sign was taken first: its share by the digits, and whole numbers beside."""
    weights, share = _weights(place), place[0][1]
    for digit, weight in digits.items():
        number = sign * digit
        if abs(number) <= FURTHEST:
            weights[number] = weights.get(number, 0.0) + share * weight
    return weights
