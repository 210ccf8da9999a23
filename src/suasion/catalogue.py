"""What there is: environments and studies, found by looking, and made from what people write.

An environment is a folder or module of `suasion.environments`, or comes from an installed package
through an entry point of the group `suasion.environments`. The metadata of packages is read
without importing them: only an environment that was asked for by name is imported.
"""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, fields
from difflib import get_close_matches
from functools import cache
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Any, Literal, get_args, get_origin, get_type_hints

from suasion.core.asides import checked as check_asked
from suasion.core.asks import Json
from suasion.core.environment import USUAL, BadSetting, Environment, check_wording

if TYPE_CHECKING:
    from suasion.measures.kit import Kit

GROUP = "suasion.environments"
"""Entry points: the name of an environment, and the module that holds its `KIT`."""
NO_PLUGINS = "SUASION_NO_PLUGINS"
"""Set to anything, this environment variable hides what installed packages bring."""
LARGEST = 1_000_000
"""A whole number beyond this is no setting: it would be seats or rounds without end."""

POLICY = "policy/"
"""What the id of a scripted agent begins with."""

Kind = Literal["environment", "preset", "setting", "value", "postponed", "agent", "study"]


class Mistake(ValueError):
    """What was asked for does not exist or cannot be; says what does and can."""

    def __init__(self, kind: Kind, name: str, said: str, instead: Json = None) -> None:
        super().__init__(said)
        self.kind, self.name = kind, name
        self.instead = instead
        """What would have worked in its place; `None` where leaving it out would."""


def environments() -> tuple[str, ...]:
    """The names of all environments, those of installed packages included."""
    return tuple(sorted({*bundled(), *_brought()}))


def bundled() -> tuple[str, ...]:
    """The names of the environments that come with the program."""
    return tuple(name for name in _modules() if not name.startswith("_"))


def _modules() -> tuple[str, ...]:
    """Those too whose folder begins with a low line: no games, and in no list."""
    import suasion.environments

    found = (module.name for module in iter_modules(suasion.environments.__path__))
    return tuple(sorted(name for name in found if not name.endswith("_test")))


def kit(name: str) -> Kit:
    """What an environment hands upward.

    Errors: `Mistake` for one that does not exist.
    """
    ours = _modules()
    found = next((each for each in (name, f"_{name}") if each in ours), None)
    return _brought_kit(name) if found is None or name.startswith("_") else _bundled_kit(found)


@cache
def _bundled_kit(name: str) -> Kit:
    found: Kit = import_module(f"suasion.environments.{name}").KIT
    return found


@cache
def _brought_kit(name: str) -> Kit:
    entry = _brought().get(name)
    if entry is None:
        raise _unknown("environment", name, environments())
    loaded = entry.load()
    found: Kit = getattr(loaded, "KIT", loaded)
    return found


def _brought() -> dict[str, EntryPoint]:
    if os.environ.get(NO_PLUGINS):
        return {}
    return {entry.name: entry for entry in entry_points(group=GROUP)}


def make(
    name: str, preset: str | None = None, settings: Mapping[str, Json] | None = None
) -> Environment[Any]:
    """An environment with a preset's settings, and these over them; other settings by default.

    Settings are plain JSON. The words `on`, `off`, `yes` and `no` stand for true and false where a
    setting is one of these, and the other way round where a setting has such words.

    Errors: `Mistake` for an unknown environment, preset or setting, for a postponed one, and for
    a value that the rules cannot be played with.
    """
    found = kit(name)
    named = preset_of(found, preset)
    for key, value in (settings or {}).items():
        _not_postponed(found, key, value)
    given = {**named, **(settings or {})}
    hints, known = get_type_hints(found.environment), defaults(found)
    values = {key: _value(found, hints, key, value) for key, value in given.items()}
    try:
        env = found.environment(**values)
        check_wording(env)
        check_asked(env)
    except BadSetting as bad:
        instead = known.get(bad.name)
        raise Mistake("value", bad.name, f"{bad}; by default {_shown(instead)}", instead) from None
    return env


