// The page of an execution: its links replace only what they change, and keys move along the graph.
//
// Every address is also a page of its own (?view=, ?at=, ?state=): this script fetches it and takes
// what differs. While a page is on its way, the live stream of the previous one is closed.

import { followPage, isTyping, stopFollowing } from "./console.js";

const main = document.getElementById("main");
const byId = (id) => document.getElementById(id);
let loading = null;
let isSliding = false;

document.documentElement.classList.add("scripted");

/** Shows another address of this execution's page, without loading everything again. */
async function show(address, { push = false, focus = null } = {}) {
  loading?.abort();
  const current = (loading = new AbortController());
  stopFollowing();
  history[push ? "pushState" : "replaceState"](null, "", address);
  let text;
  try {
    const response = await fetch(address, { signal: current.signal });
    if (!response.ok) return location.reload();
    text = await response.text();
  } catch (error) {
    if (error.name !== "AbortError") followPage(); // which says that the server does not answer
    return;
  }
  if (loading !== current) return;
  takeOver(new DOMParser().parseFromString(text, "text/html"));
  if (focus) byId(focus)?.focus({ preventScroll: true });
  showSelection();
  followPage();
}

/** Takes from a newer page what differs. */
function takeOver(newer) {
  const places = [...main.querySelectorAll(".scroller, .picture")].map((one) => [one.scrollLeft, one.scrollTop]);
  const kept = newer.querySelector(".execution");
  if (!kept) return location.reload();
  document.title = newer.title;
  const { live, version } = newer.body.dataset;
  document.body.dataset.version = version;
  if (live === undefined) delete document.body.dataset.live;
  else document.body.dataset.live = live;
  const isSamePicture = viewBox(document) === viewBox(newer) && viewBox(newer) !== undefined;
  if (isSamePicture) takeFragments(newer);
  for (const element of newer.querySelectorAll("[data-swap]")) {
    const old = byId(element.id);
    if (element.id === "graph" && isSamePicture) takeBeside(element);
    else if (element.id === "scrub" && isSliding && old) takeAroundSlider(old, element);
    else if (old && old.outerHTML !== element.outerHTML) swap(old, element);
  }
  [...main.querySelectorAll(".scroller, .picture")].forEach((one, place) => {
    if (places[place]) [one.scrollLeft, one.scrollTop] = places[place];
  });
  document.dispatchEvent(new CustomEvent("sfn:parts", { detail: [] }));
}

function viewBox(document) {
  return document.querySelector("#picture svg.sfn-graph")?.getAttribute("viewBox");
}

/** Replaces the states, edges and labels of the picture that differ. */
function takeFragments(newer) {
  for (const element of newer.querySelectorAll("#picture svg.sfn-graph [id]")) {
    const old = byId(element.id);
    if (old && old.outerHTML !== element.outerHTML) swap(old, element);
  }
}

function takeBeside(graph) {
  for (const element of graph.querySelectorAll(":scope > [id]:not(#picture)")) {
    const old = byId(element.id);
    if (old && old.outerHTML !== element.outerHTML && !old.contains(document.activeElement)) swap(old, element);
  }
}

/** Takes the bar of time, but not the slider that the user is moving. */
function takeAroundSlider(old, element) {
  const form = byId("scrub-form");
  for (const one of [...old.children]) if (one !== form) one.remove();
  let isBefore = true;
  for (const one of [...element.children]) {
    if (one.id === form.id) isBefore = false;
    else if (isBefore) form.before(document.adoptNode(one));
    else old.append(document.adoptNode(one));
  }
}

function swap(old, element) {
  const focused = old.contains(document.activeElement) ? document.activeElement : null;
  const id = focused?.id, key = focused?.dataset.key, href = focused?.getAttribute("href");
  old.replaceWith(document.adoptNode(element));
  const same = (one) => (id ? one.id === id : key ? one.dataset.key === key : one.getAttribute("href") === href);
  if (id || key || href) [...element.querySelectorAll("*")].find(same)?.focus({ preventScroll: true });
}

// Selection

function selectedState() {
  return main.querySelector("#picture .state.selected");
}

function showSelection() {
  reveal(selectedState(), byId("picture"));
  const row = main.querySelector("#view tr.selected");
  reveal(row, row?.closest(".scroller"));
}

/** Scrolls an element into the sight of its scroller, which may itself be out of sight. */
function reveal(element, scroller) {
  if (!element || !scroller) return;
  const box = element.getBoundingClientRect(), room = scroller.getBoundingClientRect();
  const beyond = (start, end, first, last) => (start < first ? start - first : Math.max(0, end - last));
  scroller.scrollTop += beyond(box.top - 40, box.bottom + 10, room.top, room.bottom);
  scroller.scrollLeft += beyond(box.left - 10, box.right + 10, room.left, room.right);
}

