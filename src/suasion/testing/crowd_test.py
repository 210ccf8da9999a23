"""Who waits is counted, and is answered when the test says so."""

import json
from concurrent.futures import Future, ThreadPoolExecutor
from urllib.request import Request, urlopen

import pytest

from suasion.testing.crowd import Crowd, Unmet, crowd, until
from suasion.testing.model_server import Ways


def ask(held: Crowd, words: str) -> dict[str, dict[str, int]]:
    body = json.dumps({"messages": [{"role": "user", "content": words}]}).encode()
    with urlopen(Request(f"{held.url}/v1/chat/completions", body), timeout=30) as answer:
        said: dict[str, dict[str, int]] = json.load(answer)
        return said


def test_nobody_is_answered_before_it_is_said() -> None:
    with crowd(Ways(times=3)) as held, ThreadPoolExecutor(3) as pool:
        asked = [pool.submit(ask, held, str(n)) for n in range(3)]
        until(lambda: held.waiting == 3)
        assert held.answered == 0
        held.release()
        assert sum(total(each) for each in asked) == held.tokens
        assert held.most == held.answered == 3
        ask(held, "later")
        assert held.most == 3


def test_enough_of_them_are_answered_at_once() -> None:
    with crowd(gather=2) as held, ThreadPoolExecutor(2) as pool:
        assert len(list(pool.map(lambda n: ask(held, str(n)), range(2)))) == 2


def test_what_does_not_come_about_is_not_waited_for_long() -> None:
    with pytest.raises(Unmet):
        until(lambda: False, seconds=0.1)


def total(answer: "Future[dict[str, dict[str, int]]]") -> int:
    return answer.result(30)["usage"]["total_tokens"]
