"""Help: `sfn help`, `sfn COMMAND help`, `sfn COMMAND --help`.

    command -> HelpPage (command_pages, overview) -> lines of text (help_page) -> stdout or a pager

The texts of operations are data, in `help.json`; those of sfn's own commands are their docstrings.
"""
