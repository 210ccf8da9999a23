"""Calls of tools that a model wrote into its text, in the markup that its family was taught.

Servers turn them into `tool_calls` where they know the family; where not, they stand in the reply.
Most hold their arguments as JSON, which is found as any other JSON is. Here is what is left: where
a call begins and ends, and arguments in tags or in the manner of Python.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from suasion.core.asks import Forfeit, Json
from suasion.models.loose_json import loose

MOST_CALLS = 20
_BARS = r"[|\uff5c\u2016]{1,2}"
_SEP = r"[_\u2581]"
_OPENS = re.compile(
    r"<tool_call>|<function_call>|<function_calls>|<tool_use>|<\|tool_call\|>|<\|python_tag\|>"
    r"|<\|tool_call_begin\|>|<\|START_ACTION\|>|\[TOOL_CALLS\]|<\|tool_call>|<start_function_call>"
    rf"|<{_BARS}tool{_SEP}call{_SEP}begin{_BARS}>|<{_BARS}DSML{_BARS}invoke\b"
    r"|<(?:minimax:tool_call|xai:function_call|antml:invoke|invoke|function)\b"
    r"|<function=|functools\[|```tool_code|```tool_call|```tool_use"
)
_SHUTS = re.compile(
    r"</(?:tool_call|function_call|function_calls|tool_use|function|invoke|antml:invoke|"
    r"minimax:tool_call|xai:function_call)>|<\|/tool_call\|>|<tool_call\|>|<end_function_call>"
    r"|<\|(?:eom_id|eot_id|tool_call_end|END_ACTION)\|>|<\|tool_calls_section_end\|>"
    rf"|<{_BARS}tool{_SEP}call{_SEP}end{_BARS}>|</{_BARS}DSML{_BARS}invoke>|\n```"
)
_PARAMETER = re.compile(
    rf"<(?:{_BARS}DSML{_BARS}|antml:)?parameter(?:=|\s+name=)[\"']?(?P<name>[\w.-]{{1,64}})[\"']?"
    rf"(?:\s+string=\"(?:true|false)\")?\s*>(?P<value>[^<]*+(?:<(?!/{{0,1}}(?:{_BARS}DSML{_BARS}|"
    rf"antml:)?parameter)[^<]*+)*+)</(?:{_BARS}DSML{_BARS}|antml:)?parameter>"
)
_ARGUMENT = re.compile(
    r"<arg_key>\s*(?P<name>[\w.-]{1,64})\s*</arg_key>\s*<arg_value>(?P<value>[^<]*+(?:<(?!/arg_value>)[^<]*+)*+)"
    r"</arg_value>"
)
_PYTHON = re.compile(r"\s*\[?\s*(?:print\()?\s*(?:default_api\.)?[A-Za-z_][\w.]{0,63}\(")
_EQUALS = re.compile(
    r"\"(?:[^\"\\]|\\.)*+\"|'(?:[^'\\]|\\.)*+'|([A-Za-z_]\w{0,63})\s*=(?!=)", re.DOTALL
)


def calls(text: str) -> list[str]:
    """The stretches of a text that are calls, without their marks; the first few."""
    found: list[str] = []
    at = 0
    while len(found) < MOST_CALLS and (opens := _OPENS.search(text, at)) is not None:
        inner = opens.end()
        shuts = _SHUTS.search(text, inner)
        end = shuts.start() if shuts else len(text)
        body = text[opens.start() if opens[0].endswith(("invoke", "function=")) else inner : end]
        if opens[0] == "functools[":
            body = "[" + body
        found.append(body)
        at = max(end, inner)
    return found


def arguments(call: str) -> Iterator[Json]:
    """The arguments of a call that are not JSON already: tags, or Python's keywords."""
    for pattern in (_PARAMETER, _ARGUMENT):
        tagged = {each["name"]: _value(each["value"]) for each in pattern.finditer(call)}
        if tagged:
            yield tagged
    python = _PYTHON.match(call)
    if python is not None:
        yield from _keywords(call[python.end() :])


def _value(text: str) -> Json:
    """What stands in a tag: JSON where it is, else the words."""
    read = loose(text.strip())
    return text.strip("\n") if isinstance(read.answer, Forfeit) else read.answer


def _keywords(inside: str) -> Iterator[Json]:
    """`name=value, …` up to the last parenthesis, read as an object."""
    body = inside.rstrip().rstrip("]").rstrip()
    for _ in range(2):  # the second is that of `print(`
        if not body.endswith(")"):
            return
        body = body[:-1].rstrip()
        read = loose("{" + _EQUALS.sub(_colon, body) + "}")
        if not isinstance(read.answer, Forfeit):
            yield read.answer
            return


def _colon(found: re.Match[str]) -> str:
    """`name=` as `name:`; strings stay as they are."""
    return f"{found[1]}:" if found[1] else found[0]
