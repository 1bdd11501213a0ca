"""The script of a report: selecting states, and keyboard keys. Links and panels work without it."""

SCRIPT = r"""
"use strict";
(() => {
  const all = (selector) => Array.from(document.querySelectorAll(selector));
  const rows = all("tr[data-state]");
  const link = (row) => row.querySelector("a");
  const stateOf = (row) => document.getElementById(row.dataset.state);

  function select(row) {
    for (const one of all(".selected")) one.classList.remove("selected");
    row.classList.add("selected");
    const state = stateOf(row);
    if (state !== null) state.classList.add("selected");
  }

  function follow() {
    const panel = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (panel === null) return;
    if (panel.matches(".state")) return open(panel);
    const details = panel.closest("details");
    if (details !== null) details.open = true;
    const row = rows.find((one) => link(one).hash === location.hash);
    if (row !== undefined) select(row);
    panel.scrollIntoView({block: "nearest"});
  }

  function go(row) {
    if (row === undefined) return;
    if (location.hash === link(row).hash) follow();
    else location.hash = link(row).hash;
    link(row).focus({preventScroll: true});
  }

  function worst(candidates) {
    return candidates.find((row) => row.dataset.status === "failed") || candidates[0];
  }

  function open(state) {
    go(worst(rows.filter((row) => row.dataset.state === state.id)));
  }

  addEventListener("hashchange", follow);
  addEventListener("click", (event) => {
    const state = event.target.closest(".state");
    if (state !== null) open(state);
  });
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const state = document.activeElement.closest(".state");
    const row = document.activeElement.closest("tr[data-state]");
    if (state !== null && (event.key === "Enter" || event.key === " ")) open(state);
    else if (event.key === "f") go(worst(rows));
    else if (row !== null && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      const next = rows[rows.indexOf(row) + (event.key === "ArrowDown" ? 1 : -1)];
      if (next !== undefined) link(next).focus();
    } else return;
    event.preventDefault();
  });

  const button = (words, action) => {
    const created = document.createElement("button");
    created.type = "button";
    created.textContent = words;
    created.addEventListener("click", action);
    document.getElementById("actions").append(created);
  };
  for (const state of rows.map(stateOf)) if (state !== null) state.setAttribute("role", "link");
  const setAll = (open) => () => { for (const one of all("details.visit")) one.open = open; };
  button("Open all", setAll(true));
  button("Close all", setAll(false));
  follow();
})();
"""