def preset_of(found: Kit, preset: str | None) -> Mapping[str, Json]:
    """The settings of a preset; none for none."""
    if preset is None:
        return {}
    if preset not in found.presets:
        raise _unknown("preset", preset, found.presets, found.environment.name)
    return found.presets[preset]


def defaults(found: Kit) -> dict[str, Json]:
    """The settings of an environment with their defaults, as plain JSON; `None` where required.

    Its own come first, then those that every environment has.
    """
    known: dict[str, Json] = {}
    settings: Any = found.environment
    for each in sorted(fields(settings), key=lambda each: each.name in USUAL):
        made = each.default_factory() if each.default_factory is not MISSING else each.default
        known[each.name] = json.loads(json.dumps(None if made is MISSING else made))
    return known


def expected(found: Kit, setting: str) -> str:
    """What a setting may be, in words."""
    return _described(get_type_hints(found.environment)[setting])


def agent(found: Kit, name: str) -> str:
    """The whole id of an agent: a policy's bare name is enough, with its parameters if it has any.

    Errors: `Mistake` for a policy that the environment does not have, and for a parameter that a
    policy cannot have. Other kinds of agent are known to those who hold seats.
    """
    from suasion.measures.policy import ASKS, BadPolicy, made

    whole = name if "/" in name.partition(ASKS)[0] else POLICY + name
    if not whole.startswith(POLICY):
        return whole
    policies = [POLICY + policy for policy in found.policies]
    bare, asks, given = whole.partition(ASKS)
    if bare not in policies:
        mistake = _unknown("agent", bare, policies, found.environment.name)
        mistake.instead = mistake.instead and f"{mistake.instead}{asks}{given}"
        raise mistake
    try:
        made(found, whole.removeprefix(POLICY))
    except BadPolicy as bad:
        raise Mistake("agent", name, str(bad), POLICY + bad.instead) from None
    return whole


def times(text: str) -> tuple[int, str]:
    """How often an agent is meant, and which: `28*policy/NAME` is 28 seats with that agent.

    Errors: `Mistake` for no seats at all, and for more than there can be.
    """
    found = _TIMES.fullmatch(text)
    if found is None:
        return 1, text
    many, agent = found[1], found[2].strip()
    if len(many) > len(str(LARGEST)) or not 1 <= int(many) <= LARGEST:
        said = f"{text[:80]!r} is {many[:20]} seats: expected 1 to {LARGEST:,}"
        raise Mistake("agent", text, said, agent)
    return int(many), agent


_TIMES = re.compile(r"\s*([0-9]+)\s*\*(.+)", re.DOTALL)


def _not_postponed(found: Kit, key: str, value: Json) -> None:
    postponed = found.environment.postponed
    for name in (key, f"{key}={_shown(value)}"):
        if name in postponed:
            played = found.environment.name
            there = ", ".join(defaults(found))
            said = f"{played} has no setting {name} yet: {postponed[name]}; there are: {there}"
            raise Mistake("postponed", key, said)


def _value(found: Kit, hints: Mapping[str, Any], key: str, value: Json) -> Any:
    """The value that a setting is made with, checked against its type as JSON is."""
    from pydantic import TypeAdapter, ValidationError

    known = defaults(found)
    if key not in known:
        raise _unknown("setting", key, known, found.environment.name)
    hint, named = hints[key], f"setting {key!r} is {_shown(value)}"
    expects = f"expected {_described(hint)}; by default {_shown(known[key])}"
    if isinstance(value, int) and abs(value) > LARGEST:
        raise Mistake("value", key, f"{named}: {expects}; at most {LARGEST:,}", known[key])
    try:
        text = json.dumps(_word(hint, value), allow_nan=False)
        return TypeAdapter(hint).validate_json(text, strict=True)
    except (ValidationError, ValueError, TypeError, RecursionError):
        raise Mistake("value", key, f"{named}: {expects}", known[key]) from None


