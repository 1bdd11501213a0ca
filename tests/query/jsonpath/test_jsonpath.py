"""JSONPath: the values of each form, and AWS's messages for missing values."""

from __future__ import annotations

from typing import Any

import pytest

from sfn_cli.query.jsonpath.expression import PathNotFound, compile_path
from sfn_cli.query.scope import Scope

BOOKS = [
    {"title": "Sayings", "price": 8.95, "tags": ["old"]},
    {"title": "Sword", "price": 12.99, "isbn": None},
    {"title": "Moby Dick", "price": 8.99, "isbn": "0-553"},
]
STORE = {
    "book": BOOKS,
    "open": True,
    "none": None,
    "a b": {"c-d": 1},
    "é": 2,
    "s": "text",
    "'q'": 3,
    "n": [1, 2, 3, 4, 5],
    "nested": [[1, 2], [3]],
}


@pytest.mark.parametrize(
    "path, found",
    [
        ("$", STORE),
        ("$.open", True),
        ("$.none", None),  # null is a value
        ("$.book[0].title", "Sayings"),
        ("$.book[-1].title", "Moby Dick"),
        ("$['a b']['c-d']", 1),
        ('$["a b"].c-d', 1),
        ("$.é", 2),
        ("$.['open']", True),
        ("$.'q'", 3),  # the quotes are part of the name
        ("$.open  ", True),
        (
            "$['open','none','gone']",
            {"open": True, "none": None},
        ),  # one object with the names that are present
    ],
)
def test_definite_path_gives_the_bare_value(path: str, found: Any) -> None:
    """A path that can name only one value returns that value."""
    assert compile_path(path).definite
    assert compile_path(path).read(STORE) == found


@pytest.mark.parametrize(
    "path, found",
    [
        ("$.book[*].title", ["Sayings", "Sword", "Moby Dick"]),
        ("$.book[0,2].title", ["Sayings", "Moby Dick"]),
        ("$..title", ["Sayings", "Sword", "Moby Dick"]),
        ("$..tags[0]", ["old"]),
        ("$.nested[*][0]", [1, 3]),  # the index applies to each match
        ("$.n[1:3]", [2, 3]),
        ("$.n[2:]", [3, 4, 5]),
        ("$.n[:-3]", [1, 2]),
        ("$.n[-2:]", [4, 5]),
        ("$.n[0:5:2]", [1, 2, 3, 4, 5]),  # as in Jayway, a step has no effect
        ("$['a b'].*", [1]),
        ("$.book[?(@.price < 10)].title", ["Sayings", "Moby Dick"]),
        ("$.book[?(10 > @.price)].title", ["Sayings", "Moby Dick"]),
        ("$.book[?(@.isbn)].title", ["Sword", "Moby Dick"]),
        ("$.book[?(@.isbn == null)].title", ["Sword"]),
        ("$.book[?(@.price < 10 && @.isbn)].title", ["Moby Dick"]),
        ("$.book[?(@.title == 'Sword' || @.tags)].title", ["Sayings", "Sword"]),
        ("$..[?(@.title == 'Sword')].price", [12.99]),
        ("$.book[?(@.title==Sword)].price", [12.99]),
        ("$.book[?(Sword == @.title)].price", [12.99]),
        ("$.book[?(@.title == Sword || @.title==Sayings)].price", [8.95, 12.99]),
        ("$.book[?((@.title==Sword))].price", [12.99]),
        ("$.book[?(@.title == true)].price", []),  # a boolean, not a string
        ("$.n[?(@ > 1)]", []),  # `@` matches objects only
        ("$.gone[*]", []),  # a missing value is left out
        ("$.s[1:]", []),
        ("$.open.x[*].y", []),
    ],
)
def test_indefinite_path_gives_a_list(path: str, found: list[Any]) -> None:
    """A path that could name several values returns a list, even with one or no values."""
    assert not compile_path(path).definite
    assert compile_path(path).read(STORE) == found


ITEMS = [
    {"a": 1},
    {"a": True},
    {"a": "1"},
    {"a": "01"},
    {"a": None},
    {"a": [1, "x"]},
    {"a": {"b": 1}},
    {"b": 1},
    [1, 2],
    7,
]


