"""The interpreter of each Lambda runtime.

`python3.12` is an installed Python 3.12, `nodejs20.x` a Node.js 20.

The first interpreter is used that starts and has exactly that version: first on PATH, where a version
manager's shim may only print how to choose a version, then in the folders of version managers, last
the interpreter that runs sfn.

If a version is not installed, the nearest installed one of the same language runs the function: the
next newer one, otherwise the next older one. A deploy reports it (`substitute_note`). With
SFN_EXACT_RUNTIMES=true, no substitute is used.

Checks of interpreters are cached in $SFN_HOME (interpreters/cache.py).
"""

from __future__ import annotations

import os
import re
import sys
import time
from glob import glob
from typing import TYPE_CHECKING, NamedTuple

from sfn_cli.functions.code.catalog import FOLDER_NAME
from sfn_cli.functions.interpreters.cache import InterpreterCache, LanguageInterpreter, StartError
from sfn_cli.functions.outcome import UnusableError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path


class Language(NamedTuple):
    """A language and how to find its interpreters; `{}` stands for the version."""

    name: str
    runtime: re.Pattern[str]
    """The names of its runtimes, with their version."""
    oldest: tuple[int, ...]
    """The oldest version that the bootstrap runs under."""
    newest: tuple[int, ...]
    """The newest version to look for as a substitute."""
    commands: tuple[str, ...]
    probe: tuple[str, ...]
    """Arguments with which a command prints its program's path and its version, one per line."""
    managed: tuple[str, ...]
    """Folders of version managers; `<…>` is a manager's root (`_managed_folders`)."""


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
    """The interpreters on this machine, by runtime."""

    def __init__(self, home: Path, environ: Mapping[str, str] = os.environ, *, exact: bool = False) -> None:
        self._environ = environ
        self._exact = exact
        self._cache = InterpreterCache(home / FOLDER_NAME / "interpreters.json")
        self._found: dict[tuple[str, bool], LanguageInterpreter] = {}
        self._refused: dict[tuple[str, bool], tuple[float, UnusableError]] = {}

    def executable(self, runtime: str) -> str:
        """Returns the path of the interpreter for a runtime such as "python3.12".

        For a custom runtime, it is the Python that runs sfn. Raises UnusableError.
        """
        return self.interpreter(runtime).executable

    def interpreter(self, runtime: str, *, exact: bool = False) -> LanguageInterpreter:
        """Returns the interpreter for functions of a runtime. Raises UnusableError.

        With `exact`, no substitute is used.
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
        """Returns a note if a runtime's functions run in another version. Raises UnusableError."""
        if runtime in CUSTOM:
            return None
        language, version = language_of_runtime(runtime)
        found = self.interpreter(runtime)
        if found.version == version:
            return None
        return f"{language.name} {version} is not installed; using {language.name} {found.version}"

    def _search_again(self, runtime: str, exact: bool) -> LanguageInterpreter:
        """Searches; if nothing is found, checks again the commands with a cached failure."""
        try:
            return self._search(runtime, exact)
        except UnusableError:
            if not self._cache.has_refused:
                raise
            self._cache.forget_refusals()
            return self._search(runtime, exact)

    def _search(self, runtime: str, exact: bool) -> LanguageInterpreter:
        language, version = language_of_runtime(runtime)
        failures: list[str] = []
        requested = tuple(map(int, version.split(".")))
        if requested >= language.oldest:
            found = self._search_version(language, version, failures)
            if found is not None:
                return found
        elif exact:
            oldest = ".".join(map(str, language.oldest))
            raise UnusableError(
                "InvalidRuntimeException",
                f"sfn does not support {runtime}: handlers need {language.name} {oldest} or newer.",
            )
        for nearest in () if exact else _nearest_versions(language, requested):
            found = self._search_version(language, nearest, [])
            if found is not None:
                return found
        wanted = f"{language.name} {version}"
        tried = "".join(f"\n  tried {failure}" for failure in failures)
        other = "" if exact else ", and neither is another version that could run it"
        raise UnusableError(
            "InvalidRuntimeException",
            f"The runtime {runtime} needs {wanted}, which was found neither on PATH nor in the folders of "
            f"version managers{other}. Install {wanted}, or set another runtime "
            f"(sfn lambda update-function-configuration --function-name NAME --runtime RUNTIME).{tried}",
        )

    def _search_version(
        self, language: Language, version: str, failures: list[str]
    ) -> LanguageInterpreter | None:
        for command in self._candidates(language, version):
            try:
                interpreter = self._check(command, language)
            except StartError as error:
                failures.append(f"{command}: {error}")
                continue
            if interpreter.version == version:
                return interpreter
        if language is PYTHON and sys.executable and version == _own_version():
            return LanguageInterpreter(sys.executable, version)
        return None

    def _candidates(self, language: Language, version: str) -> Iterator[str]:
        """Yields commands that may be the interpreter, the most likely first; each program once."""
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
                # A virtual environment's python is a link to another one, but behaves differently.
                key = (program, os.path.exists(os.path.join(folder, os.pardir, "pyvenv.cfg")) and folder)
                if key not in seen and os.path.isfile(command) and os.access(command, os.X_OK):
                    seen.add(key)
                    yield command

    def _managed_folders(self, language: Language, version: str) -> list[str]:
        """Returns the folders of version managers for this version, the newest patch first."""
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

    def _check(self, command: str, language: Language) -> LanguageInterpreter:
        """Runs a command to find its program and version. Raises StartError."""
        known = self._cache.find(command)
        if known is not None:
            return known
        try:
            interpreter = _probe_runtime(command, language, self._environ)
        except StartError as error:
            self._cache.store_failure(command, error)
            raise
        self._cache.store(command, interpreter)
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
        f"sfn does not support the runtime {runtime}: it runs handlers in Python and Node.js. "
        f"For other languages, use the runtime {CUSTOM[-1]}: the function's code then contains "
        f"an executable named {ENTRYPOINT}, which gets its events from Lambda's Runtime API.",
    )


def _nearest_versions(language: Language, requested: tuple[int, ...]) -> Iterator[str]:
    """Yields the other versions of a language by distance: newer ones first, then older ones."""
    *major, last = requested
    oldest, newest = language.oldest[-1], language.newest[-1]
    for number in (*range(max(last + 1, oldest), newest + 1), *range(min(last - 1, newest), oldest - 1, -1)):
        yield ".".join(map(str, (*major, number)))


def _own_version() -> str:
    return f"{sys.version_info.major}.{sys.version_info.minor}"


def _probe_runtime(command: str, language: Language, environ: Mapping[str, str]) -> LanguageInterpreter:
    import subprocess

    try:
        answer = subprocess.run(
            [command, *language.probe],
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
        error_lines = answer.stderr.decode(errors="replace").strip().splitlines()
        raise StartError(error_lines[0] if error_lines else f"exit status {answer.returncode}")
    return LanguageInterpreter(lines[0] or command, lines[1])
