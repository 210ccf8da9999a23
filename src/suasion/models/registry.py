"""Models by their ids: where each is asked, with which key, at what price, and its client."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from suasion.core.asks import Json
from suasion.core.events import NOTHING
from suasion.models.hosts import Place
from suasion.models.ids import BadModel, ModelId, leads_to, parsed, shown
from suasion.models.keys import keys
from suasion.models.model import Model, Price
from suasion.models.prices import price
from suasion.models.providers import PROVIDERS, TAKE_BATCHES, Provider, generic, provider
from suasion.models.session import session

if TYPE_CHECKING:
    from aiohttp import ClientSession

    from suasion.models.batch_api import BatchEndpoint
    from suasion.models.config import Config
    from suasion.models.redact import Redactor
    from suasion.models.request import Client

__all__ = ["BadModel", "Described", "Models"]


FOREIGN = "agent"
"""Agents of others, who are asked over HTTP in a protocol of ours: `agent/http@URL`."""


class Described(NamedTuple):
    """What would be talked to, without reading a key."""

    id: str
    provider: str
    name: str
    base_url: str | None
    """None where the provider's own library knows."""
    host: str
    """`host:port`; `inspect:PROVIDER` where its library knows."""
    variable: str | None
    """The variable whose key would be sent; None where none may be sent there."""
    is_set: bool
    """Whether that variable holds something."""
    needed: tuple[str, ...]
    """The variables one of which must be set, or the model answers nobody; mostly one."""
    price: Price | None
    """None where it is unknown."""

    @property
    def sent(self) -> bool:
        """Whether a key would be sent."""
        return self.variable is not None and self.is_set


