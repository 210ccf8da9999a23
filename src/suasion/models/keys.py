"""Keys: named by variables, bound to hosts by whoever owns them, and never shown.

A study can name a model and a base URL, and may have come from anyone. So which host a key goes to
is said in the user's own configuration, and by nothing that lies beside a study or in a run.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn
from urllib.parse import unquote, urlsplit

from suasion.models.config import BadConfig, Config, read_config, text_of
from suasion.models.hosts import BadUrl, Place, place
from suasion.models.ids import BadModel
from suasion.models.providers import PROVIDERS, SECRET_VARIABLES, Provider
from suasion.models.redact import Redactor

ENV_FILE = "SUASION_ENV_FILE"
"""Names a file of variables: what `--env-file` sets, so that it also reaches processes of ours."""
PROXIES = tuple(f(f"{of}_proxy") for of in ("https", "http", "all") for f in (str, str.upper))
"""Variables whose URLs may hold a password."""
SECRET_ENDS = ("_API_KEY", "_API_TOKEN", "_AUTH_TOKEN", "_ACCESS_TOKEN", "_SECRET_KEY")
"""How variables end that hold keys."""


class Secret:
    """A key. It shows its variable's name; what it is, only to who asks for it by `reveal`."""

    __slots__ = ("_value", "name")

    def __init__(self, name: str, value: str) -> None:
        self.name, self._value = name, value

    def reveal(self) -> str:
        """The key itself: for the header of a request, and nothing else."""
        return self._value

    def __repr__(self) -> str:
        return f"[key {self.name}]"

    def __format__(self, _: str) -> str:
        return repr(self)

    def __copy__(self) -> Secret:
        return self

    def __deepcopy__(self, _: object) -> Secret:
        return self

    def __reduce_ex__(self, _: object) -> NoReturn:
        raise TypeError(f"{self!r} is not written anywhere: pass its variable's name")

    def __getstate__(self) -> NoReturn:
        self.__reduce_ex__(2)


@dataclass(frozen=True)
class Keys:
    """Which keys there are, and where each may go."""

    config: Config
    env: Mapping[str, str] = field(repr=False)
    """The variables of this process."""
    filed: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Those of the file that the configuration or the user named."""

    def value(self, name: str) -> str | None:
        """A variable: of the process, else of the file."""
        return self.env.get(name) or self.filed.get(name) or None

    def bound(self, provider: Provider, to: Place) -> str | None:
        """The name of the variable whose key may go there; None where none may.

        What the user's configuration lists comes before what is built in.
        """
        listed = (
            binding.env
            for binding in self.config.bindings
            if any(may_go(to, host, explicit) for host, explicit in binding.hosts)
        )
        may = [*listed, *(provider.variables if self._own(provider, to) else ())]
        return next(filter(self.value, may), may[0] if may else None)

    def _own(self, provider: Provider, to: Place) -> bool:
        homes = [provider.home] if provider.home else []
        said = self.env.get(provider.url_variable)
        if said:
            homes.append(_home(said, provider))
        return to in homes

    def secret(self, name: str) -> Secret | None:
        """The key in a variable; None where it is not set.

        Errors: `BadKey`, for one that no header can carry.
        """
        value = (self.value(name) or "").strip()
        if not value:
            return None
        if not value.isascii() or not value.isprintable() or " " in value:
            raise BadKey(
                f"{name} holds no key: expected plain characters without spaces; set {name} again"
            )
        return Secret(name, value)

    def names(self) -> tuple[str, ...]:
        """Every variable that may hold a key."""
        own = (binding.env for binding in self.config.bindings)
        built_in = (name for each in PROVIDERS.values() for name in each.variables)
        like_them = (name for name in (*self.env, *self.filed) if name.endswith(SECRET_ENDS))
        return tuple(dict.fromkeys((*own, *built_in, *SECRET_VARIABLES, *like_them)))

    def redactor(self) -> Redactor:
        """What takes every key that is set out of a text."""
        held = {name: (self.value(name) or "").strip() for name in self.names()}
        return Redactor({**held, **dict(self._passwords())})

    def _passwords(self) -> Iterator[tuple[str, str]]:
        for name in PROXIES:
            try:
                password = urlsplit(self.env.get(name, "")).password
            except ValueError:
                continue
            if password:
                yield name, unquote(password)


class BadKey(BadModel):
    """A variable that holds no key, or no base URL; names the variable."""


def keys(
    env: Mapping[str, str] | None = None,
    env_file: Path | str | None = None,
    config: Config | None = None,
) -> Keys:
    """The user's keys: from their configuration and the variables of this process.

    `env_file` is a file of variables that the user named; without it `SUASION_ENV_FILE` or the
    configuration may name one. None is ever looked for.

    Errors: `BadConfig`, for a configuration or a file that is not sound.
    """
    held = os.environ if env is None else env
    config = read_config(held) if config is None else config
    named = env_file or held.get(ENV_FILE)
    file = Path(named) if named else config.env_file
    return Keys(config, held, {} if file is None else dict(read_env(file)))


def may_go(to: Place, host: Place, explicit: bool) -> bool:
    """Whether a key that is bound to `host` goes `to` a place: there exactly, and unseen.

    `explicit` says that the host was listed with its scheme: plain HTTP is spoken to it only then,
    or where no wire leads to it.
    """
    if (to.host, to.port) != (host.host, host.port):
        return False
    return to.scheme == "https" or to.loopback or (explicit and host.scheme == "http")


def _home(url: str, provider: Provider) -> Place:
    try:
        return place(url)
    except BadUrl as bad:
        raise BadKey(f"{provider.url_variable} is no base URL: {bad}") from None


def read_env(file: Path) -> Iterator[tuple[str, str]]:
    """The variables of a file: `NAME=value` a line, with or without `export`, quotes, comments.

    Nothing in it is run or replaced.

    Errors: `BadConfig`, with the line.
    """
    for number, line in enumerate(text_of(file).splitlines(), 1):
        said = line.strip().removeprefix("export ").strip()
        if not said or said.startswith("#"):
            continue
        name, equals, value = said.partition("=")
        if not equals or not name.strip().isidentifier():
            raise BadConfig(f"{file}, line {number}: expected NAME=value")
        yield name.strip(), _unquoted(value.strip())


def _unquoted(value: str) -> str:
    if value[:1] in ("'", '"') and value.endswith(value[0]) and len(value) > 1:
        return value[1:-1]
    return value.split(" #")[0].rstrip()
