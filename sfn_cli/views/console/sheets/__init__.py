"""Parts of the stylesheet of the console."""
