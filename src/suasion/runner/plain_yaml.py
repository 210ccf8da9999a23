"""YAML from anybody: data and nothing else, of bounded size, in which nothing is said twice.

Of YAML 1.1 this leaves out what surprises: `on`, `off`, `yes` and `no` are words, as in YAML 1.2,
`1:30` is text, and dates are text. Tags, and so Python objects, are refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from math import isfinite
from typing import Any, NamedTuple

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from suasion.core.asks import Json

LARGEST = 128 * 1024
"""Bytes of a file that is read."""
DEEPEST = 20
MOST_NODES = 20_000
"""Values in a file, those that are repeated by an alias counted each time."""
TOO_LARGE = "too large: more than {:,} values or {} levels"

Path = tuple[str | int, ...]
"""Where in a document something stands: keys and places."""


class BadYaml(ValueError):
    """Text that is not read, and the line it fails at, counted from 1."""

    def __init__(self, said: str, line: int | None = None) -> None:
        super().__init__(said)
        self.said, self.line = said, line


class Read(NamedTuple):
    """A document, and the line that each value begins at."""

    value: Json
    lines: Mapping[Path, int]


class _Loader(yaml.SafeLoader):
    """Safe, and without the readings of YAML 1.1 that surprise."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 - PyYAML's own way


_FORMS = {
    "int": re.compile(r"[-+]?[0-9]{1,300}\Z"),
    "float": re.compile(r"[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+|[0-9]+(?=[eE]))(?:[eE][-+]?[0-9]+)?\Z"),
    "bool": re.compile(r"(?:true|True|TRUE|false|False|FALSE)\Z"),
    "null": re.compile(r"(?:~|null|Null|NULL|)\Z"),
}
for _tag, _form in _FORMS.items():
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", _form, None)
_Loader.add_implicit_resolver("tag:yaml.org,2002:merge", re.compile("<<$"), ["<"])


def read(text: str | bytes, largest: int = LARGEST, nodes: int = MOST_NODES) -> Read:
    """Read one document of at most so many bytes and values.

    Errors: `BadYaml` for what is no YAML, too large, too deep, or says one thing twice.
    """
    if len(text) > largest:
        raise BadYaml(f"{len(text):,} bytes long: expected at most {largest:,}")
    try:
        _bounded(text, nodes)
        node = yaml.compose(text, _Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        said = error.problem or error.context or "not YAML"
        raise BadYaml(said, mark.line + 1 if mark else None) from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise BadYaml(f"not YAML: {' '.join(str(error).split())[:200]}") from None
    lines = _Lines(nodes)
    return Read(_value(node, (), lines), lines) if node else Read(None, {})


def value(text: str) -> Json:
    """One value, such as that of a setting on a command line."""
    return read(text).value


class _Lines(dict[Path, int]):
    """The lines of values, up to a number of them."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self.most = most


def _bounded(text: str | bytes, most: int) -> None:
    """Refuse what is too large or too deep, before anything is built that is as deep."""
    depth = nodes = 0
    for event in yaml.parse(text, _Loader):
        nodes += isinstance(event, yaml.NodeEvent)
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST or nodes > most:
            raise BadYaml(TOO_LARGE.format(most, DEEPEST), _line(event))


def _value(node: Node, path: Path, lines: _Lines) -> Json:
    """The value of a node; every node that is read leaves its line."""
    line = _line(node)
    if len(path) > DEEPEST or len(lines) >= lines.most:
        raise BadYaml(TOO_LARGE.format(lines.most, DEEPEST), line)
    lines[path] = line
    tag = node.tag.removeprefix("tag:yaml.org,2002:")
    if tag not in ("map", "seq", *READERS):
        raise BadYaml(f"tag {node.tag[:80]!r} is not read: only plain values are", line)
    match node:
        case MappingNode(value=pairs):
            return _mapping(pairs, path, lines)
        case SequenceNode(value=items):
            return [_value(item, (*path, at), lines) for at, item in enumerate(items)]
        case ScalarNode():
            return _scalar(str(node.value), tag, line)
    raise BadYaml("not a value", line)


def _line(read: Node | yaml.Event) -> int:
    return read.start_mark.line + 1 if read.start_mark else 1


def _mapping(pairs: list[tuple[Node, Node]], path: Path, lines: _Lines) -> Json:
    mapping: dict[str, Json] = {}
    for key, node in pairs:
        line = _line(key)
        if not isinstance(key, ScalarNode):
            raise BadYaml("a key must be a word", line)
        name = str(key.value)
        if key.tag.endswith(":merge"):
            raise BadYaml("merging with << is not read: write the keys out", line)
        if name in mapping:
            raise BadYaml(f"key {name[:80]!r} stands twice", line)
        mapping[name] = _value(node, (*path, name), lines)
    return mapping


def _scalar(text: str, tag: str, line: int) -> Json:
    if tag != "str" and (tag not in _FORMS or not _FORMS[tag].fullmatch(text)):
        raise BadYaml(f"{text[:80]!r} is no {tag}", line)
    found = READERS[tag](text)
    if isinstance(found, float) and not isfinite(found):
        raise BadYaml(f"{text[:80]} is beyond the range of numbers", line)
    return found


READERS: Mapping[str, Callable[[str], Json]] = {
    "str": str,
    "null": lambda text: None,  # noqa: ARG005 - whatever it is written as
    "bool": lambda text: text.lower() == "true",
    "int": int,
    "float": float,
}
"""What the text of a plain value becomes, by the last part of its tag."""