class Models:
    """Every model that a run talks to; for one process, whose event loops each have a session."""

    def __init__(
        self,
        config: Config | None = None,
        env: Mapping[str, str] = os.environ,
        env_file: Path | str | None = None,
    ) -> None:
        """`config` is read from where the user keeps it, if it is not given.

        Errors: `BadConfig`.
        """
        self.keys = keys(env, env_file, config)
        self._models: dict[tuple[str, str | None], Model] = {}
        self._made_of: dict[Model, _Found] = {}
        self._clients: dict[tuple[str | None, ...], Client] = {}
        self._sessions: dict[asyncio.AbstractEventLoop, ClientSession] = {}
        self._redact: Redactor | None = None

    @property
    def redact(self) -> Redactor:
        """What takes every key of the user's out of a text."""
        if self._redact is None:
            self._redact = self.keys.redactor()
        return self._redact

    def describe(self, model: str, settings: Mapping[str, Json] = NOTHING) -> Described:
        """What a model's id and a seat's settings lead to.

        Errors: `BadModel`.
        """
        return self._found(model, settings).described

    def model(self, model: str, settings: Mapping[str, Json] = NOTHING) -> Model:
        """A model, ready to be asked from within any event loop.

        Errors: `BadModel`, also for a key that is needed and not set.
        """
        found = self._found(model, settings)
        known = found.described.id, found.described.base_url
        if known not in self._models:
            self._models[known] = self._made(found)
        return self._models[known]

    def batch_endpoint(self, model: Model) -> BatchEndpoint | None:
        """Where a model is asked by batch; None where its provider offers none."""
        from suasion.models.batch_api import BatchEndpoint

        found = self._made_of.get(model)
        if found is None or found.provider.name not in TAKE_BATCHES:
            return None
        told = found.described
        if told.base_url is None:
            return None
        secret = self.keys.secret(told.variable) if told.variable else None
        return BatchEndpoint(told.base_url, secret, self._session, self.redact)

    async def close(self) -> None:
        """Let go of all connections of the event loop that this is called in, at its end."""
        for client in self._clients.values():
            await client.close()
        self._clients.clear()
        self._models.clear()
        self._made_of.clear()
        held = self._sessions.pop(asyncio.get_running_loop(), None)
        if held is not None:
            await held.close()

    def _found(self, text: str, settings: Mapping[str, Json]) -> _Found:
        id_ = parsed(text)
        if self.redact(text) != text:
            raise BadModel("a model's id holds a key of yours, and is not repeated here")
        given = _given_url(id_, settings)
        if given is not None and self.redact(given) != given:
            raise BadModel(f"the base URL of {id_.provider}/{id_.name} holds a key of yours")
        known = provider(id_.provider) or generic(id_.provider)
        url = given or self.keys.value(known.url_variable) or known.base_url
        if url is None:
            if not known.through_inspect:
                raise _unknown(id_)
            return _Found(id_, known, False, self._described(id_, known, None, None))
        at = self._allowed(leads_to(url, f"{id_.provider}/{id_.name}"), id_)
        described = self._described(id_, known, url.rstrip("/"), at)
        return _Found(id_, known, given is not None, described)

    def _allowed(self, at: Place, id_: ModelId) -> Place:
        if at.refused and (at.host, at.port) not in self.keys.config.allowed:
            raise BadModel(
                f"{id_.provider}/{id_.name} would be asked at {at}, a link-local or metadata "
                "address, which gives away the rights of this machine: expected a server of "
                f'models; if it is one, list it in your configuration: allow_hosts = ["{at}"]'
            )
        return at

    def _described(
        self, id_: ModelId, known: Provider, url: str | None, at: Place | None
    ) -> Described:
        if at is None:
            variable = next(filter(self.keys.value, known.variables), None)
            variable = variable or next(iter(known.variables), None)
        else:
            variable = self.keys.bound(known, at)
        home = at is not None and at == known.home
        return Described(
            id=str(id_) if id_.url else f"{id_.provider}/{id_.name}",
            provider=known.name,
            name=id_.name,
            base_url=url,
            host=f"inspect:{known.name}" if at is None else str(at),
            variable=variable,
            is_set=variable is not None and self.keys.value(variable) is not None,
            needed=known.variables if home and not known.local else (),
            price=price(id_, known, at, self.keys.config.prices),
        )

    def _made(self, found: _Found) -> Model:
        told = found.described
        if told.needed and not told.sent:
            raise BadModel(_no_key(told))
        client = self._client(found)
        made = Model(
            id=told.id,
            name=told.name,
            provider=told.provider,
            host=told.host,
            key=told.variable if told.sent else None,
            client=client,
            price=told.price,
        )
        self._made_of[made] = found
        return made

    def _client(self, found: _Found) -> Client:
        told = found.described
        through = told.name if found.provider.through_inspect else None
        known = told.provider, told.base_url, told.variable, through
        if known not in self._clients:
            self._clients[known] = self._maker(found.provider)(found)
        return self._clients[known]

    def _maker(self, provider: Provider) -> Callable[[_Found], Client]:
        if provider.name == FOREIGN:
            return self._foreign
        return self._inspect if provider.through_inspect else self._openai

    def _foreign(self, found: _Found) -> Client:
        from suasion.models.foreign import Foreign

        told = found.described
        assert told.base_url is not None
        secret = self.keys.secret(told.variable) if told.variable else None
        return Foreign(told.base_url, secret, redact=self.redact, session=self._session)

    def _openai(self, found: _Found) -> Client:
        from suasion.models.openai import OpenAI

        told = found.described
        assert told.base_url is not None
        return OpenAI(
            told.base_url,
            self.keys.secret(told.variable) if told.variable else None,
            dialect=found.provider.dialect,
            headers=dict(found.provider.headers),
            redact=self.redact,
            session=self._session,
        )

    def _inspect(self, found: _Found) -> Client:
        """Through Inspect, whose libraries read variables themselves: only where they belong."""
        from suasion.models.inspect import Inspect, MissingExtra

        told = found.described
        if found.named and not told.variable:
            raise BadModel(
                f"{told.provider}/{told.name} would be asked at {told.host} with whatever key its "
                f"own library finds: expected its own host, or one that your configuration binds a "
                f"key to; {_binding(told)}"
            )
        secret = self.keys.secret(told.variable) if told.variable else None
        try:
            return Inspect(
                f"{told.provider}/{told.name}", secret, told.base_url, redact=self.redact
            )
        except MissingExtra as missing:
            raise BadModel(str(missing)) from None

    def _session(self) -> ClientSession:
        loop = asyncio.get_running_loop()
        if loop not in self._sessions:
            self._sessions[loop] = session(self.keys.config.allowed)
        return self._sessions[loop]


class _Found(NamedTuple):
    id: ModelId
    provider: Provider
    named: bool
    """Whether a study says where it is."""
    described: Described


def _given_url(id_: ModelId, settings: Mapping[str, Json]) -> str | None:
    """The base URL that a study names, in the id or beside it."""
    said = settings.get("base_url")
    if said is None:
        return id_.url
    if not isinstance(said, str):
        raise BadModel(f"the base URL of {id_.provider}/{id_.name} is no text: expected a URL")
    if id_.url is not None and said.rstrip("/") != id_.url.rstrip("/"):
        raise BadModel(
            f"{id_.provider}/{id_.name} has two base URLs, after @ and as base_url: expected one"
        )
    return said


def _unknown(id_: ModelId) -> BadModel:
    near = get_close_matches(id_.provider, PROVIDERS, 1)
    return BadModel(
        f"no provider {shown(id_.provider)} of {shown(str(id_))}; "
        f"{f'did you mean {near[0]}? There' if near else 'there'} are: {', '.join(PROVIDERS)}; "
        f"any other needs its base URL, as {id_.provider}/MODEL@https://HOST/v1 or in "
        f"{generic(id_.provider).url_variable}"
    )


def _no_key(told: Described) -> str:
    either = " or ".join(told.needed)
    return (
        f"{told.provider}/{told.name} at {told.host} needs a key, and {either} is not set: export "
        f"it, or name a file that holds it with --env-file"
    )


def _binding(told: Described) -> str:
    return f'[keys.NAME] with env = "VARIABLE" and hosts = ["{told.host}"]'
