import gzip
import tracemalloc
import zlib
from random import Random

import pytest

from suasion.models.decoding import LARGEST, Body
from suasion.models.faults import Fault

WORDS = Random(1).randbytes(3000) + b"and so on " * 500
RAW = zlib.compressobj(wbits=-15)
PACKED = {
    "": WORDS,
    "identity": WORDS,
    "gzip": gzip.compress(WORDS),
    "X-GZIP": gzip.compress(WORDS[:77]) + gzip.compress(WORDS[77:]),
    "deflate": zlib.compress(WORDS),
    " Deflate ": RAW.compress(WORDS) + RAW.flush(),
}


def fed(encoding: str, packed: bytes, step: int, cap: int = LARGEST) -> Body:
    body = Body(encoding, cap)
    for at in range(0, len(packed), step):
        body.feed(packed[at : at + step])
    body.ended()
    return body


@pytest.mark.parametrize("encoding", PACKED)
@pytest.mark.parametrize("step", [1, 100, 10**6])
def test_a_body_is_the_same_however_it_is_packed_and_cut(encoding: str, step: int) -> None:
    assert fed(encoding, PACKED[encoding], step).bytes == WORDS


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_packed_data_that_ends_early_is_a_body_cut_off(encoding: str) -> None:
    with pytest.raises(Fault, match="cut_body"):
        fed(encoding, PACKED[encoding][:-20], 100)


def test_an_empty_body_is_empty_in_any_encoding() -> None:
    assert fed("gzip", b"", 1).bytes == b""


@pytest.mark.parametrize("encoding", ["br", "zstd", "gzip, gzip", "compress", "\N{SNOWMAN}" * 99])
def test_an_encoding_that_was_not_asked_for_is_named(encoding: str) -> None:
    with pytest.raises(Fault, match=r"not_json: .*not asked for"):
        Body(encoding)


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_bytes_that_are_not_packed_are_named(encoding: str) -> None:
    with pytest.raises(Fault, match="not_json"):
        fed(encoding, b"<html>", 2)


@pytest.mark.parametrize("encoding", ["", "gzip"])
def test_the_cap_is_the_last_size_that_is_taken(encoding: str) -> None:
    assert len(fed(encoding, PACKED[encoding], 64, len(WORDS)).bytes) == len(WORDS)
    with pytest.raises(Fault, match="reply_too_large"):
        fed(encoding, PACKED[encoding], 64, len(WORDS) - 1)


def bomb(wbits: int) -> bytes:
    """128 MiB in a few hundred kB."""
    packer = zlib.compressobj(1, wbits=wbits)
    piece = b"a" * 2**22
    return b"".join(packer.compress(piece) for _ in range(32)) + packer.flush()


@pytest.mark.parametrize(("encoding", "wbits"), [("gzip", 31), ("deflate", 15), ("deflate", -15)])
def test_a_bomb_is_never_unpacked(encoding: str, wbits: int) -> None:
    packed = bomb(wbits)
    tracemalloc.start()
    try:
        with pytest.raises(Fault, match="reply_too_large"):
            fed(encoding, packed, 2**16)
        with pytest.raises(Fault, match="reply_too_large"):
            fed(encoding, packed, 2**30)
        assert tracemalloc.get_traced_memory()[1] < 4 * LARGEST
    finally:
        tracemalloc.stop()


def test_nothing_that_unpacks_to_nothing_goes_on_for_ever() -> None:
    empty = gzip.compress(b"")
    with pytest.raises(Fault, match="reply_too_large"):
        fed("gzip", empty * 100, 1000, cap=1000)
