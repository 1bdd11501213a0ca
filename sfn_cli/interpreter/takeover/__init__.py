"""Taking over a history: an execution that continues with the first events of another one.

origin      where taken-over events come from, as the new execution's first event lists it
prefix      the law: whether events are a history of a definition, and the events to take over
difference  the words for an event that a definition would not result in
"""
