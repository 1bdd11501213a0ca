"""Invalid values of the variables in the settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


SECONDS = [
    "abc", "inf", "-inf", "nan", "-5", "+5", "0", "0.0", "1e3", "1e999", " 5", "5s", "1_0", "٣", "5.", ".5",
    "9" * 400,
]  # fmt: skip
WHOLE = ["abc", "0", "-1", "+2", "2.0", "1e1", " 2", "1_0", "٣", "²", "99999999", "9" * 400]
URLS = [
    "localhost:4566", "127.0.0.1", "ftp://host", "http://", "http:// host", "http://host:99999", "http://a\nb",
    "http://a..b", "http://[::1", "http://[1.2]", "http://" + "a" * 64, "x" * 400,
]  # fmt: skip
BOOLEANS = ["1", "yes", "on", " true"]
BAD: Mapping[str, list[str]] = {
    "SFN_ACCOUNT_ID": ["abc", "12345678901", "1234567890123", "12345678901a", "-12345678901", "١٢٣٤٥٦٧٨٩٠١٢"],
    "SFN_CLOCK": ["Virtual", "fast", "0", "0.5", "-1", "inf", "nan", "1e3", "٦٠", "1_0"],
    "SFN_ON_CRASH": ["Fail", "FAIL", "retry ", "abort", "0"],
    "SFN_MAX_EVENTS": [*WHOLE, "1", "65536"],
    "SFN_WORKERS": [*WHOLE, "17"],
    "SFN_WORKER_IDLE_SECONDS": SECONDS,
    "SFN_LEASE_SECONDS": [*SECONDS, "1", "0.2"],
    "SFN_MAX_CHILDREN": [*WHOLE, "1001"],
    "SFN_AWS": ["Real", "true", "1", "moto"],
    "SFN_AWS_IDLE_SECONDS": SECONDS,
    "SFN_AWS_PERSIST": ["0", "true", "yes"],
    "SFN_EXACT_RUNTIMES": BOOLEANS,
    "AWS_ENDPOINT_URL": URLS,
    "AWS_ENDPOINT_URL_*": URLS,
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": BOOLEANS,
    "AWS_MAX_ATTEMPTS": WHOLE,
    "AWS_DISABLE_HOST_PREFIX_INJECTION": BOOLEANS,
    "AWS_CLI_ERROR_FORMAT": ["xml", "JSON"],
    "AWS_CLI_BINARY_FORMAT": ["raw", "Base64"],
}
