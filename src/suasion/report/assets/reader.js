// @ts-check
// The reader's tools: filter, search, one seat's view, replay. Without them the page is complete.
"use strict";
const root = document.documentElement;
root.classList.add("js");
const all = (/** @type {string} */ query, /** @type {ParentNode} */ within = document) =>
  /** @type {any[]} */ ([...within.querySelectorAll(query)]);
const get = (/** @type {string} */ id) => /** @type {any} */ (document.getElementById(id));
const stream = get("stream"), search = get("search"), pov = get("pov"), place = get("place");
const events = /** @type {HTMLElement[]} */ (all(".event"));
const kinds = /** @type {HTMLInputElement[]} */ (all("input[name=kind]"));
const cells = /** @type {HTMLElement[]} */ (all(".held [data-seat]"));
const meters = /** @type {HTMLMeterElement[]} */ (all(".held meter"));
const final = cells.map((cell) => cell.textContent);
const ledger = events.some((event) => event.dataset.held !== undefined);
const asked = new URLSearchParams(location.search);
/** @type {string[]} */ let texts = [];
let filtered = false;
let now = -1, timer = 0, channel = asked.get("channel") || "";

const has = (/** @type {string|undefined} */ list, /** @type {string} */ one) =>
  list === "*" || (list || "").split(" ").includes(one);
const shown = (/** @type {HTMLElement|undefined} */ event) =>
  event !== undefined && !event.classList.contains("away");

function inChannel(/** @type {HTMLElement} */ event) {
  if (!channel) return true;
  const [by, to] = channel.split("-"), data = event.dataset;
  if (data.by !== by) return false;
  if (to === "public") return event.classList.contains("public");
  if (to === "own") return ["inner", "lost", "aside"].some((kind) => event.classList.contains(kind));
  return has(data.for, to);
}

function mark(/** @type {string} */ query) {
  if (!("highlights" in CSS)) return;
  CSS.highlights.delete("hit");
  if (!query) return;
  const hits = new Highlight();
  for (const event of events.filter(shown)) {
    const walker = document.createTreeWalker(event, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const text = (node.textContent || "").toLowerCase();
      for (let at = text.indexOf(query); at >= 0; at = text.indexOf(query, at + 1)) {
        const range = new Range();
        range.setStart(node, at);
        range.setEnd(node, Math.min(at + query.length, text.length));
        hits.add(range);
      }
    }
  }
  CSS.highlights.set("hit", hits);
}

function filter() {
  const query = search.value.toLowerCase(), seat = pov.value;
  const off = kinds.filter((box) => !box.checked).map((box) => box.value);
  const wanted = Boolean(query || seat || off.length || channel);
  get("count").textContent = events.length + " of " + events.length + " events";
  if (!wanted && !filtered) return;
  filtered = wanted;
  if (query && !texts.length) texts = events.map((e) => (e.textContent || "").toLowerCase());
  all(".gap").forEach((gap) => gap.remove());
  root.classList.toggle("pov", seat !== "");
  let count = 0, unseen = 0;
  events.forEach((event, at) => {
    const told = seat === "" || has(event.dataset.to, seat);
    const keep = told && !off.some((kind) => event.classList.contains(kind)) &&
      (!query || texts[at].includes(query)) && inChannel(event);
    event.classList.toggle("away", !keep);
    count += keep ? 1 : 0;
    unseen += told ? 0 : 1;
    if (told && unseen) unseen = gap(event, unseen);
    for (const words of all("p[data-seat]", event)) {
      words.classList.toggle("mine", seat !== "" && has(words.dataset.seat, seat));
    }
    for (const words of all("details.told", event)) words.open = seat !== "";
  });
  if (unseen) gap(null, unseen);
  for (const part of all("details[data-seat]")) {
    part.open = seat !== "" && has(part.dataset.seat, seat);
    part.classList.toggle("away", seat !== "" && !part.open);
  }
  if (seat) for (const part of all("details.folded")) part.open = true;
  all("section.chunk").forEach((chunk) =>
    chunk.classList.toggle("away", seat === "" && !chunk.querySelector(".event:not(.away)")));
  get("count").textContent = count + " of " + events.length + " events";
  mark(query);
}

function viewer(option = pov.options[pov.selectedIndex]) {
  return option.text.slice(0, option.text.lastIndexOf(","));
}

function gap(/** @type {HTMLElement|null} */ before, /** @type {number} */ unseen) {
  const line = document.createElement("p");
  line.className = "gap";
  line.textContent = unseen + (unseen === 1 ? " event " : " events ") + viewer() + " did not see";
  if (before) before.before(line);
  else (events[events.length - 1].parentNode || stream).append(line);
  return 0;
}

function remember() {
  const query = new URLSearchParams();
  const off = kinds.filter((box) => !box.checked).map((box) => box.value);
  if (pov.value) query.set("pov", viewer());
  if (search.value) query.set("q", search.value);
  if (channel) query.set("channel", channel);
  if (off.length) query.set("hide", off.join(","));
  const text = query.toString();
  try {
    history.replaceState(null, "", location.pathname + (text ? "?" + text : "") + (now < 0 ? "" : "#event-" + now));
  } catch { /* some browsers let no page from a folder change its address */ }
}

