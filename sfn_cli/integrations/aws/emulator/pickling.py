"""moto's objects as bytes, and back: pickle, and what pickle cannot do with them.

The bytes are written and read by this user's processes only, with the same versions of moto and Python.
"""

from __future__ import annotations

import copyreg
import importlib
import io
import marshal
import pickle
import sys
import threading
from collections import defaultdict
from types import CellType, FunctionType
from typing import Any

_LOCKS = {type(threading.Lock()): "Lock", type(threading.RLock()): "RLock"}


def pickle_moto(value: object) -> bytes:
    """Returns the bytes of objects of moto. Raises pickle.PicklingError, TypeError and others."""
    buffer = io.BytesIO()
    _MotoPickler(buffer, pickle.HIGHEST_PROTOCOL).dump(value)
    return buffer.getvalue()


def unpickle_moto(data: bytes) -> Any:
    """Returns the objects. Raises what it meets, for data of another version."""
    return pickle.loads(data)


class _MotoPickler(pickle.Pickler):
    def reducer_override(self, value: Any) -> Any:
        if (lock := _LOCKS.get(type(value))) is not None:
            return getattr(threading, lock), ()
        if isinstance(value, threading.Condition):
            return threading.Condition, ()
        if isinstance(value, threading.Event):
            return threading.Event, ()
        if isinstance(value, defaultdict) and type(value) is not defaultdict:
            # Its own __reduce__ would call __init__ of the class, with other arguments.
            state = (vars(value), value.default_factory)
            return copyreg.__newobj__, (type(value),), state, None, iter(value.items()), _set_state  # type: ignore[attr-defined]
        if isinstance(value, FunctionType) and "<" in value.__qualname__:
            return _function, _function_parts(value)
        if type(value).__module__.startswith("cryptography."):
            return _reduced_key(value)
        return NotImplemented


def _set_state(value: Any, state: Any) -> None:
    vars(value).update(state[0])
    value.default_factory = state[1]


def _function_parts(function: FunctionType) -> tuple[Any, ...]:
    """Returns a local function or lambda, such as the factory of a defaultdict, as its code."""
    cells = tuple(cell.cell_contents for cell in function.__closure__ or ())
    return (
        function.__module__,
        marshal.dumps(function.__code__),
        function.__name__,
        function.__defaults__,
        cells,
    )


def _function(
    module: str, code: bytes, name: str, defaults: tuple[Any, ...] | None, cells: tuple[Any, ...]
) -> FunctionType:
    found = vars(sys.modules.get(module) or importlib.import_module(module))
    return FunctionType(marshal.loads(code), found, name, defaults, tuple(map(CellType, cells)))


def _reduced_key(value: Any) -> Any:
    """Returns how to read a key or a certificate again."""
    from cryptography.hazmat.primitives import serialization

    encoding = serialization.Encoding.PEM
    if hasattr(value, "private_bytes"):
        plain = serialization.NoEncryption()
        text = value.private_bytes(encoding, serialization.PrivateFormat.PKCS8, plain)
        return _private_key, (text,)
    if hasattr(value, "public_bytes") and hasattr(value, "fingerprint"):
        return _certificate, (value.public_bytes(encoding),)
    if hasattr(value, "public_bytes"):
        text = value.public_bytes(encoding, serialization.PublicFormat.SubjectPublicKeyInfo)
        return _public_key, (text,)
    return NotImplemented


def _private_key(text: bytes) -> Any:
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    return load_pem_private_key(text, None)


def _public_key(text: bytes) -> Any:
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    return load_pem_public_key(text)


def _certificate(text: bytes) -> Any:
    from cryptography.x509 import load_pem_x509_certificate

    return load_pem_x509_certificate(text)