@pytest.mark.parametrize(
    "body, kept",
    [
        ("@.a == 1", [0, 2]),  # JSON's true is not a number; the string '1' is equal to 1
        ("@.a == '1'", [0, 2]),
        ("@.a == '01'", [0, 3]),  # a string to the right of a number is converted
        ("1 == @.a", [0, 2, 3]),
        ("@.a === 1", [0]),
        ("@.a === 1.0", [0]),
        ("@.a !== 1", [1, 2, 3, 4, 5, 6, 7, 8]),
        ("@.a == true", [1]),
        ("@.a == null", [4]),
        ("@.a != null", [0, 1, 2, 3, 5, 6, 7, 8]),  # a missing value differs
        ("!(@.a == 1)", [1, 3, 4, 5, 6, 7, 8]),
        ("!@.a", [7, 8]),
        ("@.a < 2", [0]),  # only two numbers or two strings are ordered
        ("@.a < '2'", [2, 3]),
        ("2 >= @.a", [0]),
        ("@.a == @.b", []),  # a missing value is equal to nothing
        ("@.a == [1, 'x']", [5]),
        ('@.a == {"b": 1}', [6]),
        ("@.a == [[]]", []),
        ("@.a[0] == 1", [5]),
        ("@.a[-1] == 'x'", [5]),
        ("@[1] == 2", [8]),
        ("@[0:1] == [1]", [8]),
        ("@.a[*]", [0, 1, 2, 3, 4, 5, 6]),  # a list, even if it is empty
        ("@..b == [1]", [6, 7]),
        ("@['a'].b", [6]),
        ("@", [0, 1, 2, 3, 4, 5, 6, 7, 8]),  # as AWS documents, no scalar values
        ("@ == 7", []),
        ("1 == 1", [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]),
        ("@.a == 0.1e1", [0, 2]),
        ("@.a == 1 || @.b && @.b < 2", [0, 2, 7]),
    ],
)
def test_filter(body: str, kept: list[int]) -> None:
    """A filter compares as Jayway does, and selects only objects and arrays."""
    assert compile_path(f"$[?({body})]").read(ITEMS) == [ITEMS[n] for n in kept]


@pytest.mark.parametrize(
    "path, found",
    [
        ("$[-4:1]", [2, 3, 4, 5, 1]),  # counts up from one to the other, through the end of the array
        ("$[-7:2]", [1, 2, 3, 4, 5, 1, 2]),
        ("$[-2147483648:-4]", [1]),
        ("$[3:-1]", []),
        ("$[:-9]", []),
        ("$[9:]", []),
        ("$[-9:]", [1, 2, 3, 4, 5]),
        ("$[-9]", None),
    ],
)
def test_negative_bounds(path: str, found: list[int] | None) -> None:
    """A slice with both ends counts up from one to the other, as in Jayway.

    One with a single end never exceeds the array's.
    """
    if found is None:
        with pytest.raises(PathNotFound):
            compile_path(path).read([1, 2, 3, 4, 5])
    else:
        assert compile_path(path).read([1, 2, 3, 4, 5]) == found


def test_several_names_at_any_depth() -> None:
    """After `..`, only objects with all of the names are selected."""
    document = [{"a": 1, "b": 2, "c": 3}, {"a": 4}, {"x": {"b": 5, "a": 6}}]
    assert compile_path("$..['a','b']").read(document) == [{"a": 1, "b": 2}, {"a": 6, "b": 5}]


@pytest.mark.parametrize(
    "path, found",
    [
        ("$.a", 1),
        ("$$.Execution.Name", "run"),
        ("$$", {"Execution": {"Name": "run"}}),
        ("$total", 7),
        ("$list[1]", "y"),
    ],
)
def test_roots(path: str, found: Any) -> None:
    """`$` is the input, `$$` the Context Object, `$name` a variable."""
    scope = Scope(
        {"a": 1}, context=lambda: {"Execution": {"Name": "run"}}, variables={"total": 7, "list": ["x", "y"]}
    )
    assert compile_path(path).evaluate(scope) == found


@pytest.mark.parametrize(
    "path, document, reason",
    [
        ("$.a", {}, "No results for path: $['a']"),  # recorded: NoSuchOutputPath
        ("$.a.b.c", {"a": {"b": {}}}, "No results for path: $['a']['b']['c']"),
        ("$.a.b", {}, "Missing property in path $['a']"),
        ("$.a.b.c", {"a": {}}, "Missing property in path $['a']['b']"),
        ("$.a[3]", {"a": [1]}, "No results for path: $['a'][3]"),
        ("$.a[0]", {"a": None}, "The path $['a'] is null"),
        ("$.a[0]", {"a": {"x": "y"}}, "Filter: [0] can only be applied to arrays. Current context is: {x=y}"),
        (
            "$.a.b",
            {"a": "text"},
            (
                "Expected to find an object with property ['b'] in path $['a'] but found 'java.lang.String'. "
                "This is not a json object according to the JsonProvider: "
                "'com.jayway.jsonpath.spi.json.JacksonJsonProvider'."
            ),
        ),
        ("$name", None, "No results for path: $['name']"),
    ],
)
def test_reason_why_nothing_is_found(path: str, document: Any, reason: str) -> None:
    """The reason is Jayway's.

    It is "No results" for the last name, and "Missing property" for one before it.
    """
    with pytest.raises(PathNotFound) as caught:
        compile_path(path).evaluate(Scope(document))
    assert str(caught.value) == f"Invalid path '{path}' : {reason}"
    assert caught.value.as_invalid_path().error == "States.Runtime"


