"""The rules for lists of machines and executions, and for the form that starts an execution."""

LIST_RULES = """
a.button:hover { border-color: var(--text) }
a.button.main { background: var(--running); color: var(--page); border-color: var(--running) }
.filters { display: flex; flex-wrap: wrap; gap: 6px 14px; align-items: center; margin: 8px 0 }
.cards td, .cards th { overflow-wrap: anywhere; vertical-align: middle }
.cards td[data-label="State"] { overflow-wrap: break-word }
.cards time, .cards td[data-label="Status"] { white-space: nowrap }
.runs td[data-label="State machine"] { min-width: 9em }
.runs tbody th { min-width: 19em }
.ticks { white-space: nowrap }
.tick {
  display: inline-flex; width: 24px; height: 24px; align-items: center; justify-content: center
}
.tick:hover { background: var(--box); border-radius: 6px }
.machines .error + .note { display: none }
.commands dt { margin-top: 8px }
.commands dd { margin: 2px 0 }
.commands code { display: inline-block; background: var(--box); border: 1px solid var(--rule);
  border-radius: 6px; padding: 4px 10px }
form.start textarea { width: 100%; min-height: 220px }
form.start label.above { display: grid; gap: 2px }
form.start [aria-invalid] { border-color: var(--failed) }
.former { list-style: none; padding: 0 }
.former li { display: flex; flex-wrap: wrap; gap: 2px 8px; align-items: baseline; margin: 4px 0 }
.former code { display: inline-block; max-width: 100%; overflow: hidden; text-overflow: ellipsis;
  white-space: nowrap; vertical-align: bottom }
@media (max-width: 900px) {
  .cards thead { position: absolute; left: -10000px }
  .cards, .cards tbody, .cards tr, .cards td, .cards th { display: block }
  .cards tr { border: 1px solid var(--rule); border-radius: 8px; margin: 8px 0; padding: 6px 4px }
  .cards td, .cards tbody th { border: 0; padding: 2px 8px; text-align: left }
  .cards tbody th { font-weight: 600 }
  .cards td:empty { display: none }
  .cards td[data-label]::before { content: attr(data-label) ": "; color: var(--muted) }
  .runs td[data-label], .runs tbody th { min-width: 0 }
  .ticks { white-space: normal }
}
"""
