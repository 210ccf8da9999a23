"""The client of OpenAI-compatible chat endpoints.

Hosted services, vLLM, SGLang, llama.cpp's server, Ollama and `transformers serve` are asked alike.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from suasion.core.events import NOTHING
from suasion.models.endpoint import Came, Endpoint, Key, Patience
from suasion.models.faults import Fault
from suasion.models.replies import Redact, as_it_is, read
from suasion.models.request import Completion, Request

if TYPE_CHECKING:
    from aiohttp import ClientSession

__all__ = ["Key", "OpenAI", "Patience"]

MORE = {
    "ollama": "`ollama list` shows what there is, `ollama pull NAME` fetches a model",
    "openai": "{}/models lists what there is",
}
"""Where to look when a model is unknown, by dialect."""
SAID = 400
"""Characters of what the server says of it that leave room for that."""


class OpenAI:
    """Speaks to one endpoint with one key; one attempt, no retries."""

    def __init__(
        self,
        base_url: str,
        key: Key | None,
        *,
        dialect: str = "openai",
        headers: Mapping[str, str] = NOTHING,
        redact: Redact = as_it_is,
        session: Callable[[], ClientSession] | None = None,
        patience: Patience = Patience(),  # noqa: B008
    ) -> None:
        """A client of the endpoint at `base_url`; nothing is opened before the first call.

        - `base_url`: what `/chat/completions` is put behind.
        - `key`: goes into the header `Authorization` of requests to this host, and nowhere else;
          None where none is sent.
        - `dialect`: whose server it is (`openai`, `vllm`, `llama.cpp`, `ollama`). Errors of all are
          read alike; it says where to look for a model that is not there.
        - `headers`: sent besides, over the client's own.
        - `redact`: takes keys out of whatever the server says, before it goes anywhere.
        - `session`: gives the session of the running event loop, closed by whoever made it. Without
          it the client makes one of its own when it is first used.
        - `patience`: how long each stage may take.

        Errors: `BadUrl`, for a base URL that nothing is sent to.
        """
        self._base_url, self._dialect, self._redact = base_url.rstrip("/"), dialect, redact
        self._endpoint = Endpoint(
            f"{self._base_url}/chat/completions",
            key,
            headers=headers,
            redact=redact,
            session=session,
            patience=patience,
        )

    def __repr__(self) -> str:
        return f"OpenAI({str(self._endpoint.place)!r})"

    async def complete(self, request: Request, seconds: float) -> Completion:
        """What came back within `seconds`.

        Errors: `Fault`, by its name.
        """
        return await self._endpoint.ask(request.body, seconds, self._read)

    async def close(self) -> None:
        """Let go of its connections; those of a session that it was given are left alone."""
        await self._endpoint.close()

    def _read(self, came: Came) -> Completion:
        try:
            return read(*came, redact=self._redact)
        except Fault as fault:
            if fault.name != "unknown_model":
                raise
            more = MORE.get(self._dialect, MORE["openai"]).format(self._base_url)
            said = f"{fault.said[:SAID]} ({more})"
            raise Fault(fault.name, said, status=fault.status) from None
