// The graph of a definition beside its text: one selection, line numbers, and validation while you type.

import { replaceParts } from "./console.js";

const WAIT_MS = 350;
const page = document.getElementById("definition");
const text = document.getElementById("definition-text");
const form = document.getElementById("definition-form");
const lines = page.querySelector(".lines");
let states = {};

function readStates() {
  states = JSON.parse(document.getElementById("definition-graph").dataset.lines ?? "{}");
}

/** The id of the innermost state on a line. */
function stateAt(line) {
  let found = null;
  for (const [id, [first, last]] of Object.entries(states)) {
    if (first <= line && line <= last && (!found || first >= states[found][0])) found = id;
  }
  return found;
}

function select(id, { scrollGraph = false, scrollText = false } = {}) {
  for (const one of page.querySelectorAll(".state.selected, .line.selected")) one.classList.remove("selected");
  const box = id && document.getElementById(id);
  box?.classList.add("selected");
  const picture = page.querySelector(".picture");
  if (box && scrollGraph && picture) {
    const [inner, outer] = [box.getBoundingClientRect(), picture.getBoundingClientRect()];
    if (inner.top < outer.top || inner.bottom > outer.bottom) {
      picture.scrollBy(0, inner.top - outer.top - outer.height / 3);
    }
  }
  const [first, last] = (id && states[id]) ?? [0, -1];
  if (text) {
    markNumbers(first, last);
    if (id && scrollText) goTo(first);
    return;
  }
  for (let line = first; line <= last; line++) document.getElementById(`L${line}`)?.classList.add("selected");
  if (id && scrollText) document.getElementById(`L${first}`)?.scrollIntoView({ block: "nearest" });
}

page.addEventListener("click", (event) => {
  const state = event.target.closest(".state");
  const link = event.target.closest("a[data-line]");
  if (state && states[state.id]) {
    event.preventDefault();
    select(state.id, { scrollText: true });
    history.replaceState(null, "", `#${state.id}`);
  } else if (link && text) {
    event.preventDefault();
    goTo(Number(link.dataset.line), Number(link.dataset.column), true);
  } else if (lines?.contains(event.target)) {
    const line = event.target.closest(".line");
    if (line) select(stateAt(Number(line.id.slice(1))), { scrollGraph: true });
  }
});

/** Selects what the address names: #/Pay is a state, #L12 a line. */
function followHash() {
  const hash = location.hash.slice(1);
  const line = /^L(\d+)$/.exec(hash);
  if (line && text) goTo(Number(line[1]), 1, true);
  else if (line) select(stateAt(Number(line[1])), { scrollGraph: true });
  else if (states[hash]) select(hash, { scrollGraph: true, scrollText: true });
}

// The editor

let gutter = null;
let faulty = new Set();

function drawNumbers() {
  const count = text.value.split("\n").length;
  faulty = new Set([...page.querySelectorAll(".error-row a[data-line]")].map((one) => Number(one.dataset.line)));
  gutter.replaceChildren(...Array.from({ length: count }, (_, at) => {
    const number = document.createElement("span");
    number.textContent = `${at + 1}\n`;
    if (faulty.has(at + 1)) number.className = "error";
    return number;
  }));
  gutter.scrollTop = text.scrollTop;
}

function markNumbers(first, last) {
  [...gutter.children].forEach((number, at) => {
    number.classList.toggle("selected", first <= at + 1 && at + 1 <= last);
  });
}

function goTo(line, column = 1, focus = false) {
  const before = text.value.split("\n").slice(0, line - 1);
  const at = before.reduce((sum, one) => sum + one.length + 1, 0) + column - 1;
  text.setSelectionRange(at, at);
  if (focus) text.focus({ preventScroll: true });
  const height = text.scrollHeight / (text.value.split("\n").length || 1);
  text.scrollTop = Math.max(0, (line - 1) * height - text.clientHeight / 3);
  text.scrollIntoView({ block: "nearest" });
}

function caretLine() {
  return text.value.slice(0, text.selectionStart).split("\n").length;
}

let timer = 0;
let asking = null;

async function validate() {
  asking?.abort();
  asking = new AbortController();
  const body = new URLSearchParams(new FormData(form));
  try {
    const answer = await fetch(text.dataset.validate, { method: "POST", body, signal: asking.signal });
    const found = new DOMParser().parseFromString(await answer.text(), "text/html");
    const parts = {};
    for (const id of ["problems", "definition-graph"]) {
      const part = found.getElementById(id);
      // While the text is not JSON, the last graph stays.
      if (part && !("unreadable" in part.dataset)) parts[id] = part.outerHTML;
    }
    if (!parts.problems) throw new Error(answer.statusText);
    replaceParts(parts);
    readStates();
    drawNumbers();
    select(stateAt(caretLine()));
    showState(isChanged() ? "Not saved" : "");
  } catch (error) {
    if (error.name !== "AbortError") showState("The server does not answer: your text is not checked.");
  }
}

function isChanged() {
  return text.value !== text.defaultValue;
}

function showState(words) {
  document.getElementById("edit-state").textContent = words;
}

readStates();
if (text) {
  gutter = document.createElement("pre");
  gutter.className = "gutter";
  gutter.setAttribute("aria-hidden", "true");
  text.before(gutter);
  drawNumbers();
  let isSent = false;
  text.addEventListener("scroll", () => { gutter.scrollTop = text.scrollTop; });
  text.addEventListener("input", () => {
    showState("Not saved");
    drawNumbers();
    clearTimeout(timer);
    timer = setTimeout(validate, WAIT_MS);
  });
  for (const kind of ["keyup", "click"]) {
    text.addEventListener(kind, () => select(stateAt(caretLine()), { scrollGraph: true }));
  }
  document.getElementById("validate").addEventListener("click", (event) => {
    event.preventDefault();
    validate();
  });
  form.addEventListener("submit", () => { isSent = true; });
  addEventListener("beforeunload", (event) => { if (isChanged() && !isSent) event.preventDefault(); });
  addEventListener("keydown", (event) => {
    if (event.key === "s" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      form.requestSubmit(form.querySelector("button.main"));
    }
  });
  document.addEventListener("sfn:parts", () => {
    const saved = document.getElementById("saved-definition").dataset.revision;
    if (saved !== form.elements.base.value) showState("The definition was changed since you loaded this page.");
  });
}
addEventListener("hashchange", followHash);
followHash();
