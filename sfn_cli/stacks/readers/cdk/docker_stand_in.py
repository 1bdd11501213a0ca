"""Replaces Docker when a CDK app bundles the code of functions (CDK_DOCKER).

The CDK calls `docker build` for an image and `docker run` for a command in it, with the code at
/asset-input and the result at /asset-output. This program runs the command on the host, in the real
folders. pip packages for the result are only written to its requirements.txt: they are installed when
the function is deployed, for the interpreter that runs the function. (For a layer, whose packages are
in a subfolder of the result, pip runs immediately.)

This is a program of its own, run with `python -I`: it imports nothing from sfn.
"""

from __future__ import annotations

import fnmatch
import hashlib
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

_INPUT = "/asset-input"
_OUTPUT = "/asset-output"
_WITH_VALUE = {
    "-v", "--volume", "-e", "--env", "-w", "--workdir", "-u", "--user", "--entrypoint", "--network",
    "--platform", "--security-opt", "--volumes-from", "--name", "-t", "--tag", "-f", "--file", "--build-arg",
    "--target", "--cache-from", "--cache-to", "--output", "--secret", "--ssh",
}  # fmt: skip
_OUTPUT_VARIABLE = "SFN_BUNDLING_OUTPUT"


def main(arguments: list[str]) -> int:
    """Acts as `docker build`, as `docker run`, or as a program that a bundling command calls."""
    command, *rest = arguments or [""]
    if command in ("build", "buildx"):
        tag = _options_of_docker(rest)[0].get("-t", [""])[-1]
        print(f"sha256:{hashlib.sha256(tag.encode()).hexdigest()}")
        return 0
    if command == "run":
        return _run_bundling(rest)
    if command == "pip":
        return _install_or_note(rest)
    if command == "rsync":
        return _copy_as_rsync(rest)
    sys.stderr.write(
        f"Bundling calls `docker {command}`, which sfn does not support without Docker. To use Docker, set "
        "CDK_DOCKER=docker.\n"
    )
    return 1


def _options_of_docker(arguments: list[str]) -> tuple[dict[str, list[str]], list[str]]:
    """Returns the options with their values, and the remaining arguments."""
    options: dict[str, list[str]] = {}
    rest = list(arguments)
    while rest and rest[0].startswith("-"):
        name = rest.pop(0)
        if "=" in name:
            name, _, value = name.partition("=")
            options.setdefault(name, []).append(value)
        elif name in _WITH_VALUE and rest:
            options.setdefault(name, []).append(rest.pop(0))
        else:
            options.setdefault(name, [])
    return options, rest


def _run_bundling(arguments: list[str]) -> int:
    options, rest = _options_of_docker(arguments)
    image, *command = rest
    command = [*shlex.split(" ".join(options.get("--entrypoint", []))), *command]
    folders = {}
    for volume in [*options.get("-v", []), *options.get("--volume", [])]:
        host, container = volume.split(":")[:2]
        folders[container.rstrip("/")] = host
    with tempfile.TemporaryDirectory(prefix="sfn-bundling-") as programs:
        environment = {
            **os.environ,
            "PATH": f"{programs}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
            _OUTPUT_VARIABLE: folders.get(_OUTPUT, ""),
        }
        for variable in [*options.get("-e", []), *options.get("--env", [])]:
            name, _, value = variable.partition("=")
            if name not in ("HOME", "PATH", "PIP_CACHE_DIR", "npm_config_cache"):
                environment[name] = _on_host(value, folders)
        _write_programs(Path(programs), image)
        workdir = _on_host(options.get("-w", options.get("--workdir", [_INPUT]))[-1], folders)
        try:
            return subprocess.run(
                [_on_host(word, folders) for word in command],
                cwd=workdir if os.path.isdir(workdir) else None,
                env=environment,
                check=False,
            ).returncode
        except OSError as error:
            sys.stderr.write(f"Bundling cannot run {command[0]} without Docker: {error.strerror}\n")
            return 127


