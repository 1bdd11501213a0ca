"""The pages of definitions: the editor, versions, and the comparison of two of them."""
