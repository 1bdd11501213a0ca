"""The child's side: imports one handler, then answers one invocation after another.

It runs under the interpreter that the function's Runtime names (Python 3.8 and newer), so it is
self-contained. It uses little of the standard library and nothing else, because a child should be
ready in about thirty milliseconds. `logging` and `traceback`, ten milliseconds each, are imported
only when needed.

File descriptors: 0 is empty; 1 and 2 are the log; 3 is the socket to the pool; 4 is the lifeline.

A message is two lengths (of head and body: 32 bits each, big-endian), a JSON head and a body. The
body is JSON text: an event of megabytes is not wrapped in JSON a second time.

    to the child    {"id": request id, "arn": invoked ARN, "remaining": ms, "trace": its header} the event
                    ("client_context": JSON text, when the client sent one)
    to the pool     {}                                                                           (ready)
    to the pool     {"duration": ms, "memory": kB, "error": its type, or null, "last": bool,
                     "ends": bool}                                                              the answer

Rule 1: A child never outlives its parent, whatever its handler does.
Rule 2: The log is written before the answer, so a client that has the answer can read the log.
Rule 3: A line break within one event of the log is written as EVENT_BREAK, which a handler does not print.
"""

from __future__ import annotations

import fcntl
import importlib
import importlib.machinery
import json
import marshal
import os
import sys
import time

TYPE_CHECKING = False  # as in `typing`, which takes too long to import
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType
    from typing import Any, NoReturn

    Handler = Callable[[Any, Any], Any]

CONTROL, LIFELINE = 3, 4
SIGKILL = 9
MAX_RESPONSE_BYTES = 6_291_556
PACKAGES = "_SFN_PACKAGES"
"""Set to JSON, {"folders": for sys.path, after the code's folder; "last": for its end}.
Handlers do not see the variable.
"""
TASK_ROOT = "/var/task"
"""The folder of the code on AWS, as stack traces show it."""
EVENT_BREAK = "\x1e\x00\r"
LOG_INDENT = "\u00a0"
"""The runtime indents a stack trace in the log with no-break spaces."""


class _Now:
    """The state of this process."""

    folder = ""
    request_id = ""
    in_fork = False
    memory_kb = 0


