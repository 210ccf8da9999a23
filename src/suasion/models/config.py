"""The user's own configuration: which keys there are, where they may go, what models cost.

It is one TOML file, `~/.config/suasion/config.toml`, or the one that `SUASION_CONFIG` names. No key
is ever in it, only names of variables, so that it can be read, kept and shown without care.
"""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from suasion.models.hosts import BadUrl, Place, listed
from suasion.models.ids import holds_key
from suasion.models.model import Price

VARIABLE = "SUASION_CONFIG"
LARGEST = 1 << 20
"""Bytes of a configuration, or of a file of variables."""

KEYS = {
    "env_file": "a file of variables, from the configuration's own folder",
    "allow_hosts": "hosts that are refused otherwise, such as link-local addresses",
    "keys": "keys by a name of your own: a variable, and the hosts it may go to",
    "prices": "what models cost, by their ids",
}
IN_KEYS = {"env": "the variable that holds the key", "hosts": 'where it may go: "HOST:PORT"'}
IN_PRICES = {
    "read": "US dollars for a million tokens of prompts",
    "written": "the same of replies",
    "cached": "the same of prompts that came from a cache",
    "as_of": "the day of the price",
}


class BadConfig(ValueError):
    """A configuration that cannot be used; names the file, the line and what was expected."""


class Binding(NamedTuple):
    """A key by its variable, and the hosts that it may go to."""

    name: str
    env: str
    hosts: tuple[tuple[Place, bool], ...]
    """Each with whether the file says how it is spoken to: `http://` or `https://`."""


@dataclass(frozen=True)
class Config:
    """What a configuration says; an absent one says nothing."""

    file: Path | None = None
    bindings: tuple[Binding, ...] = ()
    env_file: Path | None = None
    allowed: frozenset[tuple[str, int]] = frozenset()
    """Hosts and ports that are asked although they are link-local."""
    prices: Mapping[str, Price] = field(default_factory=dict)


def config_file(env: Mapping[str, str]) -> Path:
    """Where the configuration is."""
    if env.get(VARIABLE):
        return Path(env[VARIABLE]).expanduser()
    base = env.get("XDG_CONFIG_HOME", "")
    folder = Path(base) if base.startswith("/") else _home(env) / ".config"
    return folder / "suasion" / "config.toml"


def _home(env: Mapping[str, str]) -> Path:
    return Path(env["HOME"]) if env.get("HOME") else Path("~").expanduser()


def read_config(env: Mapping[str, str]) -> Config:
    """The user's configuration; an empty one where there is none.

    Errors: `BadConfig`, also where `SUASION_CONFIG` names a file that is not there.
    """
    file = config_file(env)
    if not file.exists() and not env.get(VARIABLE):
        return Config()
    return parsed(text_of(file), file)


def text_of(file: Path) -> str:
    """The text of a file of the user's.

    Errors: `BadConfig`.
    """
    try:
        if not file.is_file():
            raise BadConfig(f"{file}: expected a file; create it, or set {VARIABLE} to another")
        with file.open("rb") as opened:
            content = opened.read(LARGEST + 1)
        if len(content) > LARGEST:
            raise BadConfig(f"{file}: expected at most {LARGEST:,} bytes")
        return content.decode()
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise BadConfig(f"{file}, line {line}: expected UTF-8") from None
    except OSError as error:
        raise BadConfig(f"{file}: {error.strerror}") from None


def parsed(text: str, file: Path) -> Config:
    """What the text of a configuration says.

    Errors: `BadConfig`.
    """
    try:
        said = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise BadConfig(f"{file}: is no TOML: {_where(error)}") from None
    at = _At(file, text)
    at.known(said, KEYS)
    return Config(
        file=file,
        bindings=tuple(_bindings(at.table(said, "keys"), at)),
        env_file=_env_file(said.get("env_file"), at),
        allowed=frozenset((each.host, each.port) for each, _ in at.hosts(said, "allow_hosts")),
        prices=dict(_prices(at.table(said, "prices"), at)),
    )


