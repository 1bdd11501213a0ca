"""Odd definitions and inputs through operations, a real worker and SQLite: all executions end.

The laws of the pure interpreter are in tests/interpreter/test_laws.py. These tests cover the whole
path: unexpected texts, numbers and depths between the interpreter and the store.
SFN_FUZZ=20 tries twenty times as many.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, TypeVar

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sfn_cli.api import call_api, following, model
from sfn_cli.app import build_app
from sfn_cli.asl.choice_rules import COMPARISONS, TYPE_TESTS
from sfn_cli.errors import ApiError
from sfn_cli.jsonvalue import raise_recursion_limit
from sfn_cli.query.intrinsics import FUNCTIONS
from sfn_cli.settings import Settings
from tests.interpreter.hypotheses import tries
from tests.processes import stop_workers, worker_pids

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sfn_cli.api.service import Service

pytestmark = pytest.mark.slow  # hundreds of machines through a real worker

raise_recursion_limit()  # now: Hypothesis minds a recursion limit that changes while it tries

T = TypeVar("T")

ROLE = "arn:aws:iam::123456789012:role/any"
SECONDS = 60.0
AT_ONCE = 8
"""The number of inputs for each machine: usually, one turn of the worker takes them all."""

BUILTINS = (
    "abs", "append", "average", "base64decode", "base64encode", "boolean", "ceil", "clone", "contains",
    "count", "decodeUrl", "decodeUrlComponent", "distinct", "each", "encodeUrl", "encodeUrlComponent",
    "error", "exists", "filter", "floor", "formatBase", "formatInteger", "formatNumber", "fromMillis",
    "hash", "join", "keys", "length", "lookup", "lowercase", "map", "match", "max", "merge", "millis",
    "min", "not", "now", "number", "pad", "parse", "parseInteger", "partition", "power", "random",
    "range", "reduce", "replace", "reverse", "round", "shuffle", "sift", "single", "sort", "split",
    "spread", "sqrt", "string", "substring", "substringAfter", "substringBefore", "sum", "toMillis",
    "trim", "type", "uppercase", "uuid", "zip",
)  # fmt: skip


def nested(depth: int) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = [value]
    return value


texts = st.sampled_from(
    [
        "",
        "x",
        "é😀",
        "\ud800",
        "a\udfffb",
        "\udc80\ud83d",
        "\x00",
        "\r\n",
        "{}",
        "1",
        "2020-01-01T00:00:00Z",
        "9999-99-99T99:99:99Z",
        "[Y0001]",
    ]
) | st.text(max_size=5)
numbers = st.sampled_from(
    [
        0,
        -1,
        1,
        2**31,
        2**53 + 1,
        2**63,
        -(2**63) - 1,
        10**26,
        10**30,
        10**300,
        -0.0,
        0.1,
        1.5,
        1e308,
        -1e308,
        5e-324,
        1e26,
    ]
) | st.integers(-3, 3)
scalars = st.none() | st.booleans() | texts | numbers
values = st.recursive(
    scalars | st.sampled_from([200, 990]).map(nested),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)
inputs = values | st.fixed_dictionaries(
    {"a": values, "b": st.lists(values, max_size=4), "s": texts, "n": numbers}
)

paths = st.sampled_from(
    [
        "$",
        "$.a",
        "$.b",
        "$.b[0]",
        "$.b[-1]",
        "$..a",
        "$.b[*]",
        "$.s",
        "$.n",
        "$.gone",
        "$$.Execution.Input",
        "$$",
    ]
)
literals = st.sampled_from(
    [
        "0",
        "-1",
        "1",
        "99999999999999999999999999",
        "1.5",
        "1e308",
        "'x'",
        "''",
        "'\ud800'",
        "'MD5'",
        "null",
        "true",
    ]
)


@st.composite
def intrinsic_calls(draw: Any, depth: int = 1) -> str:
    name = draw(st.sampled_from(sorted(FUNCTIONS)))
    argument = paths | literals if depth == 0 else paths | literals | intrinsic_calls(depth=depth - 1)
    least, most = FUNCTIONS[name].least, min(FUNCTIONS[name].most, 4)
    return f"{name}({', '.join(draw(st.lists(argument, min_size=least, max_size=most)))})"


atoms = st.sampled_from(
    [
        "$states.input", "$states.input.a", "$states.input.b", "$states.input.s", "$states.input.n",
        "1", "-1", "1e308", "0", "''", "'\ud800'", "'[Y0001]-[M01]'", "'#,##0.00'", "'SHA-1'", "/a*/",
        "null", "true", "[]", "{}", "function($x){$x}", "1e26",
    ]
)  # fmt: skip


@st.composite
def jsonata(draw: Any, depth: int = 2) -> str:
    if depth == 0 or draw(st.integers(0, 3)) == 0:
        return str(draw(atoms))
    arguments = [draw(jsonata(depth=depth - 1)) for _ in range(draw(st.integers(0, 3)))]
    if draw(st.booleans()) or len(arguments) < 2:
        return f"${draw(st.sampled_from(BUILTINS))}({', '.join(arguments)})"
    operator = draw(st.sampled_from(["+", "-", "*", "/", "%", "&", "=", "<", " in ", " and ", "..", "~>"]))
    return f"({arguments[0]}{operator}{arguments[1]})"


expressions = jsonata().map(lambda text: f"{{% {text} %}}")
MACHINE = {"StartAt": "P", "States": {"P": {"Type": "Pass", "End": True}}}


def distributed(execution_type: str) -> dict[str, Any]:
    return {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": execution_type}, **MACHINE}


def comparison(draw: Any) -> dict[str, Any]:
    operator = draw(st.sampled_from(sorted(COMPARISONS) + sorted(TYPE_TESTS)))
    if operator in TYPE_TESTS:
        return {operator: draw(st.booleans())}
    if draw(st.booleans()):
        return {f"{operator}Path": draw(paths)}
    return {operator: draw(scalars)}


@st.composite
def states(draw: Any) -> dict[str, Any]:
    """A state that may be refused at its machine's creation, and otherwise ends its execution."""
    kind = draw(
        st.sampled_from(
            ["Pass", "Output", "Wait", "Fail", "Choice", "Map", "Distributed", "Task", "Parallel"]
        )
    )
    end = {"End": True}
    match kind:
        case "Pass":
            fields = {
                "Parameters": {"x.$": draw(intrinsic_calls())},
                "InputPath": draw(paths),
                "ResultPath": "$.r",
            }
            return {"Type": "Pass", **end, **fields}
        case "Output":
            named = draw(st.sampled_from(["Output", "Assign"]))
            value = draw(expressions)
            return {
                "Type": "Pass",
                "QueryLanguage": "JSONata",
                **end,
                named: {"v": value} if named == "Assign" else value,
            }
        case "Wait" if draw(st.booleans()):
            field = draw(st.sampled_from(["Seconds", "Timestamp"]))
            return {"Type": "Wait", "QueryLanguage": "JSONata", **end, field: draw(expressions)}
        case "Wait":
            return {
                "Type": "Wait",
                **end,
                draw(st.sampled_from(["SecondsPath", "TimestampPath"])): draw(paths),
            }
        case "Fail":
            return {
                "Type": "Fail",
                "ErrorPath": draw(paths | intrinsic_calls()),
                "CausePath": draw(paths | intrinsic_calls()),
            }
        case "Choice":
            return {
                "Type": "Choice",
                "Choices": [{"Variable": draw(paths), **comparison(draw), "Next": "Z"}],
                "Default": "Z",
            }
        case "Map":
            limits = {"MaxConcurrencyPath": draw(paths), "ItemSelector": {"x.$": draw(intrinsic_calls())}}
            return {"Type": "Map", **end, "ItemsPath": draw(paths), "ItemProcessor": MACHINE, **limits}
        case "Distributed":
            limit = draw(
                st.sampled_from(
                    ["MaxConcurrencyPath", "ToleratedFailureCountPath", "ToleratedFailurePercentagePath"]
                )
            )
            batches = draw(st.sampled_from([{}, {"ItemBatcher": {"MaxItemsPerBatchPath": draw(paths)}}]))
            processor = distributed(draw(st.sampled_from(["STANDARD", "EXPRESS"])))
            return {
                "Type": "Map",
                **end,
                "ItemsPath": draw(paths),
                "ItemProcessor": processor,
                limit: draw(paths),
                **batches,
            }
        case "Task":
            parameters = {
                "FunctionName.$": draw(paths),
                "Payload.$": "$",
                "InvocationType": draw(st.sampled_from(["Event", "RequestResponse"])),
            }
            limits = {draw(st.sampled_from(["TimeoutSecondsPath", "HeartbeatSecondsPath"])): draw(paths)}
            return {
                "Type": "Task",
                "Resource": "arn:aws:states:::lambda:invoke",
                **end,
                "Parameters": parameters,
                **limits,
            }
    return {
        "Type": "Parallel",
        **end,
        "Branches": [{"StartAt": "F", "States": {"F": {"Type": "Fail", "CausePath": draw(paths)}}}, MACHINE],
    }


