// @ts-check
// More than forty marks are one tab stop; the arrow keys go from mark to mark.
"use strict";
document.documentElement.classList.add("js");
for (const figure of document.querySelectorAll("figure svg")) {
  const marks = /** @type {SVGAElement[]} */ ([...figure.querySelectorAll("a.mark")]);
  if (marks.length <= 40) continue;
  marks.forEach((mark, at) => mark.setAttribute("tabindex", at ? "-1" : "0"));
  figure.addEventListener("keydown", (event) => {
    const key = /** @type {KeyboardEvent} */ (event).key;
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[key];
    const now = marks.indexOf(/** @type {SVGAElement} */ (document.activeElement));
    if (now < 0 || (!step && key !== "Home" && key !== "End")) return;
    const next = key === "Home" ? 0 : key === "End" ? marks.length - 1 : now + (step || 0);
    if (!marks[next]) return;
    marks[now].setAttribute("tabindex", "-1");
    marks[next].setAttribute("tabindex", "0");
    marks[next].focus();
    event.preventDefault();
  });
}
