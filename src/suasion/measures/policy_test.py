"""A policy is made from its name and parameters, and what is wrong is answered with what exists."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import pytest

from suasion.core.environment import BadSetting
from suasion.measures.kit import Kit
from suasion.measures.policy import BadPolicy, made, taken
from suasion.testing.lemons import KIT


class Memory:
    """What a policy keeps to itself."""


@dataclass
class Bold:
    """A policy with a parameter of every kind, and something of its own."""

    force: float = 0.5
    times: int = 2
    loud: bool = False
    word: str = "good"
    mood: Literal["glad", "sad"] = "glad"
    books: Memory = field(default_factory=Memory, compare=False)

    def __post_init__(self) -> None:
        if self.times < 1:
            raise BadSetting("times", self.times, "a whole number from 1 up")

    def __call__(self, _: Any) -> str:
        return self.word


def plain(asked: Any) -> str:
    return str(asked)


BARE: dict[str, Callable[..., Any]] = {"bold": Bold, "plain": lambda: plain}
KITTED: Kit = replace(KIT, policies=BARE)
EVERY = (
    "force=0.5 (a number), times=2 (a whole number), loud=false (true or false), word=good "
    r"(a word), mood=glad (glad or sad)"
)
"""What the bold one takes."""


def test_a_bare_name_has_every_default_and_is_fresh() -> None:
    one, other = made(KITTED, "bold"), made(KITTED, "bold")
    assert one == other == Bold()
    assert one is not other
    assert made(KITTED, "plain") is plain


def test_each_value_is_read_as_what_the_maker_expects() -> None:
    name = "bold?force=-.25e1&times=3&loud=yes&word=1&mood=sad"
    assert made(KITTED, name) == Bold(-2.5, 3, True, "1", "sad")
    assert made(KITTED, "bold?force=2") == Bold(2.0)


def test_only_plain_arguments_with_a_default_are_parameters() -> None:
    assert list(taken(Bold)) == ["force", "times", "loud", "word", "mood"]
    assert ", ".join(map(str, taken(Bold).values())) == EVERY
    assert taken(BARE["plain"]) == {}
    assert taken(lambda x, y=1: x) == {}


def test_a_maker_whose_types_cannot_be_read_takes_nothing() -> None:
    def maker(x: Unheard = 1.0) -> Any:  # type: ignore[name-defined]  # noqa: F821 - on purpose
        return plain if x else None

    assert taken(maker) == {}
    assert taken(min) == {}


@pytest.mark.parametrize(
    ("name", "said", "instead"),
    [
        ("bald", "lemons has no policy 'bald' (did you mean policy/bold?); there are: ", "bold"),
        ("", "lemons has no policy ''; there are: policy/bold, policy/plain", "bold"),
        ("bold?froce=1", "no parameter 'froce' (did you mean force?); there are:", "bold?force=1"),
        ("bold?x=1&loud=on", "no parameter 'x'; there are: " + EVERY, "bold?loud=on"),
        ("bold?books=1", "no parameter 'books'", "bold"),
        ("plain?x=1", "policy/plain takes no parameters; given 'x'", "plain"),
        ("plain?", "policy/plain is given '': expected policy/plain alone", "plain"),
        ("bold?", "policy/bold is given '': expected policy/bold?force=…&times=…", "bold"),
        ("bold?force", "policy/bold is given 'force': expected", "bold"),
        ("bold?force=&times=3", "is given 'force=': expected", "bold?times=3"),
        ("bold?=1", "is given '=1': expected", "bold"),
        ("bold?times=3&times=4", "policy/bold is given 'times' twice", "bold?times=3"),
        ("bold?force=x", "'force' of policy/bold is x: expected a number; by default 0.5", "bold"),
        ("bold?force=nan", "is nan: expected a number", "bold"),
        ("bold?force=1e999", "is 1e999: expected a number", "bold"),
        ("bold?force=1_0", "is 1_0: expected a number", "bold"),
        ("bold?force=\u0663", "is \u0663: expected a number", "bold"),
        ("bold?times=1.5", "is 1.5: expected a whole number; by default 2", "bold"),
        ("bold?times=" + "9" * 5000, "expected a whole number", "bold"),
        ("bold?loud=maybe", "is maybe: expected true or false; by default false", "bold"),
        ("bold?mood=odd&force=1", "is odd: expected glad or sad", "bold?force=1"),
        ("bold?force=1&times=0", "bold is 0: expected a whole number from 1 up", "bold?force=1"),
        ("bold?times=0", "parameter 'times' of policy/bold is 0: ", "bold"),
        ("bold?times=0", "from 1 up; by default 2", "bold"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_and_answered_with_one_that_works(
    name: str, said: str, instead: str
) -> None:
    with pytest.raises(BadPolicy) as caught:
        made(KITTED, name)
    assert said in str(caught.value)
    assert caught.value.instead == instead
    made(KITTED, instead)


def test_a_long_or_odd_value_is_shown_short_and_plain() -> None:
    with pytest.raises(BadPolicy, match=r"is '\\x1b") as caught:
        made(KITTED, "bold?force=\x1b" + "x" * 500)
    assert len(str(caught.value)) < 200
