// @ts-check
// Sort a table by a column, and filter its rows by words.
"use strict";
document.documentElement.classList.add("js");
const value = (/** @type {HTMLTableRowElement} */ row, /** @type {number} */ column) => {
  const text = (row.cells[column].textContent || "").trim();
  const number = Number(text.replace("\u2212", "-").replace("%", "").replace(/,/g, ""));
  return text && !Number.isNaN(number) ? number : text;
};
const compare = (/** @type {string|number} */ a, /** @type {string|number} */ b) => {
  if (typeof a === "number" && typeof b === "number") return a - b;
  if (typeof a !== typeof b) return typeof a === "number" ? -1 : 1;
  return String(a).localeCompare(String(b), "en", { numeric: true });
};
for (const table of /** @type {NodeListOf<HTMLTableElement>} */ (document.querySelectorAll("table.sortable"))) {
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = head.textContent;
    head.replaceChildren(button);
    button.addEventListener("click", () => {
      const up = head.getAttribute("aria-sort") !== "ascending";
      heads.forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", up ? "ascending" : "descending");
      const body = table.tBodies[0];
      const rows = [...body.rows].map((row) => ({ row, key: value(row, column) }));
      rows.sort((a, b) => (up ? 1 : -1) * compare(a.key, b.key));
      body.append(...rows.map((each) => each.row));
    });
  });
}
for (const tools of document.querySelectorAll("[data-filter]")) {
  const input = tools.querySelector("input"), count = tools.querySelector("output");
  const table = /** @type {HTMLTableElement|null} */ (document.querySelector("table.sortable"));
  if (!input || !count || !table) continue;
  const rows = [...table.tBodies[0].rows];
  const texts = rows.map((row) => (row.textContent || "").toLowerCase());
  const show = () => {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    rows.forEach((row, at) => {
      const match = words.every((word) => texts[at].includes(word));
      row.hidden = !match;
      shown += match ? 1 : 0;
    });
    count.textContent = shown + " of " + rows.length + " rows";
  };
  input.addEventListener("input", show);
  addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.target === input) return;
    input.focus();
    event.preventDefault();
  });
  show();
}
