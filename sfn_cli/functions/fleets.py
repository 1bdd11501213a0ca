"""Fleets: the children of each function at each version, and the function's current deployment."""

from __future__ import annotations

from collections import OrderedDict
from pathlib import Path
from typing import TYPE_CHECKING

from sfn_cli.functions.code.catalog import Catalog
from sfn_cli.functions.deployment import Deployment
from sfn_cli.functions.runtimes import Runtimes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from sfn_cli.functions.child import Child
    from sfn_cli.functions.invocation import Invocation
    from sfn_cli.settings import Settings
    from sfn_cli.store.protocols.functions import Functions

HAND_OUT_MILLISECONDS = 0.2
"""The approximate time that this process needs to pass an invocation to a child."""

STUCK_MILLISECONDS = 30
"""Without an answer from any child for this long, the function's pace is ignored."""


class Fleet:
    """The children of one function at one version, and the invocations that wait for one."""

    __slots__ = ("answered_at", "children", "deployment", "idle", "pace", "starting", "waiting")

    def __init__(self, deployment: Deployment) -> None:
        self.deployment = deployment
        self.children: set[Child] = set()
        self.idle: list[Child] = []  # the last one is used first, so that the others can end
        self.starting = 0
        self.pace: float | None = None  # recent duration of its handler, in milliseconds
        self.answered_at = 0
        self.waiting: OrderedDict[Invocation, None] = OrderedDict()

    def wants_another(self, cores: int, now: int) -> bool:
        """Whether another child would be of use, given the existing and starting ones."""
        if self.starting >= len(self.waiting):
            return False
        if self.pace is None or len(self.children) < cores + self.pace / HAND_OUT_MILLISECONDS:
            return True
        return now >= self.answered_at + STUCK_MILLISECONDS


class Fleets:
    """The fleets of one pool, by function name and version number."""

    def __init__(
        self,
        functions: Functions,
        settings: Settings,
        retire: Callable[[Fleet | None, Deployment | None], None],
    ) -> None:
        """`retire` is called when a fleet's function was changed or deleted.

        Its arguments are the fleet (None if it is new), and the function's current deployment (None if
        it was deleted).
        """
        self._functions = functions
        self._retire = retire
        home = Path(settings.home)
        self._home = settings.home
        self._catalog = Catalog(functions, home)
        self._runtimes = Runtimes(home, exact=settings.exact_runtimes)
        self._fleets: dict[tuple[str, int], Fleet] = {}

    def __iter__(self) -> Iterator[Fleet]:
        return iter(self._fleets.values())

    def find(self, name: str, number: int) -> Fleet | None:
        """Returns the fleet of a function's version (0 for $LATEST); None if it does not exist.

        Raises UnusableError.
        """
        revision = self._functions.revision(name, number)
        fleet = self._fleets.get((name, number))
        deployed = fleet.deployment if fleet is not None else None
        if deployed is not None and revision == (deployed.function.id, deployed.function.revision):
            function = deployed.function
        else:
            found = self._functions.find(name, number)
            if found is None:
                self._retire(fleet, None)
                return None
            function = found
        from sfn_cli.functions.code.layers import find_packages, layers_fingerprint

        code = self._catalog.find(function)
        layers = layers_fingerprint(self._functions, function)
        if (
            fleet is not None
            and deployed is not None
            and function is deployed.function
            and code == deployed.code
            and layers == deployed.packages.fingerprint
        ):
            return fleet
        runtime = str(function.configuration.get("Runtime", ""))
        interpreter = self._runtimes.interpreter(
            runtime, exact=bool(function.configuration.get("ExactRuntime"))
        )
        packages = find_packages(self._functions, self._home, function, interpreter, layers)
        deployment = Deployment(function, code, interpreter.executable, interpreter.version, packages)
        if fleet is None:
            fleet = self._fleets[name, number] = Fleet(deployment)
        fleet.deployment = deployment
        self._retire(fleet, deployment)
        return fleet

    def is_throttled(self, name: str) -> bool:
        """Whether all of a function's reserved concurrency is in use."""
        reserved = self._functions.reserved_concurrency(name)
        if reserved is None:
            return False
        fleets = [fleet for fleet in self if fleet.deployment.function.name == name]
        running = sum(child.invocation is not None for fleet in fleets for child in fleet.children)
        return running + sum(len(fleet.waiting) for fleet in fleets) >= reserved

    def sweep(self, children: Iterable[Child]) -> None:
        """Deletes unpacked code that neither a fleet nor one of these children uses."""
        running = {child.deployment.code.path for child in children}
        self._catalog.sweep(running | {fleet.deployment.code.path for fleet in self})

    def close(self) -> None:
        self._fleets.clear()
        self._catalog.close()
