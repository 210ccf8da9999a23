"""Where a URL leads: one spelling for each host, so that a key is compared with what is dialled.

What is not plainly a host and a port is refused rather than understood: whoever reads a URL in
another way than the library that dials it can be made to send a key astray.
"""

from __future__ import annotations

import re
from ipaddress import AddressValueError, IPv4Address, IPv6Address, ip_address, ip_network
from typing import NamedTuple

PORTS = {"https": 443, "http": 80}
Address = IPv4Address | IPv6Address

REFUSED = tuple(
    map(
        ip_network,
        (
            *("169.254.0.0/16", "fe80::/10"),  # link-local, where clouds hand out credentials
            *("fd00:ec2::254/128", "fd20:ce::254/128"),  # the same of AWS and Google, by IPv6
            *("100.100.100.200/32", "192.0.0.192/32", "168.63.129.16/32"),  # Alibaba, Oracle, Azure
            *("0.0.0.0/8", "::/128", "224.0.0.0/4", "ff00::/8"),  # nobody's address
        ),
    )
)
"""Networks that no model is at, but that tell whoever asks about the machine and its rights."""
REFUSED_NAMES = ("metadata.google.internal", "metadata.goog", "instance-data.ec2.internal")
NAMES_OF_METADATA = frozenset({*REFUSED_NAMES, "metadata", "instance-data"})

_URL = re.compile(
    r"(?P<scheme>https?)://(?P<host>\[[0-9a-fA-F:.]+\]|[^\s/?#\[\]@:\\%]+)"
    r"(?::(?P<port>[0-9]{1,5}))?(?P<path>/[\w./~%:@!$&'()*+,;=-]*)?",
    re.IGNORECASE | re.ASCII,
)
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")


class BadUrl(ValueError):
    """A URL that nothing is sent to; says why, and never repeats the URL."""


class Place(NamedTuple):
    """A host and a port, and whether the way there is encrypted."""

    scheme: str
    host: str
    """Lower case, without a dot at its end; a name in ASCII, an address in its shortest form."""
    port: int

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"

    @property
    def url(self) -> str:
        """The place as a URL."""
        return f"{self.scheme}://{self}"

    @property
    def address(self) -> Address | None:
        """The address, where the host is one."""
        return _address(self.host)

    @property
    def loopback(self) -> bool:
        """Whether it is this machine, which no wire leads to."""
        if self.address is not None:
            return self.address.is_loopback
        return self.host == "localhost" or self.host.endswith(".localhost")

    @property
    def near(self) -> bool:
        """Whether it is this machine or its own network, as far as the host itself says."""
        if self.address is not None:
            return self.address.is_private
        return self.loopback or "." not in self.host or self.host.endswith((".local", ".internal"))

    @property
    def refused(self) -> bool:
        """Whether it is a place that hands out the rights of this machine."""
        return self.host in NAMES_OF_METADATA or (
            self.address is not None and refused(self.address)
        )


def refused(address: Address) -> bool:
    """Whether an address is one that nothing is sent to, also where it is wrapped in another."""
    mapped = _unwrapped(address)
    return any(mapped.version == net.version and mapped in net for net in REFUSED)


def place(url: str) -> Place:
    """Where a URL leads.

    Errors: `BadUrl`.
    """
    found = _URL.fullmatch(url)
    if found is None:
        raise BadUrl(_why(url))
    scheme = found["scheme"].lower()
    port = PORTS[scheme] if found["port"] is None else int(found["port"])
    if not 0 < port < 1 << 16:
        raise BadUrl("its port is none: expected 1 to 65535")
    return Place(scheme, _host(found["host"]), port)


def listed(text: str) -> Place:
    """A host as a configuration lists it: `HOST`, `HOST:PORT`, or either after `http://`.

    Without a port it is that of HTTPS, or of HTTP where the list says so.

    Errors: `BadUrl`.
    """
    url = text if re.match(r"https?://", text, re.IGNORECASE) else f"https://{text}"
    found = place(url)
    if url.partition("://")[2].partition("/")[2]:
        raise BadUrl("it has a path: a key is bound to a host and a port")
    return found


def _why(url: str) -> str:
    authority = re.split(r"[/?#\\]", url.partition("://")[2], maxsplit=1)[0]
    if not re.match(r"https?://", url, re.IGNORECASE):
        return "it does not begin with https:// or http://"
    if "@" in authority:
        return "it has a user or a key before its host: keys are never part of a URL"
    if "?" in url or "#" in url:
        return "it has a query or a fragment: a base URL ends with its path"
    return "it is not https://HOST[:PORT][/PATH] in plain characters"


def _host(text: str) -> str:
    if text.startswith("["):
        try:
            return str(_unwrapped(IPv6Address(text[1:-1])))
        except AddressValueError:
            raise BadUrl("its host in brackets is no IPv6 address") from None
    name = _ascii(text).removesuffix(".")
    if (number := _old_address(name)) is not None:
        return str(number)
    if not name or len(name) > 253 or not all(map(_LABEL.fullmatch, name.split("."))):
        raise BadUrl("its host is no host name")
    return name


def _ascii(text: str) -> str:
    """A name in lower-case ASCII, by the rules that browsers and aiohttp write names by."""
    if text.isascii():
        return text.lower()
    import idna

    try:
        return idna.encode(text, uts46=True).decode().lower()
    except idna.IDNAError:
        raise BadUrl("its host is no host name") from None


def _old_address(name: str) -> IPv4Address | None:
    """An IPv4 address in any spelling that `inet_aton` takes: decimal, octal, hex, fewer parts.

    Errors: `BadUrl`, for what looks like one and is not.
    """
    parts = name.split(".")
    if not re.fullmatch(r"0x[0-9a-f]*|[0-9]+", parts[-1]):
        return None
    try:
        *high, low = map(_number, parts)
    except ValueError:
        raise BadUrl("its host is no address") from None
    if len(high) > 3 or any(part > 255 for part in high) or low >= 256 ** (4 - len(high)):
        raise BadUrl("its host is no address")
    return IPv4Address(sum(part << 8 * (3 - at) for at, part in enumerate(high)) + low)


def _number(text: str) -> int:
    if text.startswith("0x"):
        return int(text[2:] or "0", 16)
    return int(text, 8 if text.startswith("0") and text != "0" else 10)


def _address(host: str) -> Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


NAT64 = ip_network("64:ff9b::/96")


def _unwrapped(address: Address) -> Address:
    """The IPv4 address that an IPv6 address stands for, where it stands for one."""
    if isinstance(address, IPv4Address):
        return address
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    compatible = int(address) >> 32 == 0 and int(address) > 0xFFFF
    if address in NAT64 or compatible:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address