class Store:
    """A store with a worker, whose operations are called in this process."""

    def __init__(self, service: Service, home: Any) -> None:
        self.service = service
        self.home = home
        self.machines = 0

    def __call__(self, operation: str, **request: Any) -> dict[str, Any]:
        return call_api(self.service, model.load_model("stepfunctions", operation), request)

    def create(self, definition: str) -> str:
        self.machines += 1
        created = self("CreateStateMachine", name=f"M{self.machines}", definition=definition, roleArn=ROLE)
        return str(created["stateMachineArn"])


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    home = tmp_path_factory.mktemp("fuzz")
    service = build_app(Settings.from_environment({"SFN_HOME": str(home), "SFN_CLOCK": "virtual"}))
    yield Store(service, home)
    stop_workers(home)
    service.close()


def accepted(ask: Callable[[], T], refusal: str) -> T | None:
    """An operation's answer, or None when it refuses the request for the expected reason."""
    try:
        return ask()
    except ApiError as error:
        if error.code not in (refusal, "ValidationException"):
            raise
        return None


def text_of(value: Any) -> str:
    return json.dumps(value)


@settings(tries(40), suppress_health_check=list(HealthCheck))
@given(state=states(), given_inputs=st.lists(inputs, min_size=1, max_size=AT_ONCE))
def test_every_execution_ends_and_harms_no_other(
    store: Store, state: dict[str, Any], given_inputs: list[Any]
) -> None:
    """Whatever its data, an execution succeeds or fails with an error of its own.

    Other executions and the worker continue.
    """
    if store.machines == 0:
        store.create(text_of(MACHINE))
    states = {"A": state, "Z": {"Type": "Succeed"}} if state["Type"] == "Choice" else {"A": state}
    machine = accepted(lambda: store.create(text_of({"StartAt": "A", "States": states})), "InvalidDefinition")
    if machine is None:
        return
    started = [store("StartExecution", stateMachineArn=M1)["executionArn"]]
    for value in given_inputs:
        request = {"stateMachineArn": machine, "input": text_of(value)}
        answer = accepted(lambda request=request: store("StartExecution", **request), "InvalidExecutionInput")
        if answer is not None:
            started.append(answer["executionArn"])
    workers = set(worker_pids(store.home))
    for _ in following.follow_changes(store.service, SECONDS):
        statuses = following.followed_statuses(store.service, started)
        if len(statuses) == len(started):
            break
    assert len(statuses) == len(started), f"not within {SECONDS} s: {state}"
    suspended = [one.traceback for one in store.service.suspensions.all()]
    assert not suspended, suspended[0]
    assert statuses[started[0]] == "SUCCEEDED"
    assert workers <= set(worker_pids(store.home))


M1 = "arn:aws:states:us-east-1:123456789012:stateMachine:M1"
