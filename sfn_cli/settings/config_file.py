"""A profile of the AWS CLI's shared files: its region, its output format, its credentials.

https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html
The files are read here, not by configparser: importing it would take longer than all of a command's
settings.
"""

# No `from __future__ import annotations`: see settings/__init__.py.

import os
from collections.abc import Iterator, Mapping

from sfn_cli.errors import SfnError
from sfn_cli.input_files import CREDENTIALS_BYTES, FileTooLargeError, read_input_text
from sfn_cli.settings.table import SHARED_FILES, setting_value

DEFAULT_PROFILE = "default"


class ConfigFileError(SfnError):
    """A shared file is malformed or too large, or has no profile of this name."""


def read_profile(environ: Mapping[str, str], named: str | None) -> Mapping[str, str]:
    """Returns the settings of the profile `named`, else of AWS_PROFILE, else of the default profile.

    Those of the credentials file win over those of the config file. Files that do not exist or cannot be
    read count as empty. Raises ConfigFileError, also for a named profile that no file has.
    """
    chosen = named or setting_value("AWS_PROFILE", environ)
    profile = chosen or DEFAULT_PROFILE
    found: dict[str, str] = {}
    exists = False
    for variable in SHARED_FILES:
        for section, name, value in _config_file_lines(os.path.expanduser(setting_value(variable, environ))):
            if _profile_of_section(section, is_config=variable == SHARED_FILES[0]) == profile:
                exists = True
                if name:
                    found[name] = value
    if chosen and chosen != DEFAULT_PROFILE and not exists:
        raise ConfigFileError(f"The config profile ({chosen}) could not be found")
    return found


def _profile_of_section(section: str, *, is_config: bool) -> str:
    """Returns the profile in a section's header: [default], [profile NAME] or ["profile" "NAME"]."""
    if not is_config or section == DEFAULT_PROFILE:
        return section
    kind, _, name = section.partition(" ")
    return name.strip().strip("\"'") if kind == "profile" else ""


def _config_file_lines(path: str) -> Iterator[tuple[str, str, str]]:
    """Yields (section, name, value) for each section, with "" as its name, and for each setting in it.

    Indented lines belong to a nested setting, such as those of `s3 =`, and are skipped.
    """
    try:
        text = read_input_text(path, CREDENTIALS_BYTES)
    except FileTooLargeError as error:
        raise ConfigFileError(f"Unable to parse config file: {error.filename}: {error.strerror}") from None
    except OSError:
        return
    except UnicodeDecodeError:
        raise ConfigFileError(f"Unable to parse config file: {path}") from None
    section = ""
    for line in text.removeprefix("\ufeff").split("\n"):
        if not line.strip() or line[0] in "#;" or line[0].isspace():
            continue
        if line[0] == "[" and "]" in line:
            section = line[1 : line.index("]")].strip()
            yield section, "", ""
            continue
        end = min((at for at in (line.find("="), line.find(":")) if at >= 0), default=-1)
        if end < 0 or not section:
            raise ConfigFileError(f"Unable to parse config file: {path}")
        yield section, line[:end].strip().lower(), line[end + 1 :].strip()
