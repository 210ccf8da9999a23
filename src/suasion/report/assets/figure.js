// @ts-check
// More than forty marks are one tab stop; the arrow keys go from mark to mark, in a table by rows
// and columns.
"use strict";
document.documentElement.classList.add("js");
for (const figure of document.querySelectorAll("figure svg, figure table.grid")) {
  const marks = /** @type {SVGAElement[]} */ ([...figure.querySelectorAll("a.mark")]);
  if (marks.length <= 40) continue;
  marks.forEach((mark, at) => mark.setAttribute("tabindex", at ? "-1" : "0"));
  const beyond = (/** @type {number} */ now, /** @type {number} */ step) => {
    const cell = marks[now].closest("td");
    if (!cell) return now + step;
    let row = /** @type {Element|null} */ (cell.parentElement);
    while ((row = step > 0 ? row && row.nextElementSibling : row && row.previousElementSibling)) {
      const mark = /** @type {HTMLTableRowElement} */ (row).cells[cell.cellIndex].querySelector("a.mark");
      if (mark) return marks.indexOf(/** @type {any} */ (mark));
    }
    return now;
  };
  figure.addEventListener("keydown", (event) => {
    const key = /** @type {KeyboardEvent} */ (event).key;
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[key];
    const now = marks.indexOf(/** @type {SVGAElement} */ (document.activeElement));
    if (now < 0 || (!step && key !== "Home" && key !== "End")) return;
    const way = key === "ArrowDown" || key === "ArrowUp" ? beyond(now, step || 0) : now + (step || 0);
    const next = key === "Home" ? 0 : key === "End" ? marks.length - 1 : way;
    if (!marks[next]) return;
    marks[now].setAttribute("tabindex", "-1");
    marks[next].setAttribute("tabindex", "0");
    marks[next].focus();
    event.preventDefault();
  });
}
