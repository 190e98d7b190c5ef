"""The interface's pure parts: what is shown of payloads, first drafts, themes, keys, names of targets."""

import json
import subprocess
import sys
from collections import Counter

import pytest
from textual.theme import Theme

from rpc_inspector.core.model import Method
from rpc_inspector.core.session import SessionState, Target
from rpc_inspector.tui import theming
from rpc_inspector.tui.actions import ACTIONS, all_key_names, key_name
from rpc_inspector.tui.bodies import LONGEST_LINE, PLAIN_ABOVE, body, too_large_to_highlight
from rpc_inspector.tui.drafts import Drafts, first_draft
from rpc_inspector.tui.glyphs import ASCII, Glyphs, glyphs_for
from rpc_inspector.tui.state_words import banner_text
from rpc_inspector.tui.widgets.composer import parse_target
from rpc_inspector.tui.widgets.trace.bindings import TRACE_BINDINGS
from rpc_inspector.tui.widgets.trace.section import SECTION_BINDINGS


def test_small_json_is_indented_and_highlighted():
    shown = body('{"a":1.0}', raw=False)
    assert (shown.text, shown.highlight, shown.notes) == ('{\n  "a": 1.0\n}', True, ())
    assert body('{"a":1.0}', raw=True).text == '{"a":1.0}'


def test_a_long_line_is_cut_and_said_so():
    shown = body("x" * 50_000, raw=False)
    assert len(shown.text) == LONGEST_LINE
    assert shown.text.endswith("…")
    assert not shown.highlight
    assert any("cut" in note for note in shown.notes)


def test_much_text_is_plain():
    payload = json.dumps(["word"] * 5000)
    assert len(payload) > PLAIN_ABOVE
    shown = body(payload, raw=False)
    assert not shown.highlight
    assert too_large_to_highlight(shown.text)


def test_what_a_terminal_would_obey_is_shown_as_escapes():
    shown = body("\x1b[2Jhi\u202e\nnext", raw=False).text
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    assert "\n" in shown


def test_the_first_draft_is_the_first_examples_request():
    method = Method(name="m", provenance="described", examples=('{"request":{"city":"Zürich"},"response":{}}',))
    assert json.loads(first_draft(method)) == {"city": "Zürich"}


def test_a_draft_from_an_example_carries_no_escape_sequence():
    method = Method(name="m", provenance="described", examples=(json.dumps({"request": "\x1b]52;c;eA==\x07"}),))
    draft = first_draft(method)
    assert "\x1b" not in draft
    assert json.loads(draft) == "\x1b]52;c;eA==\x07"


def test_without_examples_the_required_fields_make_the_draft():
    schema = {
        "type": "object",
        "properties": {
            "city": {"type": "string"},
            "unit": {"enum": ["celsius", "kelvin"]},
            "days": {"type": "integer"},
            "note": {"type": "string"},
            "at": {"type": "object", "properties": {"lat": {"type": "number"}}, "required": ["lat"]},
        },
        "required": ["city", "unit", "days", "at"],
    }
    method = Method(name="m", provenance="described", request_schema=json.dumps(schema))
    assert json.loads(first_draft(method)) == {"city": "", "unit": "celsius", "days": 0, "at": {"lat": 0}}


@pytest.mark.parametrize("schema", ["true", "[]", "{", '{"type": 7}', '{"required": 3, "type": "object"}'])
def test_a_strange_schema_makes_no_harm(schema):
    assert first_draft(Method(name="m", provenance="described", request_schema=schema)) in ("", "null", "{}")


def test_drafts_come_back_and_empty_ones_are_forgotten():
    drafts = Drafts()
    drafts.keep(("bob", "echo"), "one")
    assert drafts.text(("bob", "echo"), None) == "one"
    drafts.keep(("bob", "echo"), "")
    assert drafts.text(("bob", "echo"), None) == ""


@pytest.mark.parametrize(
    ("typed", "target"),
    [
        ("weather-agent \u203a get_weather", ("weather-agent", "get_weather")),
        ("bob > echo", ("bob", "echo")),
        ("bob echo", ("bob", "echo")),
        ("bob", ("bob", "")),
        ("phone +33 41 \u203a lk.sip.EndCall", ("phone +33 41", "lk.sip.EndCall")),
    ],
)
def test_targets_are_typed_as_participant_and_method(typed, target):
    assert parse_target(typed) == target


