"""JSON read piece by piece says the same as JSON read at once."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rpc_inspector.core.payload.json_tree import PAGE, JsonText
from rpc_inspector.core.query.paths import Path


def value_of(tree, node):
    """The node's value, read through the tree alone."""
    if not node.is_container:
        return tree.string(node) if node.kind == "string" else json.loads(tree.source(node))
    children, after, more = [], None, True
    while more:
        page = tree.children(node, after)
        children += page.nodes
        after, more = page.nodes[-1] if page.nodes else None, page.more
    values = [(child.key, value_of(tree, child)) for child in children]
    return dict(values) if node.kind == "object" else [value for _key, value in values]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(), inner, max_size=5),
    max_leaves=30,
)


@given(JSON, st.sampled_from([None, 2]), st.booleans())
def test_the_tree_has_every_value(value, indent, ascii_only):
    tree = JsonText(json.dumps(value, indent=indent, ensure_ascii=ascii_only))
    assert value_of(tree, tree.root()) == value


def leaves(tree, node):
    yield node
    if node.is_container:
        for child in tree.children(node).nodes:
            yield from leaves(tree, child)


@given(st.recursive(st.integers(), lambda inner: st.lists(inner, max_size=4) | st.dictionaries(
    st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1), inner, max_size=4)))  # fmt: skip
def test_every_path_finds_its_node_s_value(value):
    tree = JsonText(json.dumps(value))
    for node in leaves(tree, tree.root()):
        assert json.loads(tree.source(node)) in list(Path.parse(node.path).find(value))


@given(st.text(max_size=60))
def test_no_text_breaks_it(text):
    tree = JsonText(text)
    for node in leaves(tree, tree.root()):
        assert node.start <= node.end <= len(text)
    try:
        json.loads(text)
    except ValueError:
        assert any(node.kind == "broken" for node in leaves(tree, tree.root())) or "\\" in text or text != text.strip()


def test_source_is_to_the_letter_and_strings_are_as_they_are():
    tree = JsonText('{"n": 1.10, "s": "Z\\u00fcrich\\n", "s": 2}')
    n, s, again = tree.children(tree.root()).nodes
    assert tree.source(n) == "1.10"
    assert (tree.source(s), tree.string(s)) == ('"Z\\u00fcrich\\n"', "Zürich\n")
    assert (again.key, tree.source(again)) == ("s", "2")
    assert again.path == "$.s"


def test_long_arrays_come_in_pages():
    tree = JsonText(json.dumps(list(range(2 * PAGE + 1))))
    first = tree.children(tree.root())
    assert (len(first.nodes), first.more) == (PAGE, True)
    last = tree.children(tree.root(), tree.children(tree.root(), first.nodes[-1]).nodes[-1])
    assert [node.key for node in last.nodes] == [2 * PAGE]
    assert not last.more


@pytest.mark.parametrize("text", ['{"a": }', '{"a" 1}', "[1 2]", '["open', "{", "[1,", "{'a': 1}", "nul", "", "1 2"])
def test_what_is_no_json_is_told_where_it_breaks(text):
    tree = JsonText(text)
    assert any(node.kind == "broken" for node in leaves(tree, tree.root()))


def test_depth_is_no_problem():
    tree = JsonText("[" * 2_000 + "]" * 2_000)
    node = tree.root()
    for _ in range(1_500):
        (node,) = tree.children(node).nodes
    assert node.depth == 1_500
    assert node.path == "$" + "[0]" * 1_500