def _on_host(text: str, folders: dict[str, str]) -> str:
    for container, host in sorted(folders.items(), key=lambda pair: len(pair[0]), reverse=True):
        text = re.sub(rf"{re.escape(container)}(?![\w-])", host.replace("\\", r"\\"), text)
    return text


def _write_programs(folder: Path, image: str) -> None:
    """Writes the programs that bundling commands call and for which the host needs replacements."""
    matched = re.search(r"python[:-]?(3\.\d+)", image)
    interpreter = shutil.which(f"python{matched[1]}") if matched else None
    interpreter = interpreter or shutil.which("python3") or sys.executable
    own = f'exec "{sys.executable}" -I "{os.path.abspath(__file__)}"'
    pip = f'SFN_BUNDLING_PYTHON="{interpreter}" {own.removeprefix("exec ")} pip "$@"'
    python = f'if [ "$1 $2" = "-m pip" ]; then shift 2; {pip}; exit $?; fi\nexec "{interpreter}" "$@"'
    for name, text in {
        "pip": pip, "pip3": pip, "python": python, "python3": python, "rsync": f'{own} rsync "$@"'
    }.items():  # fmt: skip
        (folder / name).write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
        (folder / name).chmod(0o700)


def _install_or_note(arguments: list[str]) -> int:
    """Acts as pip: notes packages for the result in requirements.txt; otherwise runs pip."""
    target, files, packages = None, [], []
    rest = list(arguments)
    while rest:
        word = rest.pop(0)
        if word in ("-t", "--target") and rest:
            target = rest.pop(0)
        elif word.startswith("--target="):
            target = word.removeprefix("--target=")
        elif word in ("-r", "--requirement") and rest:
            files.append(Path(rest.pop(0)))
        elif word in ("--platform", "--python-version", "--implementation", "--only-binary") and rest:
            rest.pop(0)
        elif not word.startswith("-"):
            packages.append(word)
    output = os.environ.get(_OUTPUT_VARIABLE)
    if packages[:1] != ["install"] or target is None or not output or not _is_same(target, output):
        python = os.environ.get("SFN_BUNDLING_PYTHON", sys.executable)
        return subprocess.run([python, "-m", "pip", *arguments], check=False).returncode
    noted = Path(target, "requirements.txt")
    before = noted.read_text(encoding="utf-8-sig").splitlines() if noted.is_file() else []
    wanted = [line for file in files for line in file.read_text(encoding="utf-8-sig").splitlines()]
    added = [line for line in dict.fromkeys([*wanted, *packages[1:]]) if line.strip() and line not in before]
    if added:
        noted.write_text("".join(f"{line}\n" for line in [*before, *added]), encoding="utf-8")
    return 0


def _is_same(first: str | Path, second: str | Path) -> bool:
    return os.path.realpath(first) == os.path.realpath(second)


def _copy_as_rsync(arguments: list[str]) -> int:
    """Acts as `rsync -r SOURCE… TARGET`, with --exclude."""
    excluded: list[str] = []
    paths: list[str] = []
    rest = list(arguments)
    while rest:
        word = rest.pop(0)
        if word == "--exclude" and rest:
            excluded.append(rest.pop(0))
        elif word.startswith("--exclude="):
            excluded.append(word.removeprefix("--exclude=").strip("'\""))
        elif not word.startswith("-"):
            paths.append(word)
    *sources, target = paths

    def ignored(_: str, names: list[str]) -> set[str]:
        return {name for name in names for pattern in excluded if fnmatch.fnmatch(name, pattern.strip("/"))}

    for source in sources:
        inner = target if source.endswith("/") else os.path.join(target, os.path.basename(source))
        if os.path.isdir(source):
            shutil.copytree(source, inner, ignore=ignored, dirs_exist_ok=True)
        else:
            shutil.copy2(source, target)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
