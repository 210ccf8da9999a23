"""Words that go into a prompt, so that no tokenizer and no template reads them as its own.

What a seat says reaches other seats as words in their prompts. Where a word there is a control
token of the reader's template, the model reads the end of a message and the start of another, by
whoever wrote it; servers do not prevent that. Tokens are known here by their shape, since every
family has its own and new ones come. What a tokenizer may do to a text before it looks for them
is done here first, on a copy: compatibility forms become plain ones, accents and whatever is
invisible are dropped. So full-width, padded and accented tokens are found where plain ones are.

What is found keeps its words; its brackets become round ones, `<|im_start|>` is `(|im_start|)`.
These are plain ASCII, which no normaliser changes and every vocabulary has, no token has them, and
they hide nothing from whoever reads. A role at the start of a line is put in round brackets too.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence

ROUND = {"<": "(", "[": "(", ">": ")", "]": ")"}

_ROLES = """
human assistant system user ai bot model developer tool function judge gpt chatgpt context
observation ipython"""
_HEADINGS = "instruction instructions response input output question"
_MARKUP = """
b i u em strong small big sub sup p br hr div span ul ol li dl dt dd h1 h2 h3 h4 h5 h6 table thead
tbody tfoot tr td th caption blockquote q cite kbd samp var del ins abbr section nav html head title
link style script main header footer form label button option select"""
_TYPES = """
int long short float double bool boolean char byte void any string str usize isize i8 i16 i32 i64
u8 u16 u32 u64 f32 f64 object number integer"""

ROLES = frozenset(_ROLES.split()) | {
    "gpt4 correct user",
    "gpt4 correct assistant",
    "system prompt",
    "system message",
}
HEADINGS = ROLES | frozenset(_HEADINGS.split())
"""Roles after `##` too: without it, the rest of these is how people write."""
ORDINARY = frozenset(_MARKUP.split()) | frozenset(_TYPES.split())
"""What may stand between angle brackets: marks of hypertext, and types in code. No family reads
one of them as the end of a message."""
BRACKETS = "<[]\u226e\ufe64\uff1c\ufe47\ufe48\uff3b\uff3d"
"""One of these is in every token; the last seven are what normalisers make the first three of."""
COLONS = ":\ufe13\ufe55\uff1a"
LEAD = " \t#*_`"
"""What may stand before a role at the start of a line and leave it one."""

_TAG = re.compile(r"(?<!<)<++/?([\w|@:~$\[\u2581][^\s<>(){},;\"'`]{0,80})>+")
_SHAPES = (
    ("<", re.compile(r"(?<!<)<++\|[^<>]{1,100}\|>+")),
    ("<", re.compile(r">>[A-Z][A-Z_0-9]{1,40}<<")),
    (
        "[",
        re.compile(
            r"\[(?:[|@][^][<>]{1,80}[|@]"
            r"|/?[A-Z][A-Z_0-9]{2,60}"
            r"|/?(?i:inst|sys|gmask|smask|mask|cls|sep|pad|unk|bos|eos|eot|sop|eop|img|image|think"
            r"|args|tools?|tool_calls|multimodal|user|system|assistant|human|judge|end)"
            r"|/?[^\W_]*_\w{0,60})\]"
        ),
    ),
    ("~", re.compile(r"[][][a-z!]{0,4}~[a-z!]{0,4}[][]")),
)
"""Shapes of tokens beside a word between angle brackets, and a character that each has: bars (most
families); Falcon's; bars and at-signs between square brackets (EXAONE, Sarvam), words in capitals,
known, or with a low line (Mistral, GLM, BERT, InternLM); tildes (MiniMax)."""
_LONE, _LOST = re.compile("[\ud800-\udfff]"), "\N{REPLACEMENT CHARACTER}"
_ADDRESS = re.compile(r"\w+://\S+|[^\s@|]+@[^\s@|]+\.\w+")
_OF_ROLES, _INITIALS = ("".join({name[0] for name in names}) for names in (ROLES, HEADINGS))
_MAY_BE_ROLE = re.compile(
    f"[{LEAD}]*+(?:[{_OF_ROLES}][a-z4 ]{{0,30}}+(?:[{LEAD}]*[{COLONS}]|[^ -~])|[^ -~])|[ \t]*##",
    re.IGNORECASE,
)
_BEFORE_COLON = re.compile(f"[^{COLONS}]*")


def neutral(text: str) -> str:
    """A text in which no control token and no role marker of a chat template is left.

    Ordinary text is returned as it is, and what was made neutral stays so. Lone surrogates and
    the null character, which cannot be sent or end a text early, become U+FFFD.
    """
    text = _sendable(text)
    while edits := _edits(text):
        text = _edited(text, edits)
    return text


def _edited(text: str, edits: Mapping[int, str]) -> str:
    """The text with single characters replaced."""
    pieces, start = [], 0
    for at in sorted(edits):
        pieces += [text[start:at], edits[at]]
        start = at + 1
    return "".join((*pieces, text[start:]))


def _sendable(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        text = _LONE.sub(_LOST, text)
    return text.replace("\0", _LOST)


def _edits(text: str) -> dict[int, str]:
    """What stands in place of single characters from now on; nothing where all is neutral."""
    edits = dict(_roles(text)) | dict(_accents(text))
    if any(map(text.__contains__, BRACKETS)):
        edits |= _brackets(text)
    return edits


def _accents(text: str) -> Iterator[tuple[int, str]]:
    """A base for an accent that has none: it would join the `>` that a template ends with."""
    for at, char in enumerate(text):
        if unicodedata.combining(char):
            yield at, f"\N{DOTTED CIRCLE}{char}"
            return
        if _FOLD[ord(char)].strip():
            return


def _brackets(text: str) -> Iterator[tuple[int, str]]:
    """The brackets of every token, by where they stand in the text itself."""
    bare = _bare(text)
    found = [
        token.span() for mark, shape in _SHAPES if mark in bare for token in shape.finditer(bare)
    ]
    if "<" in bare:
        found += [token.span() for token in _TAG.finditer(bare) if not _ordinary(token[1])]
    at = _places(text) if found else ()
    for start, end in found:
        for place in range(start, end):
            if bare[place] in ROUND:
                yield at[place], ROUND[bare[place]]


def _ordinary(inside: str) -> bool:
    """Whether it is no token that stands between angle brackets."""
    name = inside.rstrip("/").lower()
    if len(name) == 1:  # `a<b>c`; but `<s>` begins a sequence
        return name != "s"
    if name in ORDINARY or _ADDRESS.fullmatch(name):
        return True
    return not any(map(str.isalpha, name))


def _roles(text: str) -> Iterator[tuple[int, str]]:
    """Brackets around every role at the start of a line."""
    lines, start = text.splitlines(keepends=True), 0
    if not any(map(_MAY_BE_ROLE.match, lines)):
        return
    for line in lines:
        if _MAY_BE_ROLE.match(line) and _begins_a_role(line) and (name := _role(line)):
            first = start + len(name) - len(name.lstrip())
            last = start + len(name.rstrip()) - 1
            yield from _wrapped(text, first, last)
        start += len(line)


def _role(line: str) -> str | None:
    """The start of a line as far as its colon, or all of a heading, where that is a role."""
    before = _BEFORE_COLON.match(line)
    name = before[0] if before else ""
    if len(name) == len(line) and "##" not in name:
        return None
    known = HEADINGS if "##" in name else ROLES
    return name if _bare(name).strip(LEAD + "\n").lower() in known else None


def _begins_a_role(line: str) -> bool:
    """Whether its first letter is one of a role, so that most lines are not read further."""
    for char in line:
        first = _FOLD[ord(char)].strip(LEAD + "\n").lower()[:1]
        if first:
            return first in _INITIALS
    return False


def _wrapped(text: str, first: int, last: int) -> Iterator[tuple[int, str]]:
    if first == last:
        yield first, f"({text[first]})"
    else:
        yield first, f"({text[first]}"
        yield last, f"{text[last]})"


def _bare(text: str) -> str:
    """The text as the most thorough tokenizer would see it."""
    return text if text.isascii() and text.isprintable() else text.translate(_FOLD)


def _places(text: str) -> Sequence[int]:
    """For each character of the bare text, where it stands in the text."""
    if text.isascii() and text.isprintable():
        return range(len(text))
    return [at for at, char in enumerate(text) for _ in _FOLD[ord(char)]]


class _Fold(dict[int, str]):
    """What becomes of a character; those of the first plane are kept once they are known."""

    def __missing__(self, code: int) -> str:
        folded = _folded(chr(code))
        if code < 0x10000:
            self[code] = folded
        return folded


def _folded(char: str) -> str:
    if char in "\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029":
        return "\n"
    if char.isspace():
        return " "
    plain = unicodedata.normalize("NFKD", char)
    return "".join(each for each in plain if not _dropped(each))


def _dropped(char: str) -> bool:
    """Accents, joiners, fillers, controls, what is unassigned: some normaliser drops each."""
    if char in _FILLERS:
        return True
    return unicodedata.category(char) in {"Mn", "Me", "Cf", "Cc", "Cn", "Co", "Cs"}


_FILLERS = f"\u115f\u1160\u3164\uffa0\u2800{_LOST}"
_FOLD = _Fold()
