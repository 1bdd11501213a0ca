"""The interpreter of each Lambda runtime.

`python3.12` is a Python 3.12 that is installed here, `nodejs20.x` a Node.js 20.

It is the first one found that really starts and has exactly that version: on PATH, where a version
manager's shim may only print how to choose one, and then where version managers install. If there
is none, the interpreter that runs sfn is used if its version matches.

Where a version is not installed, the nearest installed one of the same language runs the function:
the next newer one, else the next older one. A deploy reports it (`substitute_note`).
With SFN_EXACT_RUNTIMES=true, there is no substitute.

Whether an interpreter starts is remembered in $SFN_HOME (interpreters/memory.py).
"""

from __future__ import annotations

import os
import re
import sys
import time
from glob import glob
from typing import TYPE_CHECKING, NamedTuple

from sfn_cli.functions.code.catalog import FOLDER_NAME
from sfn_cli.functions.interpreters.memory import InterpreterMemory, LanguageInterpreter, StartError
from sfn_cli.functions.outcome import UnusableError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path


class Language(NamedTuple):
    """What the interpreters of a language have in common; `{}` stands for the version."""

    name: str
    runtime: re.Pattern[str]
    """The names of its runtimes, with their version."""
    oldest: tuple[int, ...]
    """The oldest version that the bootstrap runs under."""
    newest: tuple[int, ...]
    """The newest version that is looked for as a substitute."""
    commands: tuple[str, ...]
    question: tuple[str, ...]
    """The arguments that make a command print its program's path and its version, a line each."""
    managed: tuple[str, ...]
    """Where version managers install it; `<…>` is a manager's own folder (`_managed_folders`)."""


PYTHON = Language(
    "Python",
    re.compile(r"python(3\.\d+)"),
    (3, 8),
    (3, 20),
    ("python{}", "python3", "python"),
    ("-I", "-S", "-c", "import sys; print(sys.executable); print('%d.%d' % sys.version_info[:2])"),
    (
        "<pyenv>/versions/{}.*/bin",
        "<data>/uv/python/cpython-{}.*/bin",
        "<asdf>/installs/python/{}.*/bin",
        "<data>/mise/installs/python/{}.*/bin",
        "/opt/homebrew/opt/python@{}/bin",
    ),
)

NODE = Language(
    "Node.js",
    re.compile(r"nodejs(\d+)\.(?:x|\d+)"),
    (16,),
    (40,),
    ("node", "nodejs"),
    ("-p", "process.execPath + '\\n' + process.versions.node.split('.')[0]"),
    (
        "<nvm>/versions/node/v{}.*/bin",
        "<data>/fnm/node-versions/v{}.*/installation/bin",
        "<asdf>/installs/nodejs/{}.*/bin",
        "<data>/mise/installs/node/{}.*/bin",
        "<volta>/tools/image/node/{}.*/bin",
        "/opt/homebrew/opt/node@{}/bin",
    ),
)

LANGUAGES = (PYTHON, NODE)

CUSTOM = ("provided", "provided.al2", "provided.al2023")
"""The runtimes of functions that bring their own: an executable that speaks the Runtime API."""

ENTRYPOINT = "bootstrap"
"""The executable's name."""

REFUSED_SECONDS = 5.0
CHECK_SECONDS = 10.0


