"""A stand-in for a batch endpoint: files of requests, batches of them, and files of what came.

The shape is OpenAI's: `/v1/files` and `/v1/batches`. Each request of a batch is answered with a
function of its bytes, as the stand-in for a chat endpoint answers it, once the batch has taken its
time; the first batches can be made to expire half done. Metadata is kept, and nothing is deleted.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic
from typing import Any, NamedTuple

from suasion.core.asks import Json
from suasion.testing.http1 import Connection, Request

FILES, BATCHES = "/v1/files", "/v1/batches"
CHAT = "/v1/chat/completions"


class Answered(NamedTuple):
    """What a chat endpoint says to one request."""

    status: int
    body: Json


@dataclass
class Batch:
    """One batch."""

    name: str
    file: str
    mark: Json
    due: float
    """When it is over (monotonic seconds)."""
    expires: bool
    state: str = "in_progress"
    files: dict[str, str] = field(default_factory=dict)
    """`output_file_id` and `error_file_id`, as far as there are any."""
    wrong: str | None = None

    def said(self) -> dict[str, Json]:
        """As its endpoint describes it."""
        error = {"code": "invalid_request", "message": self.wrong}
        return {
            "id": self.name,
            "object": "batch",
            "endpoint": CHAT,
            "input_file_id": self.file,
            "status": self.state,
            "metadata": self.mark,
            "errors": None if self.wrong is None else {"object": "list", "data": [error]},
            **self.files,
        }


class Missing(LookupError):
    """Something that is not there."""


@dataclass
class BatchEndpoint:
    """Files and batches."""

    answer: Callable[[bytes], Answered]
    """Answers one request."""
    seconds: float = 0.0
    """How long a batch takes."""
    expire: int = 0
    """How many batches, the first ones, expire with every other request undone."""
    files: dict[str, bytes] = field(default_factory=dict)
    batches: dict[str, Batch] = field(default_factory=dict)
    sizes: list[int] = field(default_factory=list)
    """Requests in each batch."""

    def handle(self, request: Request, connection: Connection) -> bool:
        """Answer one request; whether it was for files or batches."""
        _, at, path = request.path.rpartition("/v1/")
        if not at or path.split("/")[0] not in ("files", "batches"):
            return False
        try:
            said = self._said(request, path.split("/"))
            connection.answer(200, said if isinstance(said, bytes) else json.dumps(said).encode())
        except Missing as missing:
            error = {"message": f"there is no {missing}", "type": "invalid_request_error"}
            connection.answer(404, json.dumps({"error": error}).encode())
        except (ValueError, KeyError, TypeError) as wrong:
            error = {"message": f"{wrong}", "type": "invalid_request_error"}
            connection.answer(400, json.dumps({"error": error}).encode())
        return True

    def _said(self, request: Request, path: list[str]) -> Json | bytes:
        match request.method, path:
            case "POST", ["files"]:
                name = self._file(uploaded(request))
                return {"id": name, "object": "file", "purpose": "batch"}
            case "GET", ["files", name, "content"]:
                return _found(self.files, name)
            case "POST", ["batches"]:
                return self._begun(json.loads(request.body)).said()
            case "GET", ["batches"]:
                data = [self._now(each).said() for each in reversed(self.batches.values())]
                return {"object": "list", "data": data, "has_more": False}
            case "GET", ["batches", name]:
                return self._now(_found(self.batches, name)).said()
        raise Missing(f"{request.method} {request.path}")

    def _file(self, content: bytes) -> str:
        name = f"file-{len(self.files) + 1}"
        self.files[name] = content
        return name

    def _begun(self, said: Any) -> Batch:
        file, many = said["input_file_id"], len(self.batches)
        if said["endpoint"] != CHAT:
            raise ValueError(f"the endpoint is {said['endpoint']!r}: expected {CHAT!r}")
        lines = _found(self.files, file).splitlines()
        due = monotonic() + self.seconds
        name = f"batch-{many + 1}"
        batch = Batch(name, file, said.get("metadata"), due, expires=many < self.expire)
        self.batches[name] = batch
        self.sizes.append(len(lines))
        models = {json.loads(line)["body"].get("model") for line in lines}
        if len(models) != 1:
            batch.state, batch.wrong = "failed", f"expected requests of one model, not {models}"
        return batch

    def _now(self, batch: Batch) -> Batch:
        """A batch, over if its time is up."""
        if batch.state == "in_progress" and monotonic() >= batch.due:
            self._end(batch)
        return batch

    def _end(self, batch: Batch) -> None:
        ended: dict[str, list[Json]] = {"output_file_id": [], "error_file_id": []}
        for place, line in enumerate(self.files[batch.file].splitlines()):
            name = json.loads(line)["custom_id"]
            if batch.expires and place % 2:
                late = {"code": "batch_expired", "message": "it was not done in time"}
                ended["error_file_id"].append({"custom_id": name, "response": None, "error": late})
                continue
            status, said = self.answer(body_of(line))
            kind = "output_file_id" if status == 200 else "error_file_id"
            response = {"status_code": status, "body": said}
            ended[kind].append({"custom_id": name, "response": response, "error": None})
        for kind, lines in ended.items():
            if lines:  # in no order that anybody should rely on
                text = b"\n".join(json.dumps(each).encode() for each in reversed(lines))
                batch.files[kind] = self._file(text)
        batch.state = "expired" if batch.expires else "completed"


def body_of(line: bytes) -> bytes:
    """The request in a line of a batch's file, as its bytes stand there where they stand last."""
    whole: Json = json.loads(line)
    _, at, rest = line.partition(b'"body":')
    body = rest.rstrip().removesuffix(b"}").strip()
    try:
        same = bool(at) and json.loads(body) == whole["body"]
    except ValueError:
        same = False
    return body if same else json.dumps(whole["body"], ensure_ascii=False).encode()


def uploaded(request: Request) -> bytes:
    """The file in a form. Errors: ValueError, where there is none."""
    _, _, boundary = request.headers.get("content-type", "").partition("boundary=")
    for part in request.body.split(b"--" + boundary.strip('"').encode()) if boundary else ():
        head, there, content = part.partition(b"\r\n\r\n")
        if there and b'name="file"' in head:
            return content.removesuffix(b"\r\n")
    raise ValueError("expected a form with a file in it")


def _found(among: dict[str, Any], name: str) -> Any:
    if name not in among:
        raise Missing(name)
    return among[name]
