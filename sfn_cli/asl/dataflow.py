"""Dataflow: the input of a state's work, and the output of the state.

JSONPath (https://states-language.net/#filters): InputPath → Parameters → work → ResultSelector →
ResultPath → OutputPath. JSONata: Arguments → work → Output. Both: Assign. If a field is absent, the
same Payload is passed on with its text, so that nothing is serialised twice.

In Assign under JSONPath, `$` is the work's result before ResultSelector for Task, Parallel and Map, the
state's own result for Pass, and the effective input for the others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from sfn_cli.jsonvalue import Json, Payload
from sfn_cli.query.jsonpath.expression import Path, PathNotFound, compile_path
from sfn_cli.query.jsonpath.reference_path import ReferencePath
from sfn_cli.query.payload_template import Template, compile_jsonata_template, compile_jsonpath_template
from sfn_cli.query.scope import Scope

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfn_cli.asl.visit import Visit

JSONPATH = "JSONPath"
JSONATA = "JSONata"

EMPTY_OBJECT = Payload({}, "{}")


class Flow(Protocol):
    """The common interface of JSONPath's and JSONata's dataflow."""

    def arguments(self, visit: Visit) -> Payload:
        """Returns the input of the state's work."""

    def own_result(self, visit: Visit) -> Payload | None:
        """Returns the result of a state without work (Pass, Wait …), or None if it has none."""

    def output(self, visit: Visit, result: Payload | None) -> Payload:
        """Returns the state's output."""

    def assign(self, visit: Visit, result: Payload | None) -> dict[str, Json] | None:
        """Returns the variables that the state assigns, or None if it assigns none."""


class CatchFlow(Protocol):
    """The dataflow of a Catcher: its output, and the variables that it assigns."""

    def output(self, visit: Visit, error_output: Payload) -> Payload: ...

    def assign(self, visit: Visit, error_output: Payload) -> dict[str, Json] | None: ...


def flow(fields: Mapping[str, Any], language: str, place: str = "") -> Flow:
    """Returns the dataflow of a state's fields, in its query language.

    `place` is the fields' place within the state ("Choices[0]/"), for errors of JSONata.
    """
    return JsonPathFlow(fields) if language == JSONPATH else JsonataFlow(fields, place)


def catch_flow(fields: Mapping[str, Any], language: str, place: str) -> CatchFlow:
    return JsonPathCatchFlow(fields) if language == JSONPATH else JsonataCatchFlow(fields, place)


class _Missing:
    """The JSON null of InputPath, ResultPath and OutputPath, which differs from an absent field."""


NOTHING = _Missing()


def _compile_flow_path(fields: Mapping[str, Any], name: str) -> Path | _Missing | None:
    if name not in fields or fields[name] == "$":
        return None
    return NOTHING if fields[name] is None else compile_path(fields[name])


def find_flow_value(path: Path, scope: Scope) -> Json:
    """Returns the value at a path.

    Raises States.Runtime for a missing value, with AWS's message for InputPath and similar fields.
    """
    try:
        return path.evaluate(scope)
    except PathNotFound as missing:
        raise missing.as_invalid_path() from None


class _FlowTemplate:
    """A payload template of a state; the text of a constant value is cached across visits."""

    __slots__ = ("_constant", "_template")

    def __init__(self, template: Template) -> None:
        self._template = template
        self._constant = Payload(template.evaluate(Scope())) if template.constant else None

    def make(self, scope: Scope) -> Payload:
        return Payload(self._template.evaluate(scope)) if self._constant is None else self._constant


class JsonPathFlow:
    """InputPath, Parameters, ResultSelector, ResultPath, OutputPath and Assign of one state."""

    __slots__ = ("_assign", "_input_path", "_output_path", "_parameters", "_result_path", "_result_selector")

    def __init__(self, fields: Mapping[str, Any]) -> None:
        self._input_path = _compile_flow_path(fields, "InputPath")
        self._output_path = _compile_flow_path(fields, "OutputPath")
        self._parameters = _jsonpath_flow_template(fields, "Parameters")
        self._result_selector = _jsonpath_flow_template(fields, "ResultSelector")
        self._result_path = _result_path_of_flow(fields)
        self._assign = _jsonpath_flow_template(fields, "Assign")

    def effective_input(self, visit: Visit) -> Payload:
        """Returns the state's input after InputPath."""
        effective = self._after_input_path(visit)
        visit.trace.note("afterInputPath", effective)
        return effective

    def _after_input_path(self, visit: Visit) -> Payload:
        if self._input_path is None:
            return visit.input
        if isinstance(self._input_path, _Missing):
            return EMPTY_OBJECT
        return Payload(find_flow_value(self._input_path, visit.path_scope(visit.input.value)))

    def arguments(self, visit: Visit) -> Payload:
        effective = self.effective_input(visit)
        shaped = (
            effective
            if self._parameters is None
            else self._parameters.make(visit.path_scope(effective.value))
        )
        visit.trace.note("afterParameters", shaped)
        return shaped

    def own_result(self, visit: Visit) -> Payload | None:
        return self.arguments(visit)

    def output(self, visit: Visit, result: Payload | None) -> Payload:
        assert result is not None
        if self._result_selector is not None:
            result = self._result_selector.make(visit.path_scope(result.value))
        if isinstance(self._result_path, _Missing):
            combined = visit.input
        elif self._result_path is None:
            combined = result
        else:
            combined = Payload(self._result_path.place(visit.input.value, result.value))
        visit.trace.note("afterResultSelector", result)
        visit.trace.note("afterResultPath", combined)
        if self._output_path is None:
            return combined
        if isinstance(self._output_path, _Missing):
            return EMPTY_OBJECT
        return Payload(find_flow_value(self._output_path, visit.path_scope(combined.value)))

    def assign(self, visit: Visit, result: Payload | None) -> dict[str, Json] | None:
        if self._assign is None:
            return None
        assert result is not None
        return _assigned_flow_variables(self._assign.make(visit.path_scope(result.value)))