/** Marks a state in all views at once, and then shows its page. */
function select(state, focus = true) {
  for (const one of main.querySelectorAll(".selected")) one.classList.remove("selected");
  state.classList.add("selected");
  for (const row of main.querySelectorAll("#view tr[data-state]")) {
    row.classList.toggle("selected", row.dataset.state === state.id);
  }
  if (focus) state.focus({ preventScroll: true });
  showSelection();
  clearTimeout(select.timer);
  select.timer = setTimeout(() => show(addressOf(state), { focus: focus ? state.id : null }), 120);
}

function addressOf(state) {
  return state.getAttribute("href");
}

// Keys along the graph. The ids of edges are "source|target|kind".

const states = () => [...main.querySelectorAll("#picture .state")];

function along(state, isForward) {
  const edges = [...main.querySelectorAll("#picture .edge")]
    .map((edge) => ({ ends: edge.id.split("|"), taken: edge.classList.contains("taken") }))
    .filter(({ ends }) => ends[isForward ? 0 : 1] === state.id)
    .sort((one, other) => other.taken - one.taken);
  for (const { ends } of edges) {
    const found = byId(ends[isForward ? 1 : 0]);
    if (found?.classList.contains("state")) return found;
  }
  return beside(state, isForward ? 1 : -1);
}

function beside(state, step) {
  const every = states();
  return every[every.indexOf(state) + step];
}

const MOVES = {
  ArrowDown: (state) => along(state, true),
  ArrowUp: (state) => along(state, false),
  ArrowRight: (state) => beside(state, 1),
  ArrowLeft: (state) => beside(state, -1),
  Home: () => states()[0],
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
  if (event.key === "Escape" && !byId("keys").open) return toGraph(event);
  if (isTyping(event.target)) return;
  const isSlider = event.target.localName === "input"; // which has arrow keys of its own
  const current = document.activeElement.closest?.("#picture .state") ?? selectedState();
  if (event.key === "/") {
    event.preventDefault();
    byId("find")?.focus();
  } else if (event.key === "g") toGraph(event);
  else if (MOVES[event.key] && !isSlider && !event.target.closest(".scroller")) {
    const next = current ? MOVES[event.key](current) : states()[0];
    event.preventDefault();
    if (next) select(next);
  }
});

function toGraph(event) {
  event.preventDefault();
  (selectedState() ?? states()[0] ?? byId("picture"))?.focus();
}

// Links, forms and the slider

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[href]");
  if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  const href = link.getAttribute("href");
  if (link.id === "keys-link") {
    event.preventDefault();
    byId("keys").showModal();
  } else if (href.split(/[?#]/)[0] === location.pathname && !href.includes("#") && main.contains(link)) {
    event.preventDefault();
    if (link.matches("#picture .state")) select(link);
    else show(href, { push: !link.closest("#scrub") });
  }
});

main.addEventListener("dblclick", (event) => {
  const state = event.target.closest("#picture .state");
  const opener = state && [...main.querySelectorAll("[data-opens]")].find((one) => one.dataset.opens === state.id);
  if (opener) opener.click();
});

main.addEventListener("submit", (event) => {
  if (!event.target.matches("#scrub-form, #find-form")) return;
  event.preventDefault();
  const query = new URLSearchParams(new FormData(event.target));
  show(`${location.pathname}?${query}`, { push: true }).then(() => {
    const state = event.target.matches("#find-form") && selectedState();
    if (!state) return;
    history.replaceState(null, "", addressOf(state)); // so that it stays the selected state
    state.focus({ preventScroll: true });
  });
});

main.addEventListener("input", (event) => {
  const slider = event.target.closest("#scrub-form input[type=range]");
  if (!slider) return;
  isSliding = true;
  const query = new URLSearchParams(new FormData(slider.form));
  if (slider.value === slider.max) query.delete("at");
  clearTimeout(select.timer);
  select.timer = setTimeout(() => show(`${location.pathname}?${query}`), 40);
});

main.addEventListener("change", () => { isSliding = false; });

addEventListener("popstate", () => show(location.href));

// A link to #/State selects the state.
if (location.hash.startsWith("#/") && !new URLSearchParams(location.search).has("state")) {
  const state = byId(location.hash.slice(1));
  if (state?.matches(".state")) select(state, false);
} else {
  showSelection();
}
