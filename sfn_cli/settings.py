"""What the environment says: where the store lies, which region and account ARNs name."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

DEFAULT_REGION = "us-east-1"
DEFAULT_ACCOUNT = "123456789012"


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one process; `home` is the folder that holds everything sfn keeps."""

    home: Path
    region: str
    account_id: str

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] = os.environ, *, region: str | None = None) -> Settings:
        """`region` (the --region option) wins over AWS_REGION, which wins over AWS_DEFAULT_REGION."""
        home = environ.get("SFN_HOME")
        return cls(
            home=Path(home).absolute() if home else _default_home(),
            region=region or environ.get("AWS_REGION") or environ.get("AWS_DEFAULT_REGION") or DEFAULT_REGION,
            account_id=environ.get("SFN_ACCOUNT_ID") or DEFAULT_ACCOUNT,
        )


def _default_home() -> Path:
    from platformdirs import user_data_path  # costs milliseconds, and SFN_HOME makes it needless

    return user_data_path("sfn", appauthor=False)