class JsonPathCatchFlow:
    """ResultPath and Assign of a Catcher; `$` in Assign is the error's output."""

    __slots__ = ("_assign", "_result_path")

    def __init__(self, fields: Mapping[str, Any]) -> None:
        self._result_path = _result_path_of_flow(fields)
        self._assign = _jsonpath_flow_template(fields, "Assign")

    def output(self, visit: Visit, error_output: Payload) -> Payload:
        if isinstance(self._result_path, _Missing):
            return visit.input
        if self._result_path is None:
            return error_output
        return Payload(self._result_path.place(visit.input.value, error_output.value))

    def assign(self, visit: Visit, error_output: Payload) -> dict[str, Json] | None:
        if self._assign is None:
            return None
        return _assigned_flow_variables(self._assign.make(visit.path_scope(error_output.value)))


class JsonataFlow:
    """Arguments, Output and Assign of one state."""

    __slots__ = ("_arguments", "_assign", "_output")

    def __init__(self, fields: Mapping[str, Any], place: str = "") -> None:
        self._arguments = _jsonata_flow_template(fields, "Arguments", place)
        self._output = _jsonata_flow_template(fields, "Output", place)
        self._assign = _jsonata_flow_template(fields, "Assign", place)

    def arguments(self, visit: Visit) -> Payload:
        shaped = visit.input if self._arguments is None else self._arguments.make(visit.jsonata_scope())
        visit.trace.note("afterArguments", shaped)
        return shaped

    def own_result(self, visit: Visit) -> Payload | None:
        return None

    def output(self, visit: Visit, result: Payload | None) -> Payload:
        if self._output is None:
            return visit.input if result is None else result
        return self._output.make(_jsonata_flow_scope(visit, result))

    def assign(self, visit: Visit, result: Payload | None) -> dict[str, Json] | None:
        if self._assign is None:
            return None
        return _assigned_flow_variables(self._assign.make(_jsonata_flow_scope(visit, result)))


class JsonataCatchFlow:
    """Output and Assign of a Catcher, which read `$states.errorOutput`."""

    __slots__ = ("_assign", "_output")

    def __init__(self, fields: Mapping[str, Any], place: str) -> None:
        self._output = _jsonata_flow_template(fields, "Output", place)
        self._assign = _jsonata_flow_template(fields, "Assign", place)

    def output(self, visit: Visit, error_output: Payload) -> Payload:
        if self._output is None:
            return error_output
        return self._output.make(visit.jsonata_scope(errorOutput=error_output.value))

    def assign(self, visit: Visit, error_output: Payload) -> dict[str, Json] | None:
        if self._assign is None:
            return None
        return _assigned_flow_variables(
            self._assign.make(visit.jsonata_scope(errorOutput=error_output.value))
        )


def _jsonata_flow_scope(visit: Visit, result: Payload | None) -> Scope:
    return visit.jsonata_scope() if result is None else visit.jsonata_scope(result=result.value)


def _result_path_of_flow(fields: Mapping[str, Any]) -> ReferencePath | _Missing | None:
    if "ResultPath" not in fields or fields["ResultPath"] == "$":
        return None
    return NOTHING if fields["ResultPath"] is None else ReferencePath(fields["ResultPath"])


def _jsonpath_flow_template(fields: Mapping[str, Any], name: str) -> _FlowTemplate | None:
    return _FlowTemplate(compile_jsonpath_template(fields[name], name)) if name in fields else None


def _jsonata_flow_template(fields: Mapping[str, Any], name: str, place: str) -> _FlowTemplate | None:
    return _FlowTemplate(compile_jsonata_template(fields[name], place + name)) if name in fields else None


def _assigned_flow_variables(assigned: Payload) -> dict[str, Json]:
    assert isinstance(assigned.value, dict)
    return assigned.value
