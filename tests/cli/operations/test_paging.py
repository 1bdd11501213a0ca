"""Automatic paging: all pages, limited by --max-items, continued with a token."""

from __future__ import annotations

from typing import Any

import pytest

from sfn_cli.api import model
from sfn_cli.cli.failures import CommandFailedError
from sfn_cli.cli.operations.paging import Limits, find_page_limits, first_page_list, merge_pages, pages
from sfn_cli.errors import UsageError

LIST = model.load_model("stepfunctions", "ListStateMachines")


def service(request: dict[str, Any]) -> dict[str, Any]:
    """Five items, two on a page."""
    start = int(request.get("nextToken", 0))
    size = request.get("maxResults", 2)
    answer: dict[str, Any] = {"stateMachines": list(range(start, min(start + size, 5)))}
    return answer | ({"nextToken": str(start + size)} if start + size < 5 else {})


def everything(limits: Limits) -> dict[str, Any]:
    return merge_pages(pages(service, LIST, {}, limits))


@pytest.mark.parametrize("max_items", [1, 2, 3, 4])
@pytest.mark.parametrize("page_size", [None, 1, 2, 3])
def test_tokens_carry_on_without_a_gap(max_items: int, page_size: int | None) -> None:
    """Parts that are continued with --starting-token return every item once."""
    seen: list[int] = []
    token = None
    while True:
        answer = everything(Limits(max_items, page_size, token))
        assert len(answer["stateMachines"]) <= max_items
        seen += answer["stateMachines"]
        token = answer.get("NextToken")
        if token is None:
            break
    assert seen == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("max_items", [None, 5, 6])
def test_all_pages_are_one_answer(max_items: int | None) -> None:
    """Without a limit there is no token."""
    assert everything(Limits(max_items)) == {"stateMachines": [0, 1, 2, 3, 4]}


def test_a_repeated_token_ends_paging() -> None:
    """The same token twice is an error, not a loop."""
    with pytest.raises(CommandFailedError, match="received twice"):
        merge_pages(pages(lambda _: {"stateMachines": [1], "nextToken": "same"}, LIST, {}, Limits()))


@pytest.mark.parametrize(
    "given, paginate, limits",
    [
        ({}, True, Limits()),
        ({"max_items": 3}, True, Limits(3)),
        ({}, False, None),
        ({"maxResults": "2"}, True, None),
        ({"nextToken": "t"}, True, None),
    ],
)
def test_paging_by_hand_turns_it_off(given: dict[str, Any], paginate: bool, limits: Limits | None) -> None:
    """--no-paginate, --max-results and --next-token page manually."""
    assert find_page_limits(LIST, given, paginate) == limits


PAGED = [
    operation
    for service in model.model_services()
    for operation in (model.load_model(service, name) for name in model.model_operation_names(service))
    if operation.paginator
]


@pytest.mark.parametrize("operation", PAGED, ids=lambda operation: operation.name)
def test_the_list_that_is_paged_comes_first(operation: model.Operation) -> None:
    """The streamed list is the first member of every response: it is written before the rest is read."""
    assert operation.paginator is not None
    tokens = operation.paginator["output_token"]
    assert next(name for name in operation.output["members"] if name not in tokens) == first_page_list(
        operation
    )


def test_contradictory_paging_options() -> None:
    """--no-paginate and --max-items exclude each other."""
    with pytest.raises(
        UsageError,
        match="Cannot specify --no-paginate along with pagination arguments: --max-items, --page-size",
    ):
        find_page_limits(LIST, {"max_items": 1, "page_size": 2}, False)
