"""Assertions on how an operation refuses a request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from sfn_cli.errors import ApiError

if TYPE_CHECKING:
    from tests.api.fakes import Caller


def refused(call: Caller, operation: str, **request: Any) -> tuple[str, str]:
    """Returns the code and the message with which the operation refuses the request."""
    with pytest.raises(ApiError) as error:
        call(operation, **request)
    return error.value.code, error.value.message
