"""The credentials that `sfn serve --credentials FILE` accepts: an AWS shared credentials file.

https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-files.html
Every profile with an access key counts; one without (a role, a process, single sign-on) is skipped.
"""

from __future__ import annotations

from configparser import Error, RawConfigParser
from secrets import token_hex
from typing import TYPE_CHECKING, Any, NamedTuple

from sfn_cli.errors import ConfigurationError
from sfn_cli.input_files import CREDENTIALS_BYTES, read_input_text

if TYPE_CHECKING:
    from collections.abc import Mapping


class AccessKey(NamedTuple):
    """An access key's secret; it has a session token only if the key is temporary."""

    secret_access_key: str
    session_token: str | None = None


def read_server_credentials(path: str) -> Mapping[str, AccessKey]:
    """Reads the access keys in a file, by their ids. Raises ConfigurationError."""
    parser = RawConfigParser(default_section="", strict=False)
    try:
        parser.read_string(read_input_text(path, CREDENTIALS_BYTES), path)
    except OSError as error:
        raise _unusable_credentials(path, error.strerror or str(error)) from error
    except UnicodeDecodeError as error:
        raise _unusable_credentials(path, "it is not UTF-8 text") from error
    except Error as error:
        # Its own message shows lines of the file, which may contain a secret.
        line = getattr(error, "lineno", None) or (getattr(error, "errors", None) or [(None,)])[0][0]
        raise _unusable_credentials(
            path, f"line {line} is neither [profile] nor name = value below one"
        ) from None
    found: dict[str, AccessKey] = {}
    for profile in parser.sections():
        key, secret, token = (parser.get(profile, f"aws_{name}", fallback="") for name in _NAMES)
        if bool(key) != bool(secret):
            raise _unusable_credentials(
                path, f"profile {profile} has {'no aws_secret_access_key' if key else 'no aws_access_key_id'}"
            )
        if key and found.setdefault(key, AccessKey(secret, token or None)) != (secret, token or None):
            raise _unusable_credentials(
                path,
                f"profile {profile} has another secret or token for an aws_access_key_id "
                "of an earlier profile",
            )
    if not found:
        raise _unusable_credentials(path, "no profile has an aws_access_key_id and an aws_secret_access_key")
    return found


def accept_session(known: dict[str, AccessKey], answer: Mapping[str, Any]) -> None:
    """Adds the credentials in an answer of STS to the known ones, if it has some.

    Those that known credentials were used for are as good as these; the oldest are forgotten.
    """
    session = answer.get("Credentials")
    if session is None:
        return
    sessions = [key for key in known if key.startswith(_SESSION)]
    if len(sessions) >= MAX_SESSIONS:
        del known[sessions[0]]
    session["AccessKeyId"] = key = f"{_SESSION}{token_hex(7).upper()[:13]}"
    known[key] = AccessKey(session["SecretAccessKey"], session["SessionToken"])


MAX_SESSIONS = 1000
_SESSION = "ASIASFN"
"""How the access keys of sessions begin: as on AWS, and not as those in the file."""

_NAMES = ("access_key_id", "secret_access_key", "session_token")


def _unusable_credentials(path: str, reason: str) -> ConfigurationError:
    return ConfigurationError(f"Cannot use the credentials in {path}: {reason}.")
