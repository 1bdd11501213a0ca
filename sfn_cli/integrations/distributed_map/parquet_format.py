"""Rows of Apache Parquet files, read with pyarrow: the extra `parquet`.

Values that JSON does not have become texts: dates and times in ISO 8601, bytes in Base64, and numbers
that are not finite by name. (ours: AWS documents no conversion)
"""

from __future__ import annotations

import base64
import io
import math
import shutil
import tempfile
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, BinaryIO

from sfn_cli.errors import StatesError
from sfn_cli.installation.extras import install_hint

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sfn_cli.jsonvalue import Json

_BATCH_ROWS = 1000


def parquet_format_rows(file: BinaryIO) -> Iterator[Json]:
    """Yields each row as an object. Raises StatesError."""
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError:
        raise _parquet_error(
            f"sfn reads PARQUET files with pyarrow, which is not installed. {install_hint('parquet')}"
        ) from None
    with tempfile.TemporaryFile() as copy:
        source: BinaryIO = copy
        # The index is at the end of the file. A compressed file goes back only by starting again, if at all.
        if isinstance(file, io.BufferedReader) and file.seekable():
            source = file
        else:
            shutil.copyfileobj(file, copy)
            copy.seek(0)
        try:
            with parquet.ParquetFile(source) as opened:
                for batch in opened.iter_batches(batch_size=_BATCH_ROWS):
                    for row in _batch_with_microseconds(pyarrow, batch).to_pylist():
                        yield _parquet_value(row)
        except (pyarrow.ArrowException, ValueError) as error:
            raise _parquet_error(f"The dataset is not PARQUET: {error}") from None


def _parquet_error(cause: str) -> StatesError:
    return StatesError("States.ItemReaderFailed", cause)


def _batch_with_microseconds(pyarrow: Any, batch: Any) -> Any:
    """Returns the batch with its times in microseconds, which Python's datetime can hold."""
    for index, field in enumerate(batch.schema):
        wanted = None
        if pyarrow.types.is_timestamp(field.type) and field.type.unit == "ns":
            wanted = pyarrow.timestamp("us", tz=field.type.tz)
        elif pyarrow.types.is_time64(field.type):
            wanted = pyarrow.time64("us")
        elif pyarrow.types.is_duration(field.type):
            wanted = pyarrow.duration("us")
        if wanted is not None:
            batch = batch.set_column(index, field.name, batch.column(index).cast(wanted, safe=False))
    return batch


def _parquet_value(value: Any) -> Json:
    match value:
        case float():
            return value if math.isfinite(value) else _NOT_FINITE.get(value, "NaN")
        case Decimal():
            return int(value) if value == value.to_integral_value() else float(value)
        case datetime() | date() | time():
            return value.isoformat().replace("+00:00", "Z")
        case timedelta():
            return value.total_seconds()
        case bytes():
            return base64.b64encode(value).decode()
        case dict():
            return {str(key): _parquet_value(inner) for key, inner in value.items()}
        case list():
            return [_parquet_value(inner) for inner in value]
        case tuple():  # an entry of a column of type map
            return {"key": _parquet_value(value[0]), "value": _parquet_value(value[1])}
        case _:
            return value


_NOT_FINITE = {math.inf: "Infinity", -math.inf: "-Infinity"}