WORDS = {"on": True, "yes": True, "off": False, "no": False}


def _word(hint: Any, value: Json) -> Json:
    """YAML reads some bare words as true and false, and people write them for true and false."""
    options = get_args(hint) if get_origin(hint) is Literal else ()
    if isinstance(value, bool) and value not in options:
        meant = (word for word, truth in WORDS.items() if truth is value and word in options)
        return next(meant, value)
    if hint is bool and isinstance(value, str):
        return WORDS.get(value.lower(), value)
    return value


PLAIN = {
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    str: "text",
    type(None): "null",
}


def _described(hint: Any) -> str:
    """A type in words."""
    if hint in PLAIN:
        return PLAIN[hint]
    inner, origin = get_args(hint), get_origin(hint)
    if origin is Literal:
        return " or ".join(map(str, inner))
    if origin in (tuple, list):
        return f"a list, each {_described(inner[0])}" if inner else "a list"
    if inner:
        return " or ".join(map(_described, inner))
    return str(getattr(hint, "__name__", hint))


def _shown(value: Json) -> str:
    """A value as it would be written, cut where it is long."""
    text = value if isinstance(value, str) else json.dumps(value, default=repr)
    return text if len(text) <= 80 and text.isprintable() else repr(text[:80])


def studies() -> dict[str, Path]:
    """The studies that come with the program, such as `influence/demo`, and their files."""
    here = Path(__file__).parent
    for root in (here / "studies", here.parents[1] / "studies"):
        if root.is_dir():
            found = sorted(root.glob("*/*.yaml"))
            return {f"{path.parent.name}/{path.stem}": path for path in found}
    return {}


def line_ups() -> dict[str, Path]:
    """Files that come with the program and name agents for its studies, and where they lie."""
    here = Path(__file__).parent
    for root in (here / "studies", here.parents[1] / "studies"):
        if root.is_dir():
            found = sorted(root.glob("*/agents/*.yaml"))
            return {f"{path.parent.parent.name}/{path.stem}": path for path in found}
    return {}


def line_up(name: str) -> Path | None:
    """Such a file by its path or its name; None where there is none."""
    return Path(name) if Path(name).is_file() else line_ups().get(name)


def study(name: str) -> Path:
    """The file of a study: a path, or the name of one that comes with the program.

    `demo` is enough for `influence/demo` while no other study is called so.
    """
    there = studies()
    if Path(name).is_file():
        return Path(name)
    ends = [path for known, path in there.items() if name in (known, known.split("/")[1])]
    if len(ends) == 1:
        return ends[0]
    several = Counter(known.split("/")[1] for known in there)
    alone = [end for end, many in several.items() if many == 1]
    raise _unknown("study", name, [*alone, *there])


def _unknown(kind: Kind, name: str, there: Iterable[str], of: str = "") -> Mistake:
    known = list(there)
    near = nearest(name.removeprefix(POLICY), (each.removeprefix(POLICY) for each in known))
    near = POLICY + near if near and kind == "agent" else near
    guess = f"did you mean {near}? There are: " if near else "there are: "
    subject = f"{of} has no {kind} {name[:80]!r}" if of else f"no {kind} {name[:80]!r}"
    if kind == "study":
        subject += " and no file of that name"
    leave_out = kind in ("preset", "setting")
    instead = near or (known[0] if known and not leave_out else None)
    return Mistake(kind, name, f"{subject}; {guess}{', '.join(known) or 'none'}", instead)


def nearest(name: str, there: Iterable[str]) -> str | None:
    """The name that was probably meant."""
    by_case = {known.casefold(): known for known in there}
    close = get_close_matches(name.casefold()[:200], by_case, 1, 0.6)
    return by_case[close[0]] if close else None