def _where(error: Exception) -> str:
    """Where a text is no TOML, without the words of the text: they could be a key."""
    found = re.search(r"at line \d+, column \d+|at end of document", str(error))
    return found[0].replace("at line", "line") if found else "too deep"


class _At(NamedTuple):
    """A configuration that is being read, so that errors say where."""

    file: Path
    text: str

    def error(self, path: Sequence[str], said: str) -> BadConfig:
        """What is wrong with a key, and the line it stands in, as far as lines show it."""
        lines, at = self.text.splitlines(), 0
        for key in path:
            named = re.compile(rf"(?<!\w){re.escape(key)}[\"']?\s*[=\].]")
            found = (
                n
                for n, line in enumerate(lines[max(at - 1, 0) :], max(at, 1))
                if named.search(line)
            )
            at = next(found, at)
        line = f", line {at}" if at else ""
        return BadConfig(f"{self.file}{line}: {'.'.join(each[:80] for each in path)}: {said}")

    def known(self, said: Mapping[str, Any], keys: Mapping[str, str], *under: str) -> None:
        """Nothing, or an error for a key that means nothing there."""
        for key in said:
            if key not in keys:
                there = ", ".join(keys)
                raise self.error((*under, key), f"no such key; there are: {there}")

    def table(self, said: Mapping[str, Any], key: str) -> Mapping[str, Any]:
        """A table of tables."""
        found = said.get(key, {})
        if not isinstance(found, dict):
            raise self.error([key], f"expected a table: {KEYS[key]}")
        for name, value in found.items():
            if not isinstance(value, dict):
                raise self.error([key, name], f"expected a table: {KEYS[key]}")
        return found

    def hosts(self, said: Mapping[str, Any], *path: str) -> list[tuple[Place, bool]]:
        """A list of hosts, under the last key of a path."""
        found = said.get(path[-1], [])
        if not isinstance(found, list) or not all(isinstance(each, str) for each in found):
            raise self.error(path, 'expected a list of hosts, such as ["llm.example.org:443"]')
        try:
            return [(listed(each), "://" in each) for each in found]
        except BadUrl as bad:
            raise self.error(path, f"a host of the list is none: {bad}") from None


def _bindings(said: Mapping[str, Any], at: _At) -> Iterator[Binding]:
    for name, table in said.items():
        under = "keys", name
        if "key" in table or "value" in table:
            raise at.error(
                (*under, "key" if "key" in table else "value"),
                'a key is never in this file: put it in a variable, and say env = "VARIABLE"',
            )
        at.known(table, IN_KEYS, *under)
        env = table.get("env")
        if not isinstance(env, str) or not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]{0,127}", env):
            raise at.error((*under, "env"), "expected the name of a variable")
        if holds_key(env):
            raise at.error((*under, "env"), "looks like a key: expected the name of a variable")
        yield Binding(name, env, tuple(at.hosts(table, *under, "hosts")))


def _env_file(said: object, at: _At) -> Path | None:
    if said is None:
        return None
    if not isinstance(said, str) or not said or "\0" in said:
        raise at.error(["env_file"], f"expected {KEYS['env_file']}")
    return at.file.parent / Path(said).expanduser()


def _prices(said: Mapping[str, Any], at: _At) -> Iterator[tuple[str, Price]]:
    for name, table in said.items():
        under = "prices", name
        at.known(table, IN_PRICES, *under)
        numbers = {key: _amount(table, key, under, at) for key in ("read", "written", "cached")}
        as_of = table.get("as_of", "")
        if isinstance(as_of, date):
            as_of = as_of.isoformat()
        if not isinstance(as_of, str) or not re.fullmatch(r"(\d{4}-\d\d-\d\d)?", as_of):
            raise at.error((*under, "as_of"), "expected a day, such as 2026-01-31")
        read, written = numbers["read"], numbers["written"]
        if read is None or written is None:
            raise at.error(under, "expected read and written, in US dollars a million tokens")
        yield name, Price(read, written, numbers["cached"], as_of)


def _amount(table: Mapping[str, Any], key: str, under: Sequence[str], at: _At) -> float | None:
    value = table.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < math.inf:
        raise at.error((*under, key), f"expected {IN_PRICES[key]}")
    return float(value)