function state() {
  let at = ledger ? now : -1;
  while (at >= 0 && !events[at].dataset.held) at -= 1;
  const held = at < 0 ? [] : (events[at].dataset.held || "").split(" ");
  cells.forEach((cell, seat) => {
    cell.textContent = !ledger || now < 0 ? final[seat] : (held[seat] || "0").replace("-", "\u2212");
    const number = Number(cell.textContent.replace("\u2212", "-"));
    if (!meters[seat]) return;
    meters[seat].hidden = Number.isNaN(number);
    meters[seat].value = number || 0;
  });
  get("after").textContent = !ledger || now < 0 ? "at the end" : "after #" + now;
  get("at").textContent = (now < 0 ? "none" : "#" + now) + " of " + events.length;
}

function select(/** @type {number} */ at, scroll = true) {
  if (!events[at]) return;
  if (now >= 0) events[now].classList.remove("on");
  now = at;
  events[at].classList.add("on");
  place.value = String(at);
  state();
  if (!shown(events[at])) clear();
  if (scroll) events[at].scrollIntoView({ block: "start" });
  remember();
}

function clear() {
  search.value = "";
  channel = "";
  kinds.forEach((box) => { box.checked = true; });
  if (pov.value && !has(events[now].dataset.to, pov.value)) pov.value = "";
  filter();
  say("Filter cleared to show #" + now);
}

function say(/** @type {string} */ words, time = 3000) {
  const line = get("toast");
  line.textContent = words;
  setTimeout(() => { if (line.textContent === words) line.textContent = ""; }, time);
}

function copy(/** @type {string} */ text, /** @type {string} */ words) {
  const failed = () => say("Copy it from here: " + text, 30000);
  if (navigator.clipboard) navigator.clipboard.writeText(text).then(() => say(words), failed);
  else failed();
}

function fork(/** @type {Element|null|undefined} */ event) {
  if (!event?.querySelector(".fork")) return say("Nobody else was told of it");
  const command = stream.dataset.fork + event.id.slice(6) + stream.dataset.edit;
  return copy(command, "Copied: " + command);
}

function step(/** @type {number} */ way) {
  let at = now < 0 ? (way > 0 ? -1 : events.length) : now;
  do at += way; while (events[at] && !shown(events[at]));
  select(at);
  return events[at] !== undefined;
}

function round(/** @type {number} */ way) {
  const heads = /** @type {HTMLElement[]} */ (all(".chunk h2"));
  const starts = heads.map((h) => events.indexOf(/** @type {HTMLElement} */ (h.parentElement?.querySelector(".event"))));
  const next = way > 0 ? starts.find((at) => at > now) : starts.reverse().find((at) => at < now);
  if (next !== undefined) select(next);
}

function play() {
  get("play").textContent = timer ? "Play" : "Pause";
  if (timer) clearInterval(timer);
  timer = timer ? 0 : window.setInterval(() => { if (!step(1)) play(); }, 1000);
}

function changed() {
  filter();
  remember();
}

function follow() {
  const found = /^#event-(\d+)$/.exec(location.hash);
  if (found) select(Number(found[1]));
}

/** @type {Record<string, () => void>} */
const keys = {
  j: () => step(1), k: () => step(-1), "[": () => round(-1), "]": () => round(1),
  g: () => select(events.findIndex(shown)), G: () => select(events.findLastIndex(shown)),
  "/": () => search.focus(), p: play,
  v: () => { pov.selectedIndex = (pov.selectedIndex + 1) % pov.options.length; changed(); },
  y: () => copy(location.href, "Link copied"), f: () => fork(events[now]),
  "?": () => document.querySelector(".keys")?.scrollIntoView(),
};
addEventListener("keydown", (event) => {
  const on = /** @type {HTMLElement} */ (event.target);
  if (event.key === "Escape" && channel) { channel = ""; changed(); }
  if (event.key === "Escape") on.blur();
  if (event.ctrlKey || event.metaKey || event.altKey || /^(INPUT|SELECT|TEXTAREA)$/.test(on.tagName)) return;
  if (!Object.hasOwn(keys, event.key)) return;
  keys[event.key]();
  event.preventDefault();
});
document.querySelector(".bar")?.addEventListener("submit", (event) => event.preventDefault());
search.addEventListener("input", changed);
pov.addEventListener("change", changed);
kinds.forEach((box) => box.addEventListener("change", changed));
place.addEventListener("input", () => select(Number(place.value)));
get("back").addEventListener("click", () => step(-1));
get("next").addEventListener("click", () => step(1));
get("play").addEventListener("click", play);
addEventListener("hashchange", follow);
stream.addEventListener("click", (/** @type {Event} */ event) => {
  const on = /** @type {HTMLElement} */ (event.target);
  if (on.classList.contains("fork")) fork(on.closest(".event"));
});
all(".matrix a").forEach((cell) => cell.addEventListener("click", () => {
  const data = cell.dataset;
  channel = data.by + "-" + data.for;
  changed();
  say("One channel is shown; Escape shows all");
}));
search.value = asked.get("q") || "";
const wanted = asked.get("pov");
const option = [...pov.options].find((each) => each.value && viewer(each) === wanted);
if (option) pov.value = option.value;
else if (wanted) say("No view as " + wanted);
for (const box of kinds) box.checked = !(asked.get("hide") || "").split(",").includes(box.value);
state();
filter();
follow();
