"""Code.Location: a URL from which the code of a function, or of a layer, is loaded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from tests.functions.workbench import ROLE, RUNTIME, zip_of

if TYPE_CHECKING:
    from tests.server.served import Served


def load(url: str) -> bytes:
    with urlopen(url, timeout=30) as response:
        content: bytes = response.read()
    return content


def test_code(served: Served) -> None:
    """The content is the zip that was uploaded, of the version that was asked for; no signature is needed.

    Recorded (LocalStack, test_lambda_code_location_zipfile, 2025-11-25).
    """
    functions = served.client("lambda")
    old, new = zip_of({"app.py": "a = 1"}), zip_of({"app.py": "a = 2"})
    made: dict[str, Any] = {"FunctionName": "coded", "Runtime": RUNTIME, "Handler": "app.a", "Role": ROLE}
    functions.create_function(**made, Code={"ZipFile": old}, Publish=True)
    functions.update_function_code(FunctionName="coded", ZipFile=new)
    code = functions.get_function(FunctionName="coded")["Code"]
    assert code["RepositoryType"] == "S3"
    assert load(code["Location"]) == new
    assert load(functions.get_function(FunctionName="coded:1")["Code"]["Location"]) == old
    functions.delete_function(FunctionName="coded")


def test_content_of_a_layer(served: Served) -> None:
    """A layer's content has a Location too."""
    functions = served.client("lambda")
    content = zip_of({"python/one.py": ""})
    published = functions.publish_layer_version(LayerName="coded", Content={"ZipFile": content})
    read = functions.get_layer_version(LayerName="coded", VersionNumber=published["Version"])
    assert load(published["Content"]["Location"]) == load(read["Content"]["Location"]) == content


@pytest.mark.parametrize(
    "old, new",
    [
        ("/coded/", "/other/"),
        ("Expires=", "Expires=9"),
        ("Signature=", "Signature=0"),
        ("?Expires=", "?"),
    ],
)
def test_a_url_that_was_changed(served: Served, old: str, new: str) -> None:
    """Only what the server signed is loaded."""
    functions = served.client("lambda")
    content = {"ZipFile": zip_of({"python/one.py": ""})}
    url = functions.publish_layer_version(LayerName="coded", Content=content)["Content"]["Location"]
    with pytest.raises(HTTPError) as refused:
        load(url.replace(old, new))
    assert refused.value.code == 403
    refused.value.close()
