"""Source places of a bundle."""

from __future__ import annotations

from typing import Any

import pytest

from sfn_cli.views.failure.source_map import original_place

# esbuild's, of src/app.ts and lib/pay.ts
MAP = {
    "version": 3,
    "sources": ["../src/app.ts", "../lib/pay.ts"],
    "mappings": ";;;;;;;;;;;;;;;;;;;AAAA;AAAA;AAAA;AAAA;AAAA;;;ACEO,SAAS,IAAI,OAAsB;AAEtC,SAAQ,MAAc,MAAM;"
    "AAChC;;;ADHO,IAAM,UAAU,OAAO,UAAe;AACzC,SAAO,IAAI,KAAK;AACpB;",
    "names": [],
}  # fmt: skip


@pytest.mark.parametrize(
    "source_map, line, column, place",
    [
        (MAP, 28, 22, ("../lib/pay.ts", 5)),
        (MAP, 28, 0, ("../lib/pay.ts", 5)),
        (MAP, 33, 10, ("../src/app.ts", 4)),
        (MAP, 1, 1, None),  # the bundler's code
        (MAP, 999, 1, None),
        ({**MAP, "sourceRoot": "file/"}, 33, 10, ("file/../src/app.ts", 4)),
        ({"mappings": "!!"}, 1, 1, None),
        ({"mappings": "AAAA"}, 1, 1, None),
        ([], 1, 1, None),
    ],
)
def test_place(source_map: Any, line: int, column: int, place: tuple[str, int] | None) -> None:
    """A place in a bundle has the source place in the map, if there is one."""
    assert original_place(source_map, line, column) == place
