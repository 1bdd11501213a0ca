"""The name that someone meant: which of a few names is the most similar to a wrong one."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def most_similar_name(wrong: str, names: Iterable[str]) -> str | None:
    """Returns the name with the least edits from `wrong`, in any case of letters; None if there is none.

    Observed: AWS always has a suggestion, for "Bogus" in s3:putObject it is "Bucket". Of names that are
    equally far, that with the longest common beginning is chosen.
    """

    def distance(name: str) -> tuple[int, int, str]:
        return _edits(wrong.lower(), name.lower()), -_length_of_common_beginning(wrong, name), name

    return min(names, key=distance, default=None)


def _length_of_common_beginning(one: str, other: str) -> int:
    return next(
        (at for at, pair in enumerate(zip(one, other, strict=False)) if len(set(pair)) > 1),
        min(len(one), len(other)),
    )


def _edits(one: str, other: str) -> int:
    """Returns the Levenshtein distance: how many characters to insert, remove or replace."""
    row = list(range(len(other) + 1))
    for above, character in enumerate(one, 1):
        previous, row = row, [above]
        for at, wanted in enumerate(other):
            row.append(min(previous[at + 1] + 1, row[at] + 1, previous[at] + (character != wanted)))
    return row[-1]
