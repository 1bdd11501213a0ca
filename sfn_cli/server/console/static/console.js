// Keeps the parts of a live page current, presses buttons by their keys, and asks before what cannot be undone.

/** Requests of scripts carry the page's key (server/console/access.py). The page's policy allows no others. */
const key = document.body.dataset.key ?? "";
const plainFetch = window.fetch.bind(window);
window.fetch = (address, options = {}) =>
  plainFetch(address, { ...options, headers: { ...options.headers, "x-sfn-page": key } });

const connection = document.getElementById("connection");
const idleText = connection.textContent;

/** Replaces elements by id, with markup that the server has drawn. Focus and selection stay. */
export function replaceParts(parts) {
  const focused = document.activeElement?.id;
  for (const [id, markup] of Object.entries(parts)) {
    const old = document.getElementById(id);
    if (!old) continue;
    const selected = old.classList.contains("selected");
    const element = parsePart(old, markup);
    if (!element) continue;
    keepInput(old, element);
    old.replaceWith(element);
    element.classList.toggle("selected", selected);
  }
  if (focused && document.activeElement?.id !== focused) {
    document.getElementById(focused)?.focus({ preventScroll: true });
  }
  document.dispatchEvent(new CustomEvent("sfn:parts", { detail: Object.keys(parts) }));
}

/** Keeps what the user has typed and opened, in elements with ids. */
function keepInput(old, element) {
  for (const given of old.querySelectorAll("input[id], textarea[id], select[id], details[id]")) {
    const same = element.querySelector(`#${CSS.escape(given.id)}`);
    if (!same) continue;
    if (given.localName === "details") same.open = given.open;
    else if (given.type === "checkbox") same.checked = given.checked;
    else if (given.value !== given.defaultValue) same.value = given.value;
  }
}

function parsePart(old, markup) {
  if (old.ownerSVGElement) {
    const parsed = new DOMParser().parseFromString(
      `<svg xmlns="http://www.w3.org/2000/svg">${markup}</svg>`, "image/svg+xml");
    const element = parsed.documentElement.firstElementChild;
    return element && element.localName !== "parsererror" ? document.importNode(element, true) : null;
  }
  // Table rows are valid inside a template only.
  const template = document.createElement("template");
  template.innerHTML = markup;
  return template.content.firstElementChild;
}

let source = null;

/** Follows this page's changes until it ends. A page that is hidden is not followed. */
export function followPage() {
  source?.close();
  source = null;
  if (!("live" in document.body.dataset) || document.hidden) return;
  const address = new URL(location.href);
  address.hash = "";
  address.searchParams.set("key", key);
  address.searchParams.set("since", document.body.dataset.version);
  source = new EventSource(address);
  source.addEventListener("open", () => showConnection("", false));
  source.addEventListener("error", () => showConnection("The server does not answer: trying again …", true));
  source.addEventListener("replace", (event) => {
    document.body.dataset.version = event.lastEventId;
    replaceParts(JSON.parse(event.data));
  });
  source.addEventListener("end", () => {
    source.close();
    delete document.body.dataset.live;
  });
  source.addEventListener("reload", () => location.reload());
}

export function stopFollowing() {
  source?.close();
  source = null;
}

function showConnection(text, lost) {
  connection.textContent = text || idleText;
  connection.classList.toggle("lost", lost);
}

document.addEventListener("visibilitychange", followPage);
addEventListener("pagehide", stopFollowing);
addEventListener("pageshow", followPage);

document.addEventListener("submit", (event) => {
  const question = event.submitter?.dataset.confirm ?? event.target.dataset.confirm;
  if (question && !confirm(question)) event.preventDefault();
  // The page that the action shows must not be replaced by this one, loaded again because of the action.
  if (!event.defaultPrevented) stopFollowing();
});

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  const pressed = [...document.querySelectorAll("[data-key]")].find((one) => one.dataset.key === event.key);
  if (!pressed) return;
  event.preventDefault();
  const question = pressed.dataset.keyConfirm;
  if (!question || confirm(question)) pressed.click();
});

export function isTyping(target) {
  return target.closest?.("input:not([type=range]), textarea, select, [contenteditable]") !== null;
}

/** Adds a button to what is to be copied. */
function offerCopies() {
  for (const element of document.querySelectorAll("[data-copyable]:not(.copyable)")) {
    element.classList.add("copyable");
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = "Copy";
    const text = element.textContent;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(text);
      button.textContent = "Copied";
    });
    element.after(button);
  }
}

offerCopies();
document.addEventListener("sfn:parts", offerCopies);

/** Shows how long something has lasted, in elements with the time at which it began. */
function showElapsed() {
  for (const element of document.querySelectorAll("[data-since]")) {
    const seconds = Math.max(0, (Date.now() - Number(element.dataset.since)) / 1000);
    element.textContent = elapsedText(seconds);
  }
}

function elapsedText(seconds) {
  if (seconds < 60) return `${Math.floor(seconds)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${Math.floor(seconds % 60)} s`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} days`;
}

showElapsed();
document.addEventListener("sfn:parts", showElapsed);
setInterval(() => { if (!document.hidden) showElapsed(); }, 1000);