class LambdaContext:
    """A handler's second argument.

    https://docs.aws.amazon.com/lambda/latest/dg/python-context.html
    """

    def __init__(self, request_id: str, arn: str, remaining_ms: float, client_context: str | None) -> None:
        """Raises FunctionError if the client's context is not JSON."""
        self.aws_request_id = request_id
        self.log_group_name = _FACTS["AWS_LAMBDA_LOG_GROUP_NAME"]
        self.log_stream_name = _FACTS["AWS_LAMBDA_LOG_STREAM_NAME"]
        self.function_name = _FACTS["AWS_LAMBDA_FUNCTION_NAME"]
        # Observed: AWS passes the text of the variable, not a number.
        self.memory_limit_in_mb = _FACTS["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]
        self.function_version = _FACTS["AWS_LAMBDA_FUNCTION_VERSION"]
        self.invoked_function_arn = arn
        self.tenant_id = None
        self.client_context = _read_client_context(client_context)
        self.identity = CognitoIdentity()
        self._deadline = time.monotonic() + remaining_ms / 1000

    def get_remaining_time_in_millis(self) -> int:
        return max(0, int((self._deadline - time.monotonic()) * 1000))

    def log(self, message: object) -> None:
        write_runtime_log(str(message))

    def __repr__(self) -> str:
        shown = ",".join(f"{name}={value}" for name, value in vars(self).items() if name[0] != "_")
        return f"LambdaContext([{shown}])"


class ContextPart:
    """A part of the context. Its members are always there; None if the client did not send them."""

    __slots__: tuple[str, ...] = ()

    def __init__(self, description: Any = None) -> None:
        for name in self.__slots__:
            setattr(self, name, None if description is None else description.get(name))

    def __repr__(self) -> str:
        shown = ",".join(f"{name}={getattr(self, name)}" for name in self.__slots__)
        return f"{type(self).__name__}([{shown}])"


class CognitoIdentity(ContextPart):
    """The identity of a mobile app's user: always there, and empty, because sfn has no Cognito."""

    __slots__ = ("cognito_identity_id", "cognito_identity_pool_id")


class ClientContext(ContextPart):
    """The client's description of itself."""

    __slots__ = ("custom", "env", "client")  # noqa: RUF023 (the order in which AWS shows them)
    client: Any

    def __init__(self, description: Any) -> None:
        super().__init__(description)
        if self.client is not None:
            self.client = Client(self.client)


class Client(ContextPart):
    __slots__ = (  # noqa: RUF023
        "installation_id", "app_title", "app_version_name", "app_version_code", "app_package_name",
    )  # fmt: skip


def _read_client_context(text: str | None) -> ClientContext | None:
    if text is None:
        return None
    try:
        description = json.loads(text)
    except ValueError as error:
        raise FunctionError(
            "Runtime.LambdaContextUnmarshalError", f"Unable to parse Client Context JSON: {error}"
        ) from None
    return None if description is None else ClientContext(description)


class FunctionError(Exception):
    """An error of the function itself, with Lambda's type and message."""

    def __init__(self, error_type: str, message: str, stack_trace: list[str] | None = None) -> None:
        super().__init__(message)
        self.error_type = error_type
        self.message = message
        self.stack_trace = stack_trace or []


class ResponseTooLargeError(FunctionError):
    """A response that Lambda does not pass on."""


def bootstrap_main(folder: str, handler: str) -> None:
    _Now.folder = folder
    tie_to_parent()
    close_inherited_descriptors()
    os.set_inheritable(CONTROL, False)
    _set_up_handler_output()
    os.register_at_fork(after_in_child=_leave_pool_after_fork)
    # Lambda configures logging.
    sys.meta_path.insert(0, _ImportHook("logging", _set_up_handler_logging))
    sys.meta_path.insert(0, _ImportHook("botocore.session", _set_up_handler_sdk))
    fault: FunctionError | None = None
    function: Handler | None = None
    try:
        os.chdir(folder)
        packages = json.loads(os.environ.pop(PACKAGES, "{}"))
        sys.path[:0] = [folder, *packages.get("folders", ())]
        sys.path += packages.get("last", ())
        function = _load_handler(handler)
    except FunctionError as error:
        fault = error
    _flush_handler_output()
    send_to_pool({}, b"")
    while True:
        head, body = receive_from_pool()
        _Now.request_id = head["id"]
        os.environ["_X_AMZN_TRACE_ID"] = head["trace"]
        _answer_invocation(function, fault, head, body)


def become_program(command: list[str]) -> NoReturn:
    """Replaces this process's program with another one that speaks the same protocol.

    That program stays tied to the parent.
    """
    tie_to_parent()
    close_inherited_descriptors()
    os.execv(command[0], command)


# Invocations


def _answer_invocation(function: Handler | None, fault: FunctionError | None, head: Any, body: bytes) -> None:
    error: str | None = None
    began = time.perf_counter()
    try:
        if fault is not None:
            raise fault
        context = LambdaContext(head["id"], head["arn"], head["remaining"], head.get("client_context"))
        if b"/custom-resource-responses/" in body:
            _load_environment_module("custom_resources").allow_responses(body)
        payload = _marshal_handler_result(function(_unmarshal_event(body), context))  # type: ignore[misc]
    except Exception as raised:
        # Observed: the report of a failed import has no request id.
        error, payload = _handler_failure(raised, head["id"] if fault is None else "")
    duration = (time.perf_counter() - began) * 1000
    if _Now.in_fork:
        os._exit(1)  # a fork returned from the handler: do not answer the invocation twice
    if duration > 1 or not _Now.memory_kb:
        # This takes a tenth of a short invocation, which hardly changes the memory in use.
        _Now.memory_kb = peak_runtime_memory_kb()
    _flush_handler_output()
    send_to_pool(
        {"duration": duration, "memory": _Now.memory_kb, "error": error, "last": fault is not None}, payload
    )


def _unmarshal_event(body: bytes) -> Any:
    try:
        return json.loads(body.decode())
    except ValueError as error:
        raise FunctionError("Runtime.UnmarshalError", f"Unable to unmarshal input: {error}") from None


def _marshal_handler_result(result: Any) -> bytes:
    """Returns the response for a handler's result: bytes as they are, all else as JSON text.

    Each of AWS's runtimes has its own spacing and escapes. Python's uses the package simplejson,
    whose text differs from that of `json` for decimal numbers, named tuples and keys of bytes.
    """
    if isinstance(result, bytes):
        payload = result
    else:
        try:
            text = _handler_result_text(result)
        except Exception as error:
            raise FunctionError("Runtime.MarshalError", f"Unable to marshal response: {error}") from None
        payload = _encode_or_end(text)
    if len(payload) > MAX_RESPONSE_BYTES:
        message = f"Response payload size exceeded maximum allowed payload size ({MAX_RESPONSE_BYTES} bytes)."
        raise ResponseTooLargeError("Function.ResponseSizeTooLarge", message)
    return payload


def _handler_result_text(result: Any) -> str:
    decimals: list[str] = []

    def encode(value: Any) -> str:
        decimals.clear()
        return json.JSONEncoder(ensure_ascii=_ESCAPES, default=simplify).encode(value)

    def simplify(value: Any) -> Any:
        if isinstance(value, bytes):
            return value.decode()
        decimal = sys.modules.get("decimal")
        if decimal is not None and isinstance(value, decimal.Decimal):
            if value.is_nan():
                return float("nan")
            decimals.append(str(value))
            return f"{_DECIMAL}{len(decimals) - 1}"
        as_object = getattr(value, "_asdict", None)
        if callable(as_object):
            return as_object()
        raise TypeError(f"Object of type {type(value).__name__} is not JSON serializable")

    try:
        text = encode(result)
        if "[" in text and _has_named_tuples(result):
            text = encode(_with_plain_members(result))
    except TypeError as error:
        if not str(error).startswith("keys must be"):
            raise
        text = encode(_with_plain_members(result))
    if decimals:
        import re

        text = re.sub(f'"{_DECIMAL}([0-9]+)"', lambda found: decimals[int(found[1])], text)
    return text


_DECIMAL = f"decimal-{os.urandom(8).hex()}-"
"""The start of a text that stands for a decimal number, which `json` cannot write exactly."""
_ESCAPES = sys.version_info < (3, 12)
dumps = json.JSONEncoder(ensure_ascii=_ESCAPES).encode


def _has_named_tuples(value: Any) -> bool:
    try:
        # Written in C: it accepts the types of JSON themselves, and no subclass of them.
        marshal.dumps(value)
    except ValueError:
        pass
    else:
        return False
    waiting: list[Any] = [[value]]  # only lists, tuples and dictionaries: any other object has no members
    while waiting:
        value = waiting.pop()
        if isinstance(value, tuple) and hasattr(value, "_asdict"):
            return True
        members = value.values() if isinstance(value, dict) else value
        waiting += [item for item in members if isinstance(item, (dict, list, tuple))]
    return False


def _with_plain_members(value: Any) -> Any:
    """Returns a copy with named tuples as dictionaries, and keys of bytes as text."""
    if isinstance(value, dict):
        return {
            key.decode() if isinstance(key, bytes) else key: _with_plain_members(item)
            for key, item in value.items()
        }
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        return _with_plain_members(value._asdict())
    if isinstance(value, (list, tuple)):
        return [_with_plain_members(item) for item in value]
    return value


def _encode_or_end(text: str) -> bytes:
    """Returns the text as UTF-8. Half a character in it ends the process, as in AWS's runtime."""
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        _crash(error)


def _crash(error: BaseException) -> NoReturn:
    """Ends the process as an error outside the handler ends AWS's runtime."""
    import traceback

    traceback.print_exception(type(error), error, error.__traceback__)
    _flush_handler_output()
    os._exit(1)


def _handler_failure(raised: Exception, request_id: str) -> tuple[str, bytes]:
    """Logs an error, and returns its type and its payload in Lambda's form."""
    if isinstance(raised, ResponseTooLargeError):  # Lambda reports it, not the runtime
        report = {"errorMessage": raised.message, "errorType": raised.error_type}
        return raised.error_type, dumps(report).encode()
    if isinstance(raised, FunctionError):
        error_type, message, stack_trace = raised.error_type, raised.message, raised.stack_trace
    else:
        error_type, message, stack_trace = (
            type(raised).__name__,
            _text_of_raised(raised),
            _stack_trace(raised),
        )
    described = f"[ERROR] {error_type}: {message}" if message else f"[ERROR] {error_type}"
    lines = [line for frame in stack_trace for line in frame.splitlines()]
    write_runtime_log(
        "\n".join([described, "Traceback (most recent call last):", *map(_indented_for_log, lines)])
    )
    report = {"errorMessage": message, "errorType": error_type}
    if sys.version_info >= (3, 9):  # noqa: UP036 (this file also runs on Python 3.8)
        report["requestId"] = request_id
    return error_type, _encode_or_end(dumps({**report, "stackTrace": stack_trace}))


def _indented_for_log(line: str) -> str:
    text = line.lstrip(" ")
    return LOG_INDENT * (len(line) - len(text)) + text


def _text_of_raised(raised: Exception) -> str:
    """Returns an error's text. An error without one ends the process, as in AWS's runtime."""
    try:
        return str(raised)
    except Exception as error:
        _crash(error)


def _stack_trace(raised: BaseException) -> list[str]:
    import traceback

    frames = [
        (frame.filename, frame.lineno or 0, frame.name, frame.line or "")
        for frame in traceback.extract_tb(raised.__traceback__)
    ]
    while frames and frames[0][0] == __file__:
        del frames[0]
    return traceback.format_list(
        [(_aws_path_of_frame(filename), line, name, text) for filename, line, name, text in frames]
    )


def _aws_path_of_frame(filename: str) -> str:
    """Returns the path that a file of the function, or of Python itself, has on AWS."""
    for folder, on_aws in ((_Now.folder, TASK_ROOT), (os.path.dirname(os.__file__), _LIBRARY)):
        if filename.startswith(folder + "/"):
            return on_aws + filename[len(folder) :]
    return filename


_LIBRARY = f"/var/lang/lib/python{sys.version_info[0]}.{sys.version_info[1]}"
"""The folder of Python's standard library on AWS."""


# The handler


def _load_handler(handler: str) -> Handler:
    """Returns the function that the handler setting names. Raises FunctionError."""
    try:
        module_name, function_name = handler.rsplit(".", 1)
    except ValueError as error:
        raise FunctionError("Runtime.MalformedHandlerName", f"Bad handler '{handler}': {error}") from None
    if module_name.split(".")[0] in sys.builtin_module_names:
        raise FunctionError(
            "Runtime.BuiltInModuleConflict",
            f"Cannot use built-in module {module_name} as a handler module",
        )
    try:
        module = importlib.import_module(module_name.replace("/", "."))
    except ImportError as error:
        raise FunctionError(
            "Runtime.ImportModuleError", f"Unable to import module '{module_name}': {error}"
        ) from None
    except SyntaxError as error:
        trace = [f'  File "{_aws_path_of_frame(error.filename or "")}" Line {error.lineno}\n    {error.text}']
        raise FunctionError(
            "Runtime.UserCodeSyntaxError", f"Syntax error in module '{module_name}': {error}", trace
        ) from None
    except Exception as error:
        raise FunctionError(type(error).__name__, _text_of_raised(error), _stack_trace(error)) from None
    try:
        function: Handler = getattr(module, function_name)
    except AttributeError:
        raise FunctionError(
            "Runtime.HandlerNotFound", f"Handler '{function_name}' missing on module '{module_name}'"
        ) from None
    return function


# The log


def _set_up_handler_output() -> None:
    # Line buffering shows a handler's output while it runs, at the cost of one write per line.
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(line_buffering=True, errors="backslashreplace")  # type: ignore[union-attr]


_STREAMS = (sys.stdout, sys.stderr)


def _flush_handler_output() -> None:
    for stream in _STREAMS:
        try:
            stream.flush()
        except (OSError, ValueError):
            continue  # the handler closed it, which it may


def write_runtime_log(message: str) -> None:
    """Writes one event of the log; its line breaks are marked (rule 3)."""
    _flush_handler_output()
    data = (message.rstrip("\n").replace("\n", EVENT_BREAK) + "\n").encode(errors="backslashreplace")
    try:
        while data:
            data = data[os.write(1, data) :]
    except OSError:
        pass


class _ImportHook:
    """Sets up a module when the handler imports it."""

    def __init__(self, name: str, set_up: Callable[[Any], None]) -> None:
        self._name = name
        self._set_up = set_up

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        if name != self._name:
            return None
        sys.meta_path.remove(self)
        spec = importlib.machinery.PathFinder.find_spec(name, path)
        if spec is None or spec.loader is None:
            return None
        execute = spec.loader.exec_module

        def execute_and_set_up(module: ModuleType) -> None:
            execute(module)
            self._set_up(module)

        spec.loader.exec_module = execute_and_set_up  # type: ignore[method-assign]
        return spec


def _set_up_handler_sdk(session_module: Any) -> None:
    """Sets the local endpoint in a botocore that does not read it from the environment."""
    provider = sys.modules.get("botocore.configprovider")
    known = getattr(provider, "BOTOCORE_DEFAUT_SESSION_VARIABLES", ())
    if hasattr(provider, "ConfiguredEndpointProvider") and "disable_host_prefix_injection" in known:
        return
    _load_environment_module("sdk_endpoints").set_endpoints(session_module.Session)


def _load_environment_module(name: str) -> Any:
    """Returns a module of `environment/`, which imports nothing of sfn."""
    import importlib.util

    place = os.path.join(os.path.dirname(os.path.abspath(__file__)), "environment", f"{name}.py")
    spec = importlib.util.spec_from_file_location(name, place)
    assert spec is not None
    assert spec.loader is not None
    module: Any = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _set_up_handler_logging(logging: Any) -> None:
    class LambdaHandler(logging.Handler):  # type: ignore[misc]
        def emit(self, record: Any) -> None:
            try:
                record.aws_request_id = _Now.request_id
                write_runtime_log(self.format(record))
            except Exception:
                self.handleError(record)

    formatter = logging.Formatter(
        "[%(levelname)s]\t%(asctime)s.%(msecs)03dZ\t%(aws_request_id)s\t%(message)s", "%Y-%m-%dT%H:%M:%S"
    )
    formatter.converter = time.gmtime
    handler = LambdaHandler()
    handler.setFormatter(formatter)
    logging.root.addHandler(handler)


# The process


def tie_to_parent() -> None:
    """Ties this process to the pool (rule 1).

    The pool holds the other end of the lifeline and never writes: when the pool ends, the kernel
    closes it. On Linux the kernel then kills this whole process group, even while a handler spins
    in C or blocks every signal. Elsewhere SIGIO does so unless it is caught; in addition, a thread
    watches the lifeline.
    """
    set_signal = getattr(fcntl, "F_SETSIG", None)
    if set_signal is not None:
        fcntl.fcntl(LIFELINE, set_signal, SIGKILL)
    fcntl.fcntl(LIFELINE, fcntl.F_SETOWN, -os.getpgrp())
    fcntl.fcntl(LIFELINE, fcntl.F_SETFL, os.O_NONBLOCK | getattr(os, "O_ASYNC", 0))
    try:
        os.read(LIFELINE, 1)
        os._exit(0)  # the parent ended before SIGIO was set up
    except BlockingIOError:
        pass
    if set_signal is None:
        import _thread

        _thread.start_new_thread(_watch_parent_of_bootstrap, ())


def _watch_parent_of_bootstrap() -> None:
    import select

    select.select([LIFELINE], [], [])
    os.killpg(os.getpgrp(), SIGKILL)


def close_inherited_descriptors() -> None:
    """Closes descriptors inherited from the pool's parent, so that handlers cannot use them."""
    for name in os.listdir("/dev/fd"):
        if int(name) > LIFELINE:
            # As a range: closing it as a single descriptor fails for the listing's own, already closed.
            os.closerange(int(name), int(name) + 1)


def _leave_pool_after_fork() -> None:
    """Closes, in a fork of this process, its end of the control socket.

    Otherwise the pool could not see that the child ended while a fork lives on.
    """
    _Now.in_fork = True
    os.closerange(CONTROL, CONTROL + 1)


def peak_runtime_memory_kb(process: int | str = "self") -> int:
    """Returns the peak memory of a process, by default this one, in kB.

    On systems other than Linux, it is always that of this process.
    """
    # getrusage also includes the parent's memory before this program started.
    try:
        status = os.open(f"/proc/{process}/status", os.O_RDONLY)
    except OSError:
        import resource

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024  # macOS counts in bytes
    try:
        text = os.read(status, 4096)
    finally:
        os.close(status)
    at = text.find(b"VmHWM:")
    return int(text[at + 6 : text.index(b"kB", at)]) if at >= 0 else 0


def receive_from_pool() -> tuple[Any, bytes]:
    """Returns the next message. The process ends when the pool has ended."""
    data = _read_from_pool(65536)
    while len(data) < 8:
        data += _read_from_pool(65536)
    head_length = int.from_bytes(data[:4], "big")
    missing = 8 + head_length + int.from_bytes(data[4:8], "big") - len(data)
    if missing:
        parts = [data]
        while missing:
            parts.append(_read_from_pool(min(missing, 1 << 20)))
            missing -= len(parts[-1])
        data = b"".join(parts)
    return json.loads(data[8 : 8 + head_length].decode()), data[8 + head_length :]


def _read_from_pool(size: int) -> bytes:
    data = os.read(CONTROL, size)
    if not data:
        _end_bootstrap()
    return data


def _end_bootstrap() -> NoReturn:
    _flush_handler_output()
    os._exit(0)


def send_to_pool(head: Any, body: bytes) -> None:
    text = json.dumps(head).encode()
    data = memoryview(len(text).to_bytes(4, "big") + len(body).to_bytes(4, "big") + text + body)
    while data:
        data = data[os.write(CONTROL, data) :]


_FACTS = dict(os.environ)
"""The original environment: a handler may change its own."""

if __name__ == "__main__":
    if sys.path[0] == os.path.dirname(__file__):
        del sys.path[0]  # so that handlers cannot import from this file's folder
    if sys.argv[1:2] == ["--become"]:
        become_program(sys.argv[2:])
    # A wrapper (AWS_LAMBDA_EXEC_WRAPPER) may have changed the handler in the environment.
    bootstrap_main(*(sys.argv[1:] or [_FACTS["LAMBDA_TASK_ROOT"], _FACTS["_HANDLER"]]))
