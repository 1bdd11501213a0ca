"""The store's folder (SFN_HOME) and the files in it: the user's own, whatever the umask.

Rule 1: the folder belongs to this user (or to root), and no other user may write to it; as ssh requires.
Rule 2: a file is opened without following a symbolic link, and only if it is this user's own (or root's).
Rule 3: files are created 0600 and folders 0700.

The store holds code that sfn runs: everyone who can write to it can run code as its user.
"""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from typing import TYPE_CHECKING

from sfn_cli.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Callable

FILE_MODE = 0o600
FOLDER_MODE = 0o700

OWN_NAMES = (
    "sfn.db", "worker", "aws.", "endpoint.", "events.lock", "functions", "map-runs", "services", "builds",
    "cache", "stacks", "cdk-apps",
)  # fmt: skip
"""Prefixes of the names of sfn's own files in the home.

The user may store other files beside them.
"""

_FOLDERS = ("functions", "map-runs", "services", "builds", "cache", "stacks", "cdk-apps")
_FILES = (".db", ".db-wal", ".db-shm", ".lock", ".log")

_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH
_OTHERS_READ = stat.S_IRGRP | stat.S_IROTH


# The folder


def make_private_home(home: str | os.PathLike[str]) -> None:
    """Creates the store's folder if it is missing, and checks it. Raises StoreError and OSError."""
    if not os.path.isdir(home):
        _make_private_folders(os.path.abspath(home))
    check_private_home(home)


def check_private_home(home: str | os.PathLike[str]) -> None:
    """Raises StoreError when the store's folder is not safe to use (rule 1).

    A missing folder is safe.
    """
    try:
        found = os.stat(home)
    except FileNotFoundError:
        return
    except OSError as error:
        raise StoreError(
            f"Cannot use the store in {home}: {error.strerror or error}. Set SFN_HOME to a writable folder."
        ) from None
    user = os.geteuid()
    if found.st_uid not in (user, 0):
        raise StoreError(
            f"Cannot use the store in {home}: the folder belongs to {_file_owner_name(found.st_uid)}, and "
            f"you are {_file_owner_name(user)}. Set SFN_HOME to a folder of your own."
        )
    writable_by_group = found.st_mode & stat.S_IWGRP and not _is_private_group(found)
    if writable_by_group or found.st_mode & stat.S_IWOTH:
        raise StoreError(
            f"Cannot use the store in {home}: other users may write to the folder (its mode is "
            f"{stat.S_IMODE(found.st_mode):04o}). Check what is in it, then run: "
            f"{_chmod_command('go-w', home)}"
        )
    if stat.S_ISDIR(found.st_mode) and not stat.S_IMODE(found.st_mode) and found.st_uid == user:
        os.chmod(home, FOLDER_MODE)  # a process was killed between mkdir, under a umask of 777, and chmod
    # Each is also checked where it is opened. Here, a command fails before it has stored anything.
    for entry in _private_home_entries(home):
        if entry.name.startswith(OWN_NAMES):
            with suppress(FileNotFoundError):
                _check_private_entry(entry)


def _check_private_entry(entry: os.DirEntry[str]) -> None:
    """Raises StoreError when an entry of the home cannot be what sfn stores under that name."""
    found = entry.stat(follow_symlinks=False)
    if stat.S_ISLNK(found.st_mode):
        raise _is_file_link(entry.path)
    if entry.name in _FOLDERS:
        _check_private_file(entry.path, found, stat.S_ISDIR, "a folder")
    elif entry.name.endswith(".wake"):
        _check_private_file(entry.path, found, stat.S_ISFIFO, "a pipe")
    elif entry.name.endswith(_FILES):
        _check_private_file(entry.path, found, stat.S_ISREG, "a file")


