"""The rules of the stylesheet for an execution's page."""

from __future__ import annotations

EXECUTION_RULES = """
.execution-top { padding-bottom: 8px }
.execution-top .buttons { gap: 4px 14px; margin-top: 6px }
.execution .graph { padding-right: 12px }
.execution .graph h2 { margin-top: 0 }
.execution .picture { top: 52px; max-height: calc(100vh - 70px) }
html { scroll-padding-top: 56px }
.execution .picture:focus { outline: none }
.execution a.state:focus-visible { outline: none }
.tabs { display: flex; flex-wrap: wrap; gap: 4px; border-bottom: 1px solid var(--rule) }
.tabs a { padding: 4px 12px; text-decoration: none; border: 1px solid transparent; border-bottom: 0 }
.tabs a:hover { text-decoration: underline }
.tabs a[aria-current] {
  border-color: var(--rule); border-radius: 6px 6px 0 0; background: var(--box); font-weight: 600
}
.scroller { overflow: auto; max-height: 70vh; position: relative }
.sideways { overflow-x: auto; position: relative }
.scroller thead th { position: sticky; top: 0; background: var(--page); z-index: 1 }
.events tr.selected, .outline-table tr.selected {
  background: var(--box); box-shadow: inset 3px 0 0 var(--running)
}
.events th.number { text-align: right }
.events code { overflow-wrap: anywhere }
.events td:last-child, .compared td:last-child { min-width: 260px }
.outline-table tbody th { min-width: 9em }
#events-pages { display: flex; flex-wrap: wrap; gap: 4px 14px; padding: 4px 0 }
#scrub {
  display: flex; flex-wrap: wrap; gap: 6px 8px; align-items: center; position: sticky; top: 0; z-index: 2;
  padding: 8px 0; background: var(--page); border-bottom: 1px solid var(--rule)
}
#scrub-form { flex: 1 1 200px }
#scrub-form input { flex: 1; min-width: 0; width: 100%; padding: 0 }
.scripted .without-script { display: none }
ul.changes { list-style: none; margin: 0; padding: 0 }
main .failure, main .now { padding: 8px 12px }
#keys { border: 1px solid var(--line); border-radius: 8px; background: var(--page); color: var(--text) }
#keys kbd { font: 600 12px/1.45 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace }
@media (max-width: 900px) {
  .columns { grid-template-columns: minmax(0, 1fr) }
  .columns .graph { border-right: 0; padding-right: 0 }
  .execution .picture { max-height: 60vh }
  #scrub { position: static }
  .picture.broad svg { min-width: 560px }
  .tabs { gap: 2px }
  .tabs a { padding: 4px 7px }
}
"""
