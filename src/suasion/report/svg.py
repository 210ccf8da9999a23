"""A rendered chart made fit for a page: links, names, classes and ids that are our own."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

from suasion.report.figure import BASE, Drawing
from suasion.report.palette import CLASSES, PAPER

SVG = "http://www.w3.org/2000/svg"
XLINK = "http://www.w3.org/1999/xlink"
HIT = 12
"""Radius of the area around a mark that can be hit, in pixels: 24 across."""
KEPT = {"none", "transparent"}

ET.register_namespace("", SVG)


class UnknownColour(ValueError):
    """A colour of the renderer that no theme has a class for."""


def render(drawing: Drawing) -> ET.Element:
    """The chart as the renderer draws it, in the room it was made for."""
    import vl_convert

    root = ET.fromstring(vl_convert.vegalite_to_svg(drawing.spec))  # noqa: S314
    plot = next(node for node in root if "translate" in node.get("transform", ""))
    place = re.match(r"translate\(([-\d.]+),", plot.get("transform", ""))
    left = float(place[1] if place else 0) - drawing.left
    root.set("viewBox", f"{left:g} 0 {drawing.width} {root.get('height')}")
    root.set("width", str(drawing.width))
    return root


def inline(drawing: Drawing, name: str, title: str, description: str) -> str:
    """The picture for a page: `name` makes its ids its own, the rest is read out."""
    root = render(drawing)
    _strip(root)
    _own_ids(root, name)
    _links(root, followed=True)
    for node in root.iter():
        _classes(node)
    _sized_by_page(root)
    _described(root, name, title, description)
    return _text(root)


def standalone(drawing: Drawing, title: str, source: str) -> str:
    """The picture alone: literal colours, no links, its title and source written in it."""
    root = render(drawing)
    _strip(root)
    _links(root, followed=False)
    for node in root.iter():
        node.attrib.pop("class", None)
        for unread in ("aria-label", "aria-roledescription", "role", "aria-hidden"):
            node.attrib.pop(unread, None)
    root.set("font-family", "sans-serif")
    return _text(_captioned(root, title, source))


def _text(root: ET.Element) -> str:
    return ET.tostring(root, encoding="unicode")


def _strip(root: ET.Element) -> None:
    """What does nothing, or what the page decides: empty paths, fonts, what cannot be seen."""
    for parent in list(root.iter()):
        for child in list(parent):
            hidden = child.get("display") == "none"
            empty = child.tag == f"{{{SVG}}}path" and child.get("class") == "background"
            if hidden or empty:
                parent.remove(child)
    for node in root.iter():
        for spare in ("font-family", "pointer-events"):
            node.attrib.pop(spare, None)
        if node.get("opacity") == "1":
            del node.attrib["opacity"]


def _own_ids(root: ET.Element, name: str) -> None:
    """Ids in order with the figure's name in front; the renderer's count up within a process."""
    ids: dict[str, str] = {}
    for node in root.iter():
        if "id" in node.attrib:
            ids[node.attrib["id"]] = node.attrib["id"] = f"{name}-{len(ids)}"
    for node in root.iter():
        for key, value in node.attrib.items():
            node.attrib[key] = re.sub(
                r"url\(#([^)]+)\)", lambda found: f"url(#{ids[found[1]]})", value
            )


def _links(root: ET.Element, *, followed: bool) -> None:
    """Links made relative again, with the words of their mark and room to be hit."""
    for parent in list(root.iter()):
        for at, child in enumerate(list(parent)):
            if child.tag != f"{{{SVG}}}a":
                continue
            if followed:
                _link(child)
            else:
                parent.remove(child)
                parent.insert(at, child[0])


def _link(anchor: ET.Element) -> None:
    target = anchor.attrib.pop(f"{{{XLINK}}}href", None) or anchor.attrib.pop("href", "")
    if not target.startswith(BASE):
        raise ValueError(f"a link of a figure leads elsewhere: {target}")
    anchor.set("href", target.removeprefix(BASE))
    mark = anchor[0]
    words = mark.attrib.pop("aria-label", "")
    for spare in ("role", "aria-roledescription"):
        mark.attrib.pop(spare, None)
    anchor.set("aria-label", words)
    anchor.set("class", "mark")
    place = mark.get("transform")
    hit = ET.Element(f"{{{SVG}}}circle", {"r": str(HIT), "class": "hit"})
    if place:
        hit.set("transform", place)
    title = ET.Element(f"{{{SVG}}}title")
    title.text = words
    anchor.insert(0, title)
    anchor.append(hit)


def _classes(node: ET.Element) -> None:
    """Literal colours as classes, so that a theme can change them."""
    made = [node.get("class")] if node.get("class") in ("mark", "hit") else []
    node.attrib.pop("class", None)
    for attribute, prefix in (("fill", "f"), ("stroke", "s")):
        colour = node.get(attribute)
        if colour is None or colour in KEPT:
            continue
        if colour.lower() not in CLASSES:
            raise UnknownColour(f"{attribute} {colour} has no class")
        del node.attrib[attribute]
        made.append(f"{prefix}-{CLASSES[colour.lower()]}")
    if made:
        node.set("class", " ".join(filter(None, made)))


def _sized_by_page(root: ET.Element) -> None:
    for spare in ("width", "height", "version"):
        root.attrib.pop(spare, None)


def _described(root: ET.Element, name: str, title: str, description: str) -> None:
    root.set("role", "group")
    root.set("aria-labelledby", f"{name}-title {name}-desc")
    words = ET.Element(f"{{{SVG}}}title", {"id": f"{name}-title"})
    words.text = title
    more = ET.Element(f"{{{SVG}}}desc", {"id": f"{name}-desc"})
    more.text = description
    root.insert(0, more)
    root.insert(0, words)


def _captioned(root: ET.Element, title: str, source: str) -> ET.Element:
    """The picture on paper, the title above it and the source below."""
    left, _, width, height = (float(part) for part in root.get("viewBox", "0 0 0 0").split())
    lines = _wrapped(title, int(width / 8.2))
    above, below = 18 + 22 * len(lines), 34
    box = f"0 0 {width:g} {height + above + below:g}"
    page = ET.Element(
        f"{{{SVG}}}svg",
        {"width": f"{width:g}", "height": f"{height + above + below:g}", "viewBox": box},
    )
    page.set("font-family", "sans-serif")
    ET.SubElement(page, f"{{{SVG}}}rect", {"width": "100%", "height": "100%", "fill": PAPER})
    for at, line in enumerate(lines):
        where = {"x": "4", "y": f"{22 + 22 * at}", "font-size": "16", "font-weight": "bold"}
        ET.SubElement(page, f"{{{SVG}}}text", where).text = line
    foot = {"x": "4", "y": f"{height + above + 22:g}", "font-size": "11", "fill": "#5f594f"}
    ET.SubElement(page, f"{{{SVG}}}text", foot).text = source
    inner = ET.SubElement(page, f"{{{SVG}}}g", {"transform": f"translate({-left:g},{above})"})
    inner.extend(list(root))
    return page


def _wrapped(text: str, most: int) -> list[str]:
    from textwrap import wrap

    return wrap(text, most) or [""]
