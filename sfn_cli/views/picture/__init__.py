"""A graph as SVG.

svg.py          the whole picture: a file, a part of a page, or parts that a live page replaces
states.py       boxes of states, and the dots of the start and the end
edges.py        lines, arrows and labels
heat_map.py     the items of a Map
stylesheet.py   the styles; palette.py has the colours, icons.py the icons and marks
"""
