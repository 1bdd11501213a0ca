// The graph of a definition beside its text: one selection, line numbers, and validation while you type.
import { replaceParts } from "./console.js";

const WAIT_MS = 350;
const page = document.getElementById("definition");
const text = document.getElementById("definition-text");
const form = document.getElementById("definition-form");
const gutter = document.createElement("pre");
let states = {};
let timer = 0;
let asking = null;

function readStates() {
  states = JSON.parse(document.getElementById("definition-graph").dataset.lines ?? "{}");
}

/** The id of the innermost state on a line. */
function stateAt(line) {
  const around = Object.keys(states).filter((id) => states[id][0] <= line && line <= states[id][1]);
  return around.sort((one, other) => states[other][0] - states[one][0])[0];
}

function select(id, { showBox = false, showText = false } = {}) {
  for (const one of page.querySelectorAll(".selected")) one.classList.remove("selected");
  const [first, last] = states[id] ?? [0, -1];
  const numbers = text ? gutter.children : page.querySelectorAll(".line");
  for (let line = first; line <= last; line++) numbers[line - 1]?.classList.add("selected");
  const box = id ? document.getElementById(id) : null;
  box?.classList.add("selected");
  if (box && showBox) showIn(page.querySelector(".picture"), box);
  if (first && showText) text ? goTo(first) : showIn(page.querySelector(".lines"), numbers[first - 1]);
}

/** Scrolls only the container, and only if the element is not in sight. */
function showIn(container, element) {
  const [inner, outer] = [element.getBoundingClientRect(), container.getBoundingClientRect()];
  if (inner.top < outer.top || inner.bottom > outer.bottom) {
    container.scrollBy(0, inner.top - outer.top - outer.height / 3);
  }
}

function goTo(line, column = 1) {
  const before = text.value.split("\n").slice(0, line - 1).join("\n");
  const at = before.length + (line > 1 ? 1 : 0) + column - 1;
  text.setSelectionRange(at, at);
  const height = text.scrollHeight / gutter.children.length;
  text.scrollTop = Math.max(0, (line - 1) * height - text.clientHeight / 3);
}

function followCaret() {
  select(stateAt(text.value.slice(0, text.selectionStart).split("\n").length), { showBox: true });
}

page.addEventListener("click", (event) => {
  const state = event.target.closest(".state");
  const place = event.target.closest("a[data-line]")?.dataset;
  const line = event.target.closest(".line");
  if (state && states[state.id]) {
    event.preventDefault();
    history.replaceState(null, "", `#${state.id}`);
    select(state.id, { showText: true });
  } else if (place && text) {
    event.preventDefault();
    text.focus();
    goTo(Number(place.line), Number(place.column));
    followCaret();
  } else if (line) {
    select(stateAt(Number(line.id.slice(1))), { showBox: true });
  }
});

/** Selects what the address names: #/Pay is a state, #L12 a line. */
function followHash() {
  const hash = location.hash.slice(1);
  const line = Number(/^L(\d+)$/.exec(hash)?.[1]);
  if (line && text) goTo(line);
  select(line ? stateAt(line) : hash, { showBox: true, showText: !line });
}

function drawNumbers() {
  const faulty = new Set([...page.querySelectorAll(".error-row a")].map((one) => Number(one.dataset.line)));
  gutter.replaceChildren(...text.value.split("\n").map((_, at) => {
    const number = document.createElement("span");
    number.textContent = `${at + 1}\n`;
    number.classList.toggle("error", faulty.has(at + 1));
    return number;
  }));
  gutter.scrollTop = text.scrollTop;
}

async function validate() {
  asking?.abort();
  asking = new AbortController();
  try {
    const body = new URLSearchParams(new FormData(form));
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
    followCaret();
  } catch (error) {
    if (error.name !== "AbortError") showState("The server does not answer: your text is not checked.");
  }
}

function showState(words) {
  document.getElementById("edit-state").textContent = words;
}

function startEditor() {
  gutter.className = "gutter";
  gutter.setAttribute("aria-hidden", "true");
  text.before(gutter);
  drawNumbers();
  let isSent = false;
  text.addEventListener("scroll", () => { gutter.scrollTop = text.scrollTop; });
  text.addEventListener("keyup", followCaret);
  text.addEventListener("click", followCaret);
  text.addEventListener("input", () => {
    showState("Not saved");
    drawNumbers();
    clearTimeout(timer);
    timer = setTimeout(validate, WAIT_MS);
  });
  form.addEventListener("submit", (event) => {
    if (event.submitter?.id !== "validate") { isSent = true; return; }
    event.preventDefault();
    validate();
  });
  addEventListener("beforeunload", (event) => {
    if (text.value !== text.defaultValue && !isSent) event.preventDefault();
  });
  document.addEventListener("sfn:parts", () => {
    const saved = document.getElementById("saved-definition").dataset.revision;
    if (saved !== form.elements.base.value) showState("The definition was changed since you loaded this page.");
  });
}

readStates();
if (text) startEditor();
addEventListener("hashchange", followHash);
followHash();
