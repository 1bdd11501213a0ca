"""An execution as text: lines of styled spans, for a terminal or a page."""
