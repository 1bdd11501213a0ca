"""The packages of a requirements.txt, installed by the pip of the interpreter that will import them.

For an interpreter without pip (environments that uv creates), the pip in Python's `ensurepip`, another
interpreter's pip, or `uv pip` is used. Nothing is installed into the interpreter itself.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sfn_cli.functions.builds.build_folder import (
    BuildError,
    build_digest,
    find_build_folder,
    make_build_folder,
    program_stamp,
)
from sfn_cli.functions.builds.build_process import build_environment, run_build_program
from sfn_cli.input_files import PROJECT_FILE_BYTES, read_input_bytes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

_INCLUDED = re.compile(r"(?:-r|--requirement|-c|--constraint)(?:\s+|=)(\S+)|-[rc](\S+)")
_PINNED = re.compile(r"^([A-Za-z0-9._-]+(?:\[[^]]*\])?\s*)===?")
_EDITABLE = re.compile(r"(?:-e|--editable)(?:\s+|=)(.*)")
_COMMENT = re.compile(r"(^|\s)#.*$")
_NOT_HASHED = frozenset({"__pycache__", ".git", ".venv", "venv", "node_modules", "build", "dist"})
_PROBE = (
    "import glob, importlib.util as u, os, sys\n"
    "if u.find_spec('pip'): print('pip')\n"
    "elif u.find_spec('ensurepip'):\n"
    " import ensurepip\n"
    " w = glob.glob(os.path.join(os.path.dirname(ensurepip.__file__), '_bundled', 'pip-*.whl'))\n"
    " print(w[0] if w else '')\n"
)


def install_python_packages(
    home: str | os.PathLike[str],
    requirements: str | os.PathLike[str] | Sequence[str],
    interpreter: str,
    report: Callable[[str], None],
    *,
    what: str = "",
    may_build: bool = True,
    allows_newer: bool = False,
) -> Path:
    """Returns a folder with the packages of a requirements file, for an interpreter's sys.path.

    `requirements` is the file, or a list of requirements. `what` completes the message "Installing
    requirements.txt for WHAT…". With `allows_newer`, "one==1.0" is installed as "one>=1.0". Raises
    BuildError.
    """
    lines = _Requirements(requirements, allows_newer=allows_newer)
    title = f"Installing {lines.title}" + (f" for {what}" if what else "")
    sources = _python_sources(lines, interpreter)

    def fill(folder: Path) -> None:
        beside = folder / ".sfn-requirements"
        beside.mkdir()
        try:
            file = lines.write(beside)
            _install_requirements(interpreter, file, folder, lines.folder, what=title)
        finally:
            shutil.rmtree(beside, ignore_errors=True)

    return make_build_folder(home, sources, fill, report, line=title, may_build=may_build)


def find_python_packages(
    home: str | os.PathLike[str],
    requirements: str | os.PathLike[str] | Sequence[str],
    interpreter: str,
    *,
    allows_newer: bool = False,
) -> Path | None:
    """Returns the existing folder of an earlier `install_python_packages`, if any.

    Raises BuildError for a file that cannot be read.
    """
    lines = _Requirements(requirements, allows_newer=allows_newer)
    return find_build_folder(home, _python_sources(lines, interpreter))


def _python_sources(requirements: _Requirements, interpreter: str) -> dict[str, Any]:
    return {
        "kind": "python packages",
        "requirements": requirements.digest(),
        "interpreter": program_stamp(interpreter),
        "platform": list(os.uname()[0::4]),
    }


def _install_requirements(interpreter: str, file: Path, target: Path, folder: Path, *, what: str) -> None:
    environment = build_environment(
        PIP_DISABLE_PIP_VERSION_CHECK="1",
        PIP_NO_INPUT="1",
        PIP_USER="0",
        PIP_REQUIRE_VIRTUALENV="0",
        PYTHONDONTWRITEBYTECODE="1",
        PYTHONNOUSERSITE="1",
    )
    environment.pop("PIP_TARGET", None)
    environment.pop("PIP_PREFIX", None)
    command = [
        *_pip_command(interpreter, environment),
        "-q",
        "--prefer-binary",
        "-r",
        str(file),
        "--target",
        str(target),
    ]
    run_build_program(command, folder, environment, what=what)


def _pip_command(interpreter: str, environment: dict[str, str]) -> list[str]:
    """Returns the `pip install` command for an interpreter, without options. Raises BuildError."""
    try:
        probe = run_build_program(
            [interpreter, "-c", _PROBE], "/", environment, what=f"Looking for pip in {interpreter}"
        )
    except BuildError:
        probe = ""
    found = probe.strip().splitlines()[-1:]
    if found == ["pip"]:
        return [interpreter, "-m", "pip", "install"]
    if found and found[0]:
        return [interpreter, os.path.join(found[0], "pip"), "install"]
    from importlib.util import find_spec

    if find_spec("pip") is not None:
        return [sys.executable, "-m", "pip", "--python", interpreter, "install"]
    if (uv := shutil.which("uv")) is not None:
        return [uv, "pip", "install", "--compile-bytecode", "--python", interpreter]
    raise BuildError(
        f"{interpreter} has no pip, which is needed to install requirements.txt. "
        f"Install pip ({interpreter} -m ensurepip), or uv."
    )


class _Requirements:
    """A requirements file, or a list of requirements, with the files and folders that it refers to."""

    def __init__(
        self, requirements: str | os.PathLike[str] | Sequence[str], *, allows_newer: bool = False
    ) -> None:
        self._allows_newer = allows_newer
        if isinstance(requirements, (str, os.PathLike)):
            self._file: Path | None = Path(requirements).absolute()
            self.folder = self._file.parent
            self.title = self._file.name
            self._lines = self._read(self._file)
        else:
            self._file = None
            self.folder = Path("/")
            self.title = " ".join(requirements)
            self._lines = list(requirements)

    def digest(self) -> str:
        """Returns a hash of the requirements, of included files, and of packages in local folders."""
        return build_digest(*self._contents())

    def write(self, beside: Path) -> Path:
        """Writes the requirements to a file in the folder `beside`, and returns the file.

        A package in a local folder is copied first, because building a package writes into its folder.
        """
        file = beside / "requirements.txt"
        file.write_text("\n".join(self._written(self._file, self._lines, beside)) + "\n", encoding="utf-8")
        return file

    def _read(self, file: Path) -> list[str]:
        lines = _read_requirements(file)
        return [_PINNED.sub(r"\1>=", line) for line in lines] if self._allows_newer else lines

    def _contents(self) -> Iterator[bytes]:
        for file, lines in self._files():
            for line in lines:
                yield line.encode(errors="surrogateescape")
                if (local := _local_package(line, file)) is not None:
                    yield from folder_contents(local)

    def _files(self) -> Iterator[tuple[Path | None, list[str]]]:
        waiting: list[tuple[Path | None, list[str]]] = [(self._file, self._lines)]
        seen = set()
        while waiting:
            file, lines = waiting.pop()
            yield file, lines
            for line in lines:
                included = _included_file(line, file)
                if included is not None and included not in seen:
                    seen.add(included)
                    waiting.append((included, self._read(included)))

    def _written(self, file: Path | None, lines: list[str], beside: Path) -> Iterator[str]:
        for line in lines:
            included = _included_file(line, file)
            local = _local_package(line, file)
            if included is not None:
                number = len(list(beside.iterdir()))
                copy = beside / f"included-{number}.txt"
                copy.touch()
                written = self._written(included, self._read(included), beside)
                copy.write_text("\n".join(written) + "\n", encoding="utf-8")
                yield f"{'-c' if line.startswith(('-c', '--c')) else '-r'} {copy}"
            elif local is not None and local.is_dir():
                copy = beside / f"package-{len(list(beside.iterdir()))}"
                shutil.copytree(local, copy, ignore=lambda _, names: _NOT_HASHED.intersection(names))
                yield str(copy) + _extras_of_requirement(line)
            elif local is not None:
                yield str(local)
            else:
                yield line


def _read_requirements(file: Path) -> list[str]:
    try:
        data = read_input_bytes(file, PROJECT_FILE_BYTES)
    except OSError as error:
        raise BuildError(f"Cannot read {file}: {error.strerror or error}") from None
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    text = data.decode(encoding, errors="replace").replace("\\\r\n", " ").replace("\\\n", " ")
    return [line for line in (_COMMENT.sub("", line).strip() for line in text.splitlines()) if line]


def _included_file(line: str, file: Path | None) -> Path | None:
    matched = _INCLUDED.fullmatch(line)
    if matched is None or file is None:
        return None
    name = matched[1] or matched[2]
    return None if "://" in name else file.parent / name


def _local_package(line: str, file: Path | None) -> Path | None:
    """Returns the path of a requirement that is a local folder or file; None for others."""
    if file is None:
        return None
    matched = _EDITABLE.fullmatch(line)
    text = (matched[1] if matched else line).split(";")[0].strip()
    text = text.partition("@ file:")[2].strip() or text
    text = re.sub(r"^file:(//)?", "", text)
    text = re.sub(r"\[[^]]*\]$", "", text).strip("\"'")
    if text.startswith("-") or not (text.startswith((".", "/", "~")) or "/" in text) or "://" in text:
        return None
    path = file.parent / os.path.expanduser(text)
    return path if path.exists() else None


def _extras_of_requirement(line: str) -> str:
    matched = re.search(r"\[[^]]*\]", line)
    return matched[0] if matched else ""


def folder_contents(path: Path) -> Iterator[bytes]:
    """Yields the names and contents of a folder's files without caches, or a file's content."""
    if path.is_file():
        yield path.read_bytes()
        return
    for folder, folders, files in os.walk(path):
        folders[:] = sorted(set(folders) - _NOT_HASHED)
        for name in sorted(files):
            if not name.endswith(".pyc"):
                yield os.fsencode(os.path.relpath(os.path.join(folder, name), path))
                with open(os.path.join(folder, name), "rb") as opened:
                    yield opened.read()
