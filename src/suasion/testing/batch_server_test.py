"""The stand-in for a batch endpoint keeps to the shape of the real one."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from suasion.core.events import NOTHING
from suasion.testing.batch_server import body_of
from suasion.testing.http1 import Serving, in_thread
from suasion.testing.model_server import Ways, reply, serve

BOUNDARY = "x7"
BODIES = [
    b'{"messages":[{"role":"user","content":"%d \xc3\xa4"}],"model":"m"}' % n for n in range(4)
]


@pytest.fixture
def server() -> Iterator[Serving]:
    with in_thread(serve) as serving:
        yield serving


def lines(bodies: list[bytes]) -> bytes:
    return b"".join(
        b'{"custom_id":"c%d","method":"POST","url":"/v1/chat/completions","body":%b}\n' % (n, body)
        for n, body in enumerate(bodies)
    )


def uploaded(server: Serving, content: bytes) -> str:
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\n'
    form = head.encode() + content + f"\r\n--{BOUNDARY}--\r\n".encode()
    kind = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
    name: str = said(server, "files", form, kind)["id"]
    return name


def said(server: Serving, path: str, body: bytes | None = None, headers: Any = NOTHING) -> Any:
    with urlopen(Request(f"{server.url}/v1/{path}", body, dict(headers))) as answer:
        text = answer.read()
    return (
        [json.loads(each) for each in text.splitlines()] if "content" in path else json.loads(text)
    )


def begun(server: Serving, file: str, **more: Any) -> Any:
    asked = {"input_file_id": file, "endpoint": "/v1/chat/completions", **more}
    return said(server, "batches", json.dumps(asked).encode())


def test_every_request_is_answered_as_it_is_by_itself(server: Serving) -> None:
    content = lines([*BODIES, b'{"model":"m"}'])
    batch = begun(server, uploaded(server, content), metadata={"mark": "mine"})
    over = said(server, f"batches/{batch['id']}")
    assert (over["status"], over["metadata"]) == ("completed", {"mark": "mine"})
    ended = said(server, f"files/{over['output_file_id']}/content")
    by = {each["custom_id"]: each["response"]["body"] for each in ended}
    texts = {name: body["choices"][0]["message"]["content"] for name, body in by.items()}
    assert texts == {f"c{n}": reply(body).text for n, body in enumerate(BODIES)}
    [wrong] = said(server, f"files/{over['error_file_id']}/content")
    assert (wrong["custom_id"], wrong["response"]["status_code"]) == ("c4", 400)
    assert [each["id"] for each in said(server, "batches")["data"]] == [batch["id"]]


def test_a_batch_takes_its_time_and_the_first_can_expire_half_done() -> None:
    with in_thread(lambda: serve(Ways(batch_seconds=0.2, batches_expire=1))) as server:
        file = uploaded(server, lines(BODIES))
        first, second = begun(server, file), begun(server, file)
        assert said(server, f"batches/{first['id']}")["status"] == "in_progress"
        late = said(server, f"batches/{first['id']}")
        while late["status"] == "in_progress":
            late = said(server, f"batches/{first['id']}")
        assert late["status"] == "expired"
        lost = said(server, f"files/{late['error_file_id']}/content")
        assert {each["error"]["code"] for each in lost} == {"batch_expired"}
        assert len(lost) == len(said(server, f"files/{late['output_file_id']}/content")) == 2
        other = said(server, f"batches/{second['id']}")
        while other["status"] == "in_progress":
            other = said(server, f"batches/{second['id']}")
        assert other["status"] == "completed"


def test_a_batch_is_of_one_model(server: Serving) -> None:
    other = BODIES[1].replace(b'"m"', b'"other"')
    failed = begun(server, uploaded(server, lines([BODIES[0], other])))
    assert failed["status"] == "failed"
    assert "one model" in failed["errors"]["data"][0]["message"]


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("files/none/content", None, 404),
        ("batches/none", None, 404),
        ("batches", b'{"endpoint":"/v1/chat/completions","input_file_id":"none"}', 404),
        ("batches", b"[]", 400),
        ("files", b"no form", 400),
    ],
)
def test_what_is_not_there_or_not_right_is_said(
    server: Serving, path: str, body: bytes | None, status: int
) -> None:
    with pytest.raises(HTTPError) as raised:
        said(server, path, body)
    assert raised.value.code == status
    raised.value.close()


def test_the_bytes_of_a_request_are_those_of_its_line() -> None:
    assert [body_of(each) for each in lines(BODIES).splitlines()] == BODIES
    spaced = b'{"body": {"a":  1} , "custom_id": "x"}'
    assert body_of(spaced) == b'{"a": 1}'