def private_home_notes(home: str | os.PathLike[str]) -> list[str]:
    """Returns what other users may do with a safe store folder: one line each."""
    try:
        found = os.stat(home)
        parent = os.stat(os.path.dirname(os.path.realpath(home)))
    except OSError:
        return []
    mode = f"its mode is {stat.S_IMODE(found.st_mode):04o}"
    notes = []
    if found.st_mode & stat.S_IWGRP:
        notes.append(
            f"{home}: its group, which is yours alone, may write to the folder ({mode}). To prevent it: "
            f"{_chmod_command('700', home)}"
        )
    if found.st_mode & _OTHERS_READ:
        notes.append(
            f"{home}: other users may list the folder ({mode}). To prevent it: {_chmod_command('700', home)}"
        )
    if parent.st_mode & stat.S_IWOTH and not parent.st_mode & stat.S_ISVTX:
        notes.append(f"{home}: other users may rename the folder, since they may write to its parent folder.")
    for entry in (
        sorted(_private_home_entries(home), key=lambda entry: entry.name)
        if found.st_mode & (stat.S_IXGRP | stat.S_IXOTH)
        else ()
    ):
        if entry.is_file(follow_symlinks=False) and entry.stat(follow_symlinks=False).st_mode & (
            _OTHERS_READ | _OTHERS_WRITE
        ):
            notes.append(
                f"{entry.path}: other users may open the file. "
                f"To prevent it: {_chmod_command('600', entry.path)}"
            )
    return notes


def _chmod_command(mode: str, path: str | os.PathLike[str]) -> str:
    from shlex import quote

    return f"chmod {mode} {quote(os.fspath(path))}"


def _private_home_entries(home: str | os.PathLike[str]) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(os.fspath(home)) as entries:
            return list(entries)
    except OSError:
        return []


def _is_private_group(found: os.stat_result) -> bool:
    """Whether a file's owner is the only member of its group: Linux creates a group per user."""
    import grp
    import pwd

    try:
        owner, group = pwd.getpwuid(found.st_uid), grp.getgrgid(found.st_gid)
    except KeyError:
        return False
    return (
        owner.pw_gid == group.gr_gid
        and owner.pw_name == group.gr_name
        and set(group.gr_mem) <= {owner.pw_name}
    )


def _file_owner_name(user: int) -> str:
    import pwd

    try:
        return pwd.getpwuid(user).pw_name
    except KeyError:
        return f"user {user}"


# The files in it


def open_file(path: str | os.PathLike[str], flags: int, *, above: int = -1) -> int:
    """Opens a file of the store; with O_CREAT, a missing file is created.

    The descriptor is higher than `above`, and not inherited. Raises StoreError (rule 2) and OSError.
    """
    path = os.fspath(path)
    # O_NONBLOCK: a pipe in the file's place must not block. Regular files ignore it.
    flags |= os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
    descriptor = _create_private_file(path, flags) if flags & os.O_CREAT else -1
    while descriptor < 0:
        try:
            descriptor = _open_private_file(path, flags & ~os.O_CREAT)
        except FileNotFoundError:
            if not flags & os.O_CREAT:
                raise
            descriptor = _create_private_file(path, flags)  # it was deleted in between
    try:
        _check_private_file(path, os.fstat(descriptor), stat.S_ISREG, "a file")
        if os.fstat(descriptor).st_mode & _OTHERS_WRITE:
            os.fchmod(descriptor, FILE_MODE)
        return _move_descriptor_above(descriptor, above)
    except BaseException:
        os.close(descriptor)
        raise


def read_file(path: str | os.PathLike[str]) -> str:
    """Returns the text of a file of the store. Raises StoreError (rule 2), OSError, UnicodeDecodeError."""
    with os.fdopen(open_file(path, os.O_RDONLY), encoding="utf-8") as file:
        return file.read()


