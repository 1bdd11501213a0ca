"""Where the installed sfn came from, by the files that installers leave behind.

direct_url.json       a folder, a wheel, an archive's URL or a repository; absent for an index
                      (https://packaging.python.org/specifications/direct-url)
INSTALLER             pip or uv
pipx_metadata.json    in the environment's folder, by pipx
uv-receipt.toml       in the environment's folder, by `uv tool`
"""

from __future__ import annotations

import json
import os
import re
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from importlib.metadata import Distribution

_DISTRIBUTION = "sfn-cli"
_CHECKOUT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


class InstallSource(NamedTuple):
    """What an installer took sfn from."""

    path: str | None = None
    """A folder or a wheel on this machine."""
    url: str | None = None
    """Another address, as a requirement names it: `git+https://…@commit`, `https://….whl`."""
    is_editable: bool = False
    installer: str = "pip"
    requires: tuple[str, ...] = ()
    """The requirements of the installed sfn, those of its extras too."""

    @property
    def is_gone(self) -> bool:
        """Whether the folder or the wheel does not exist any more."""
        return self.path is not None and not os.path.exists(self.path)

    def requirement(self, extras: Iterable[str]) -> str:
        """Returns the requirement that stands for this source with extras."""
        names = f"[{','.join(dict.fromkeys(extras))}]"
        if self.path is not None:
            return f"{self.path}{names}"
        return f"{_DISTRIBUTION}{names}" + ("" if self.url is None else f" @ {self.url}")

    def packages_of(self, extras: Iterable[str]) -> list[str]:
        """Returns the requirements that these extras add, without those of sfn itself."""
        from packaging.requirements import Requirement

        found: dict[str, None] = {}
        for extra in extras:
            for requirement in map(Requirement, self.requires):
                if requirement.marker is None or not requirement.marker.evaluate({"extra": extra}):
                    continue
                if requirement.name == _DISTRIBUTION:
                    found |= dict.fromkeys(self.packages_of(requirement.extras))
                elif not requirement.marker.evaluate({"extra": ""}):
                    requirement.marker = None
                    found[str(requirement)] = None
        return list(found)


def find_install_source(prefix: str) -> InstallSource:
    """Returns where the sfn in the environment of this folder came from.

    Without metadata, it is the checkout that this module is in.
    """
    distribution = _installed_distribution(prefix)
    if distribution is None:
        is_checkout = os.path.exists(os.path.join(_CHECKOUT, "pyproject.toml"))
        return InstallSource(path=_CHECKOUT if is_checkout else None, is_editable=is_checkout)
    direct = json.loads(distribution.read_text("direct_url.json") or "{}")
    found = InstallSource(
        is_editable=bool(direct.get("dir_info", {}).get("editable")),
        installer=(distribution.read_text("INSTALLER") or "pip").strip(),
        requires=tuple(distribution.requires or ()),
    )
    url = direct.get("url")
    if url is None:
        return found
    if url.startswith("file://") and "vcs_info" not in direct:
        from urllib.parse import unquote, urlsplit

        return found._replace(path=unquote(urlsplit(url).path))
    return found._replace(url=_requirement_url(url, direct.get("vcs_info")))


def _requirement_url(url: str, repository: Mapping[str, Any] | None) -> str:
    if repository is None:
        return url
    return f"{repository['vcs']}+{url}@{repository['commit_id']}"


def _installed_distribution(prefix: str) -> Distribution | None:
    """Returns the metadata of the sfn that is installed below the folder, or on sys.path."""
    import glob
    from importlib import metadata

    folders = glob.glob(os.path.join(glob.escape(prefix), "lib*", "python3*", "site-packages"))
    installed = iter(metadata.distributions(name=_DISTRIBUTION, path=folders))
    return next(installed, None) or next(iter(metadata.distributions(name=_DISTRIBUTION)), None)


def pipx_extras(prefix: str) -> list[str] | None:
    """Returns the extras that pipx installed sfn with; None if pipx did not make the environment."""
    try:
        with open(os.path.join(prefix, "pipx_metadata.json"), encoding="utf-8") as file:
            requirement = json.load(file)["main_package"]["package_or_url"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    extras = re.search(r"\[([\w,. -]+)\]", str(requirement))
    return [] if extras is None else re.findall(r"[\w.-]+", extras[1])


def uv_tool_extras(prefix: str) -> list[str] | None:
    """Returns the extras that `uv tool` installed sfn with; None if it did not make the environment."""
    import tomllib

    try:
        with open(os.path.join(prefix, "uv-receipt.toml"), "rb") as file:
            requirements = tomllib.load(file)["tool"]["requirements"]
        return next(list(one.get("extras", ())) for one in requirements if one.get("name") == _DISTRIBUTION)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, StopIteration):
        return None
