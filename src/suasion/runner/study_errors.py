"""What is wrong with a study, in words that teach: the key, its line, what was expected."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from suasion.catalogue import nearest
from suasion.core.asks import Json
from suasion.runner.plain_yaml import Path

if TYPE_CHECKING:
    from pydantic import ValidationError


class Problem(NamedTuple):
    """One thing that is wrong, and where."""

    path: Path
    said: str


class BadStudy(ValueError):
    """A study that cannot be run; names every problem that was found."""

    def __init__(
        self, where: str, problems: Sequence[Problem], lines: Mapping[Path, int] | None = None
    ) -> None:
        self.problems = tuple(dict.fromkeys(problems))
        super().__init__("\n".join(_sentence(where, each, lines or {}) for each in self.problems))


def _sentence(where: str, problem: Problem, lines: Mapping[Path, int]) -> str:
    path = problem.path
    while path and path not in lines:
        path = path[:-1]
    line = f", line {lines[path]}" if path in lines else ""
    key = ".".join(map(str, problem.path))
    return f"{where}{line}: {key + ': ' if key else ''}{problem.said}"


Keys = Mapping[str, Mapping[str, str]]
"""The known keys and what they mean, by the kind of place they stand in."""


def problems(error: ValidationError, keys: Keys) -> list[Problem]:
    """What pydantic found, in our words."""
    found = []
    for each in error.errors(include_url=False):
        path = each["loc"]
        known = keys[place(path[:-1])]
        if each["type"] == "extra_forbidden":
            said = f"no such key{_guess(str(path[-1]), list(known))}"
        elif each["type"] == "missing":
            said = f"missing: {known[str(path[-1])]}"
        elif each["type"] == "string_pattern_mismatch":
            said = f"is {_shown(each['input'])}: {A_WORD}"
        else:
            expects = each["msg"].removeprefix("Input should be ").removeprefix("Value error, ")
            said = f"is {_shown(each['input'])}: expected {expects}"
        found.append(Problem(tuple(key for key in path if key != "[key]"), said))
    return found


A_WORD = "expected letters, digits, dots, dashes and underscores, at most 64"


def _guess(name: str, known: Sequence[str]) -> str:
    near = nearest(name, known)
    return f"; {f'did you mean {near}? There' if near else 'there'} are: {', '.join(known)}"


def place(path: Path) -> str:
    """The kind of place a path leads to: the last key that is always called so."""
    if path[:2] == ("panel", "agents"):
        return "seats"
    words = [str(each) for each in path if each in PLACES]
    return words[-1] if words else ""


PLACES = ("seats", "panel", "allocate", "limits", "conditions", "channels", "block", "contrasts")


def _shown(value: Json) -> str:
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."
