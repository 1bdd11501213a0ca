"""The addresses of templates in S3, in all the forms that tools send."""

from __future__ import annotations

import pytest

from sfn_cli.stacks.readers.template_urls import s3_address


@pytest.mark.parametrize(
    "url, address",
    [
        ("http://127.0.0.1:8083/assets/a/b.template", ("assets", "a/b.template", None)),
        ("http://localhost:8083/assets/b.json", ("assets", "b.json", None)),
        ("http://[::1]:8083/assets/b.json", ("assets", "b.json", None)),
        ("https://s3.amazonaws.com/assets/a/b.json", ("assets", "a/b.json", None)),
        ("https://s3.eu-west-1.amazonaws.com/assets/b.json", ("assets", "b.json", None)),
        ("https://s3-eu-west-1.amazonaws.com/assets/b.json", ("assets", "b.json", None)),
        ("https://s3.dualstack.eu-west-1.amazonaws.com/assets/b.json", ("assets", "b.json", None)),
        ("https://s3.cn-north-1.amazonaws.com.cn/assets/b.json", ("assets", "b.json", None)),
        ("https://assets.s3.amazonaws.com/a/b.json", ("assets", "a/b.json", None)),
        ("https://my.assets.s3.eu-west-1.amazonaws.com/b.json", ("my.assets", "b.json", None)),
        ("https://assets.s3-eu-west-1.amazonaws.com/b.json", ("assets", "b.json", None)),
        ("http://assets.localhost:8083/b.json", ("assets", "b.json", None)),
        ("http://assets.s3.localhost:8083/b.json", ("assets", "b.json", None)),
        ("s3://assets/a/b.json", ("assets", "a/b.json", None)),
        ("https://s3.amazonaws.com/assets/a%20b%2Bc.json?versionId=3", ("assets", "a b+c.json", "3")),
        ("https://s3.amazonaws.com/assets/", None),
        ("https://s3.amazonaws.com/", None),
        ("s3://assets", None),
        ("file:///etc/passwd", None),
        ("http://[broken/b.json", None),
        ("template.yaml", None),
        ("", None),
    ],
)
def test_address(url: str, address: tuple[str, str, str | None] | None) -> None:
    assert s3_address(url) == address
