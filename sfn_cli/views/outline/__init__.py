"""An execution as text: lines of spans in named styles, for a terminal or any other page."""