def test_shipped_themes_load_and_set_all_of_our_variables():
    themes, problems = theming.load_themes(theming.shipped_directory())
    assert not problems
    assert {theme.name for theme in themes} >= {theming.DARK, theming.LIGHT}
    for theme in themes:
        assert set(theming.variable_defaults(theme)) <= set(theme.variables)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("name = ", "Invalid value"),
        ('dark = true\n[colours]\nprimary="#fff"', "'name'"),
        ('name = "x"\n[colours]\nprimary="#fff"', "'dark'"),
        ('name = "x"\ndark = true\n[colours]\nprimary="blau"', "'blau'"),
        ('name = "x"\ndark = true\n[colours]\nprimary="#fff"', "'foreground' is missing"),
        ('name = "x"\ndark = true\n[colours]\nprimry="#fff"', "'primry'"),
        ('name = "x"\ndark = true\n[variables]\na = 1', "[variables]"),
        ('name = "x"\ndark = true\n[variables]\nmuted = "grau"', "'grau'"),
        ('name = "x"\ndark = true\nfont = "y"', "'font'"),
    ],
)
def test_a_wrong_theme_is_told_with_its_file_and_reason(tmp_path, text, reason):
    path = tmp_path / "mine.toml"
    path.write_text(text)
    with pytest.raises(theming.ThemeUnreadable) as caught:
        theming.load_theme(path)
    assert str(path) in str(caught.value)
    assert reason in str(caught.value)


def test_a_users_theme_replaces_the_shipped_one_of_its_name(tmp_path):
    colours = 'primary="#fff"\nforeground="#fff"\nbackground="#000"'
    (tmp_path / "x.toml").write_text(f'name = "{theming.DARK}"\ndark = true\n[colours]\n{colours}')
    themes, problems = theming.load_themes(theming.shipped_directory(), tmp_path)
    assert not problems
    assert next(theme for theme in themes if theme.name == theming.DARK).background == "#000"


@pytest.mark.parametrize("dark", [True, False])
def test_foreign_themes_get_readable_variables(dark):
    values = theming.variable_defaults(Theme(name="x", primary="#123456", dark=dark))
    assert theming.json_theme(values).syntax_styles["string"].color is not None


def test_ids_are_unique_and_no_key_means_two_things_in_one_place():
    assert not [name for name, n in Counter(action.id for action in ACTIONS).items() if n > 1]
    for place in {action.where for action in ACTIONS}:
        keys = Counter(key for action in ACTIONS if action.where == place for key in action.keys.split(",") if key)
        assert not [key for key, n in keys.items() if n > 1], place


def test_everywhere_keys_do_not_collide_with_the_traces():
    everywhere = {key for action in ACTIONS if action.where in ("app", "main") for key in action.keys.split(",")}
    traces = {key for binding in [*SECTION_BINDINGS, *TRACE_BINDINGS] for key in binding.key.split(",")}
    assert not everywhere & traces - {""}


def test_keys_are_named_as_people_write_them():
    assert key_name("ctrl+j") == "^j"
    assert all_key_names("question_mark,f1") == "?, f1"


def test_signs_fall_back_where_the_encoding_has_none():
    assert glyphs_for("utf-8") == Glyphs()
    assert glyphs_for("ascii") == ASCII
    assert glyphs_for("latin-1") == ASCII


def test_a_closed_connection_says_why_and_what_to_do():
    text = banner_text(SessionState(status="closed", detail="Removed by\x1b[2J the server."))
    assert "Removed by\\e[2J the server." in text.plain
    assert "R joins again" in text.plain
    assert banner_text(SessionState(status="connected")) is None


def test_secrets_are_not_in_a_targets_words():
    assert "hush" not in repr(Target(url="ws://x", api_key="k", api_secret="hush", token="hush"))


def test_the_interface_imports_nothing_of_livekit_and_start_nothing_of_textual():
    code = "import sys, rpc_inspector.tui.{0}; print(*[m for m in sys.modules if m.split('.')[0] == '{1}'])"
    for module, forbidden in (("app", "livekit"), ("app", "aiohttp"), ("start", "textual")):
        run = [sys.executable, "-c", code.format(module, forbidden)]
        assert subprocess.run(run, capture_output=True, text=True, check=True).stdout.strip() == ""  # noqa: S603