def test_not_found_in_a_field() -> None:
    """ErrorPath has AWS's message for a missing value (recorded: test_invalid_jsonpath)."""
    with pytest.raises(PathNotFound) as caught:
        compile_path("$.ErrorX").read({"Error": "error-value"})
    error = caught.value.in_field("ErrorPath")
    assert error.cause == (
        "The JSONPath '$.ErrorX' specified for the field 'ErrorPath' could not be found in the input "
        """'{"Error":"error-value"}'"""
    )


@pytest.mark.parametrize(
    "written, value",
    [
        ("Receipt", "Receipt"),
        ("AMOUNT_PAID", "AMOUNT_PAID"),
        ("fr", "fr"),
        ("é", "é"),
        ("us-east-1", "us-east-1"),
        ("2026-11-27", "2026-11-27"),
        ("1.2.3", "1.2.3"),
        ("a.b/c:d#e", "a.b/c:d#e"),
        ("-5", -5),
        ("1e+3", 1000),
        ("1.5", 1.5),
        ("nothing", "nothing"),
        ("null", None),
    ],
)
def test_text_without_quotes_in_a_filter(written: str, value: Any) -> None:
    """A word that is not a number, a boolean or null is a string."""
    items = [{"v": "other"}, {"v": value, "n": 1}]
    assert compile_path(f"$[?(@.v=={written})].n").read(items) == [1]


def test_backslash_before_a_double_quote_is_part_of_the_name() -> None:
    """Escapes in names are as on AWS (recorded: ESCAPE_SEQUENCES_JSONPATH)."""
    assert compile_path("""$['Test\\""Name"']""").read({'Test\\""Name"': 1}) == 1
    assert compile_path(r"$['it\'s']").read({"it's": 1}) == 1


@pytest.mark.parametrize(
    "path, column, why",
    [
        ("a.b", 1, "begins with '$'"),
        ("$.", 3, "expected a name"),
        ("$.a b", 4, "expected '.' or '['"),
        ("$.a..", 6, "expected a name"),
        ("$.a[", 5, "expected a quoted name"),
        ("$.a[b]", 5, "expected a quoted name"),
        ("$.a['b'", 8, "expected ',' or ']'"),
        ("$.a[:]", 5, "a slice needs"),
        ("$.a.length(", 11, "expected ')'"),
        ("$.a[?(@.b", 5, "the filter has no end"),
        ("$.a[?(@.b =~ /x/)]", 5, "'=~' is not supported"),
        ("$.a[?(@.b in [1])]", 5, "'in' is not supported"),
        ("$.a[?(@.b = 1)]", 5, "'=' is not supported"),
        ("$.a[?(@.b == $.c)]", 5, "a reference to the document"),
        ("$.a[?(@.b + 1 == 2)]", 5, "arithmetic"),
        ("$.a[?(@.b+1 == 2)]", 5, "arithmetic"),
        ("$.a[?(@.b - 1 == 2)]", 5, "arithmetic"),
        ("$.a[?(@.length() == 2)]", 5, "the function 'length()' is not supported"),
        ("$.a[?(@.b == 1 || true)]", 5, "needs a comparison"),
        ("$.a[?(b)]", 5, "needs a comparison"),
        ("$.a[?(@.b == Moby Dick)]", 5, "is invalid at 'Dick'"),
        ("$.a[?(@.b == )]", 5, "is incomplete"),
        ("$.a[?(@.b == 1 @.c)]", 5, "is invalid at '@.c'"),
        ("$.a[?(@.b[?(@.c)])]", 5, "is invalid at '[?(@.c)]'"),
        ("$.a[?(@[0:1:2])]", 5, "the step '[0:1:2]' is not supported"),
        ("$.a[?(@[-2:1])]", 5, "is not supported"),
        ("$.a[?(@" + "[0]" * 2000 + ")]", 5, "too many steps"),
        ("$.a[?(" + "!" * 2000 + "@.b)]", 5, "nested too deeply"),
        ("$.a[?(@.b == " + "[" * 2000 + ")]", 5, "nested too deeply"),
        ("$.a[2147483648]", 5, "the number 2147483648 is too large"),
        ("$.a[-113667776004:2]", 5, "too large"),
    ],
)
def test_bad_syntax_is_pointed_at(path: str, column: int, why: str) -> None:
    """The error of an invalid path has its column and the reason."""
    with pytest.raises(ValueError, match=r"^Invalid path") as caught:
        compile_path(path)
    assert f"at column {column}:" in str(caught.value)
    assert why in str(caught.value)


def test_paths_are_compiled_once() -> None:
    """The same text returns the same compiled path."""
    assert compile_path("$.a.b") is compile_path("$.a.b")
