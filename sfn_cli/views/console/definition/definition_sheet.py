"""The rules of the console's stylesheet for definitions."""

DEFINITION_RULES = """
.block { display: block }
.numbered { display: grid; grid-template-columns: auto minmax(0, 1fr) }
.numbered textarea { grid-column: 2; width: 100%; resize: vertical; white-space: pre; min-height: 200px }
.numbered .gutter {
  margin: 0; padding: 3px 6px; border-color: transparent; background: none; overflow: hidden;
  height: 0; min-height: 100%; max-height: none; text-align: right; color: var(--muted)
}
.gutter .error, .line.error > :first-child { color: var(--failed); font-weight: 700 }
.gutter .error::before, .line.error > :first-child::before { content: "✗ " }
.gutter .selected { color: var(--text); box-shadow: inset -3px 0 0 var(--running) }
.lines { max-height: 75vh; padding-left: 0; white-space: pre }
.line { display: block }
.line > :first-child {
  display: inline-block; width: 6ch; margin-right: 1ch; text-align: right; font-weight: 400;
  color: var(--muted); user-select: none
}
.line.selected, .line:target { background: var(--page); box-shadow: inset 3px 0 0 var(--running) }
.problems { list-style: none; padding: 0 }
.problems .error-row { box-shadow: inset 3px 0 0 var(--failed); padding-left: 8px }
.legend { padding: 1px 8px; margin-right: 8px }
.legend.added { color: var(--succeeded); border: 2px solid }
.legend.removed { color: var(--failed); border: 2px dotted }
.legend.changed { color: var(--caught); border: 2px dashed }
.text-lines td { padding: 0 8px; border-bottom: 0; white-space: pre-wrap }
.text-lines tbody + tbody { border-top: 1px solid var(--rule) }
.text-lines .added { color: var(--succeeded) }
.text-lines .removed { color: var(--failed) }
.text-lines .number { font-size: 12px; color: inherit }
.wide-table { overflow-x: auto }
"""