def replace_file(path: str | os.PathLike[str], text: str) -> None:
    """Writes a file beside its place, then moves it there: a reader finds all of it or none.

    Raises StoreError (rule 2), OSError and UnicodeEncodeError; then the file is as it was.
    """
    folder, name = os.path.split(path)
    beside = os.path.join(folder, f".{name}.{os.urandom(8).hex()}")
    try:
        with os.fdopen(open_file(beside, os.O_WRONLY | os.O_CREAT), "w", encoding="utf-8") as file:
            file.write(text)
        os.replace(beside, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(beside)
        raise


def _create_private_file(path: str, flags: int) -> int:
    """Returns the descriptor of a new file, or -1 if the path exists."""
    try:
        descriptor = os.open(path, flags | os.O_CREAT | os.O_EXCL, FILE_MODE)
    except FileExistsError:
        return -1
    if stat.S_IMODE(os.fstat(descriptor).st_mode) != FILE_MODE:
        os.fchmod(descriptor, FILE_MODE)
    return descriptor


def _open_private_file(path: str, flags: int) -> int:
    try:
        return os.open(path, flags)
    except OSError as error:
        check_file(path)  # a link, most likely
        if not isinstance(error, PermissionError) or stat.S_IMODE(os.lstat(path).st_mode):
            raise
    os.chmod(path, FILE_MODE)  # its creator has had no time yet to set its mode, under a umask of 777
    return os.open(path, flags)


def _move_descriptor_above(descriptor: int, above: int) -> int:
    if descriptor > above:
        return descriptor
    import fcntl

    lifted = fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, above + 1)
    os.close(descriptor)
    return lifted


def check_file(path: str) -> None:
    """Raises StoreError unless a file is safe to open by its path (rule 2).

    A missing file is safe.
    """
    try:
        found = os.lstat(path)
    except FileNotFoundError:
        return
    _check_private_file(path, found, stat.S_ISREG, "a file")


def open_private_pipe(path: str, flags: int) -> int:
    """Opens a named pipe of the store, without waiting for its other end.

    Raises StoreError (rule 2) and OSError.
    """
    try:
        descriptor = os.open(path, flags | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
    except FileNotFoundError:
        raise
    except OSError:
        _check_private_file(path, os.lstat(path), stat.S_ISFIFO, "a pipe")
        raise
    try:
        _check_private_file(path, os.fstat(descriptor), stat.S_ISFIFO, "a pipe")
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def make_private_pipe(path: str) -> None:
    """Creates a named pipe, unless the path exists. Raises OSError."""
    if not os.path.lexists(path):
        os.mkfifo(path, FILE_MODE)
        os.chmod(path, FILE_MODE)


def make_private_folder(home: str | os.PathLike[str], *names: str) -> str:
    """Returns the path of a folder of the store, created if needed with its parents.

    Raises StoreError (rule 2) and OSError.
    """
    make_private_home(home)
    path = os.fspath(home)
    for name in names:
        path = os.path.join(path, name)
        try:
            os.mkdir(path, FOLDER_MODE)
            os.chmod(path, FOLDER_MODE)
        except FileExistsError:
            _check_private_file(path, os.lstat(path), stat.S_ISDIR, "a folder")
    return path


def _make_private_folders(path: str) -> None:
    """Creates a folder and its parents, all of them private, as the XDG specification requires."""
    if not os.path.isdir(parent := os.path.dirname(path)):
        _make_private_folders(parent)
    try:
        os.mkdir(path, FOLDER_MODE)
        os.chmod(path, FOLDER_MODE)
    except FileExistsError:
        if not os.path.isdir(path):
            raise


def _check_private_file(path: str, found: os.stat_result, is_kind: Callable[[int], bool], kind: str) -> None:
    """Raises StoreError unless the file is of the kind, and this user's own or root's."""
    if stat.S_ISLNK(found.st_mode):
        raise _is_file_link(path)
    if not is_kind(found.st_mode):
        raise StoreError(
            f"Cannot use the store {path}: it is not {kind}. Move it away, or set SFN_HOME to another folder."
        )
    if found.st_uid not in (os.geteuid(), 0):
        raise StoreError(
            f"Cannot use the store {path}: it belongs to {_file_owner_name(found.st_uid)}. "
            "Move it away, or set SFN_HOME to another folder."
        )


def _is_file_link(path: str) -> StoreError:
    return StoreError(
        f"Cannot use the store {path}: it is a symbolic link, which sfn does not follow. "
        "Replace it with the file that it points to, or remove it."
    )