class Runtimes:
    """The interpreters of this machine, by the runtime's name."""

    def __init__(self, home: Path, environ: Mapping[str, str] = os.environ, *, exact: bool = False) -> None:
        self._environ = environ
        self._exact = exact
        self._memory = InterpreterMemory(home / FOLDER_NAME / "interpreters.json")
        self._found: dict[tuple[str, bool], LanguageInterpreter] = {}
        self._refused: dict[tuple[str, bool], tuple[float, UnusableError]] = {}

    def executable(self, runtime: str) -> str:
        """Returns the path of the interpreter for a runtime such as "python3.12".

        Raises UnusableError. A custom runtime's counterpart is Python: the one that runs sfn.
        """
        return self.interpreter(runtime).executable

    def interpreter(self, runtime: str, *, exact: bool = False) -> LanguageInterpreter:
        """Returns the interpreter that runs functions of a runtime. Raises UnusableError.

        Where it is to be `exact`, there is no substitute.
        """
        if runtime in CUSTOM:
            return LanguageInterpreter(sys.executable, _own_version())
        key = (runtime, exact or self._exact)
        found = self._found.get(key)
        if found is not None and os.path.exists(found.executable):
            return found
        refused = self._refused.get(key)
        if refused is not None and time.monotonic() < refused[0]:
            raise refused[1]
        try:
            found = self._found[key] = self._search_again(*key)
        except UnusableError as error:
            self._refused[key] = (time.monotonic() + REFUSED_SECONDS, error)
            raise
        return found

    def substitute_note(self, runtime: str) -> str | None:
        """Returns a sentence if another version runs the functions of a runtime. Raises UnusableError."""
        if runtime in CUSTOM:
            return None
        language, version = language_of_runtime(runtime)
        found = self.interpreter(runtime)
        if found.version == version:
            return None
        return f"{language.name} {version} is not installed; {language.name} {found.version} runs it"

    def _search_again(self, runtime: str, exact: bool) -> LanguageInterpreter:
        """Searches; if nothing is found, commands that did not start before are tried again."""
        try:
            return self._search(runtime, exact)
        except UnusableError:
            if not self._memory.has_refused:
                raise
            self._memory.forget_refusals()
            return self._search(runtime, exact)

    def _search(self, runtime: str, exact: bool) -> LanguageInterpreter:
        language, version = language_of_runtime(runtime)
        failures: list[str] = []
        asked = tuple(map(int, version.split(".")))
        if asked >= language.oldest:
            found = self._search_version(language, version, failures)
            if found is not None:
                return found
        elif exact:
            oldest = ".".join(map(str, language.oldest))
            raise UnusableError(
                "InvalidRuntimeException",
                f"sfn runs handlers in {language.name} {oldest} and newer, not {runtime}.",
            )
        for nearest in () if exact else _nearest_versions(language, asked):
            found = self._search_version(language, nearest, [])
            if found is not None:
                return found
        wanted = f"{language.name} {version}"
        tried = "".join(f"\n  tried {failure}" for failure in failures)
        other = "" if exact else f", nor was another {language.name} that could run it"
        raise UnusableError(
            "InvalidRuntimeException",
            f"The runtime {runtime} needs {wanted}, and none that starts was found on PATH or where "
            f"version managers keep it{other}. Install {wanted}, or give the function another runtime "
            f"(sfn lambda update-function-configuration --function-name NAME --runtime RUNTIME).{tried}",
        )

    def _search_version(
        self, language: Language, version: str, failures: list[str]
    ) -> LanguageInterpreter | None:
        for command in self._candidates(language, version):
            try:
                interpreter = self._ask(command, language)
            except StartError as error:
                failures.append(f"{command}: {error}")
                continue
            if interpreter.version == version:
                return interpreter
        if language is PYTHON and sys.executable and version == _own_version():
            return LanguageInterpreter(sys.executable, version)
        return None

    def _candidates(self, language: Language, version: str) -> Iterator[str]:
        """Yields commands that may be the interpreter, the likeliest first; each program once."""
        folders = [
            folder
            for folder in self._environ.get("PATH", os.defpath).split(os.pathsep)
            if os.path.isabs(folder)
        ]
        folders += self._managed_folders(language, version)
        seen = set()
        for name in language.commands:
            for folder in folders:
                command = os.path.join(folder, name.format(version))
                program = os.path.realpath(command)
                # A virtual environment's python is a link to another, but differs from it.
                key = (program, os.path.exists(os.path.join(folder, os.pardir, "pyvenv.cfg")) and folder)
                if key not in seen and os.path.isfile(command) and os.access(command, os.X_OK):
                    seen.add(key)
                    yield command

    def _managed_folders(self, language: Language, version: str) -> list[str]:
        """Returns where version managers install this version, the newest patch first."""
        home = self._environ.get("HOME", "")
        roots = {
            "<data>": self._environ.get("XDG_DATA_HOME") or os.path.join(home, ".local", "share"),
            "<asdf>": self._environ.get("ASDF_DATA_DIR") or os.path.join(home, ".asdf"),
            "<pyenv>": self._environ.get("PYENV_ROOT") or os.path.join(home, ".pyenv"),
            "<nvm>": self._environ.get("NVM_DIR") or os.path.join(home, ".nvm"),
            "<volta>": self._environ.get("VOLTA_HOME") or os.path.join(home, ".volta"),
        }
        found: list[str] = []
        for pattern in language.managed:
            root, slash, rest = pattern.partition("/")
            folder = roots.get(root, root) + slash + rest.format(version)
            if os.path.isabs(folder):
                found += sorted(glob(folder), key=_runtime_patch_version, reverse=True)
        return found

    def _ask(self, command: str, language: Language) -> LanguageInterpreter:
        """Runs a command to find its program and version. Raises StartError."""
        known = self._memory.recall(command)
        if known is not None:
            return known
        try:
            interpreter = _probe_runtime(command, language, self._environ)
        except StartError as error:
            self._memory.keep_refusal(command, error)
            raise
        self._memory.keep(command, interpreter)
        return interpreter


def _runtime_patch_version(folder: str) -> tuple[int, ...]:
    """Returns the numbers in a path, so that 3.12.10 comes after 3.12.9."""
    return tuple(int(digits) for digits in re.findall(r"\d+", folder))


def language_of_runtime(runtime: str) -> tuple[Language, str]:
    """Returns the language and the version of a runtime.

    Raises UnusableError for a runtime that sfn does not support.
    """
    for language in LANGUAGES:
        named = language.runtime.fullmatch(runtime)
        if named is None:
            continue
        return language, named[1]
    raise UnusableError(
        "InvalidRuntimeException",
        f"sfn runs handlers in Python and Node.js: it has no runtime {runtime}. "
        f"For other languages there is the runtime {CUSTOM[-1]}: the function's code then "
        f"has an executable named {ENTRYPOINT}, which asks Lambda's Runtime API for events.",
    )


def _nearest_versions(language: Language, asked: tuple[int, ...]) -> Iterator[str]:
    """Yields the other versions of a language: newer ones from the next, then older ones."""
    *major, last = asked
    oldest, newest = language.oldest[-1], language.newest[-1]
    for number in (*range(max(last + 1, oldest), newest + 1), *range(min(last - 1, newest), oldest - 1, -1)):
        yield ".".join(map(str, (*major, number)))


def _own_version() -> str:
    return f"{sys.version_info.major}.{sys.version_info.minor}"


def _probe_runtime(command: str, language: Language, environ: Mapping[str, str]) -> LanguageInterpreter:
    import subprocess

    try:
        answer = subprocess.run(
            [command, *language.question],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            timeout=CHECK_SECONDS,
            env=dict(environ),
        )
    except subprocess.TimeoutExpired:
        raise StartError(f"no answer within {CHECK_SECONDS:.0f} seconds") from None
    except OSError as error:
        raise StartError(error.strerror or str(error)) from None
    lines = answer.stdout.decode(errors="replace").splitlines()
    if answer.returncode != 0 or len(lines) != 2:
        complaint = answer.stderr.decode(errors="replace").strip().splitlines()
        raise StartError(complaint[0] if complaint else f"exit status {answer.returncode}")
    return LanguageInterpreter(lines[0] or command, lines[1])
