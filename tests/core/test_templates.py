import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rpc_inspector.core import templates
from rpc_inspector.core.templates import Raw, Sources, placeholders, resolve

NOON = 1_795_176_000.0  # 2026-11-20T12:00:00 UTC
SOURCES = Sources(
    variables={"city": "Paris", "days": 3, "odd": 'a "quote"\n\\', "tags": ["x", {"y": None}], "typed": Raw("7"),
               "zip": Raw("01234"), "nested": "${city}", "api_token": "t0ps3cret"},
    secrets={"PIN": '99"11'},
    environment={"HOME": "/home/me", "DB_PASSWORD": "hunter2"},
    responses={"login": '{"user": {"id": 42, "odd key": "k"}, "token": "abc", "list": [1, 2]}', "plain": "pong"},
    now=NOON,
)  # fmt: skip


@pytest.mark.parametrize(
    ("template", "wanted"),
    [
        ('{"city": "${city}", "days": ${days}}', '{"city": "Paris", "days": 3}'),
        ('{"city": ${city}}', '{"city": "Paris"}'),
        ('{"all": [${days}, ${tags} , "${days}"]}', '{"all": [3, ["x", {"y": null}] , "3"]}'),
        ('{"odd": "say ${odd}"}', '{"odd": "say a \\"quote\\"\\n\\\\"}'),
        ("{${city}: 1}", '{"Paris": 1}'),
        ('{"n": ${typed}, "zip": ${zip}, "text": "${typed}"}', '{"n": 7, "zip": "01234", "text": "7"}'),
        ('{"n": 1${days}}', '{"n": 13}'),
        ('{"tags": "${tags}"}', '{"tags": "[\\"x\\", {\\"y\\": null}]"}'),
        ("hello ${city}, ${days} ${odd}", 'hello Paris, 3 a "quote"\n\\'),
        ("${tags}", '["x", {"y": null}]'),
        ("${city}", "Paris"),
        ("C:\\${city}", "C:\\Paris"),
        ('"${city}"', '"Paris"'),
        ("${now} ${now:unix}", "2026-11-20T12:00:00.000Z 1795176000"),
        ("${env:HOME}", "/home/me"),
        ('{"pin": "${secret:PIN}"}', '{"pin": "99\\"11"}'),
        ("${last:login:$.user.id}", "42"),
        ('{"id": ${last:login:$.user.id}, "s": "${last:login:$.list[1]}"}', '{"id": 42, "s": "2"}'),
        ('{"k": "${last:login:$.user[\\"odd key\\"]}"}', '{"k": "k"}'),
        ("${last:plain}", "pong"),
        ('{"cost": "$${city} $5"}', '{"cost": "${city} $5"}'),
        ('{"s": "a \\" ${city}", "n": ${days}}', '{"s": "a \\" Paris", "n": 3}'),
        ("no end ${city", "no end ${city"),
        ("", ""),
    ],
)
def test_what_is_put_in_fits_where_it_stands(template, wanted):
    resolved = resolve(template, SOURCES)
    assert resolved.text == wanted
    assert resolved.missing == ()
    for span in resolved.spans:
        assert 0 <= span.start <= span.end <= len(resolved.text)


def test_every_uuid_is_another():
    one, other = resolve("${uuid} ${uuid}", SOURCES).text.split()
    assert one != other
    assert re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", one)


@pytest.mark.parametrize(
    ("template", "what", "advice"),
    [
        ("${cty}", "There is no variable cty.", "Did you mean city?"),
        ("${Uuid}", "There is no variable Uuid.", "Did you mean uuid?"),
        ("${env:HOMES}", "There is no environment variable HOMES.", "Did you mean HOME?"),
        ("${secret:PIM}", "There is no secret PIM.", "Did you mean PIN?"),
        ("${secret:ZZZ}", "There is no secret ZZZ.", "Set it in"),
        ("${last:logon:$.x}", "There is no earlier response of logon.", "Did you mean login?"),
        ("${last:login:$.nothing}", "has no $.nothing", "correct the path"),
        ("${last:plain:$.x}", "is no JSON", "Leave out"),
        ("${last:login:$.a b}", "no step of a path", "Paths are like"),
        ("${}", None, None),
    ],
)
def test_what_is_missing_is_named_with_the_closest(template, what, advice):
    resolved = resolve(template, SOURCES)
    assert resolved.text == template
    if what is None:
        assert resolved.missing == ()
        return
    (missing,) = resolved.missing
    assert what in missing.what
    assert advice in missing.advice
    assert template[missing.start : missing.end] == template


def test_what_was_put_in_is_not_looked_through_again_and_that_is_told():
    resolved = resolve('{"a": "${nested}"}', SOURCES)
    assert resolved.text == '{"a": "${city}"}'
    assert resolved.remarks == ("The value of nested holds ${…}, which is sent as it is.",)


def test_a_value_cannot_leave_its_string():
    hostile = Sources(variables={"x": '", "admin": true, "y": "'})
    assert json.loads(resolve('{"name": "${x}"}', hostile).text) == {"name": '", "admin": true, "y": "'}
    assert json.loads(resolve('{"name": ${x}}', hostile).text) == {"name": '", "admin": true, "y": "'}


def test_secrets_are_marked_and_masked():
    template = '{"pin": "${secret:PIN}", "city": "${city}", "t": ${api_token}, "l": ${last:login:$.token}}'
    resolved = resolve(f'{template[:-1]}, "db": "${{env:DB_PASSWORD}}"}}', SOURCES)
    assert json.loads(resolved.text)["pin"] == '99"11'
    assert resolved.masked == '{"pin": "•••••", "city": "Paris", "t": •••••, "l": •••••, "db": "•••••"}'
    assert resolved.secrets_used == ("PIN", "api_token", "last:login:$.token", "env:DB_PASSWORD")
    for secret in ("99", "t0ps3cret", "abc", "hunter2"):
        assert secret not in repr(resolved)
        assert secret not in repr(SOURCES)


def test_names_are_plain_text_whatever_they_begin_with():
    assert resolve('"${odd}', SOURCES, plain=True).text == '"a "quote"\n\\'


def test_sizes_are_bounded(monkeypatch):
    many = resolve("${days}" * (templates.MOST_PLACEHOLDERS + 2), SOURCES)
    assert len(many.missing) == 2
    assert "more than 1,000 placeholders" in many.missing[0].what
    monkeypatch.setattr(templates, "LONGEST_RESULT", 100)
    (missing,) = resolve("${big}${big}", Sources(variables={"big": "x" * 60})).missing
    assert "longer than 100 characters" in missing.what


def test_placeholders_are_found_without_resolving():
    text = '{"a": ${days}, "b": "${city}", "c": "$${x}"}'
    found = placeholders(text)
    assert [(one.name, one.quoted, one.whole) for one in found] == [("days", False, True), ("city", True, False)]
    assert [text[one.start : one.end] for one in found] == ["${days}", "${city}"]


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


@settings(deadline=None)
@given(value=VALUES, text=st.text(), around=st.text())
def test_any_value_keeps_json_what_it_was(value, text, around):
    sources = Sources(variables={"v": value, "t": text})
    quoted = json.dumps(around.replace("$", ""))[1:-1]
    made = resolve(f'{{"a": ${{v}}, "b": "{quoted}${{t}}", "c": [${{t}}, "${{v}}"]}}', sources)
    found = json.loads(made.text)
    assert json.dumps(found["a"]) == json.dumps(value)
    assert found["b"] == around.replace("$", "") + text
    assert found["c"] == [text, value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)]
    for span in made.spans:
        assert 0 <= span.start <= span.end <= len(made.text)


@settings(deadline=None)
@given(text=st.text(alphabet='${}a:"\\ \n'))
def test_any_text_is_resolved_and_what_is_missing_stays(text):
    for plain in (True, False):
        resolved = resolve(text, Sources(), plain=plain)
        assert resolved.spans == ()
        assert resolved.text.count("${") >= len(resolved.missing)
        assert resolve(text.replace("${", "$${"), Sources(), plain=plain).missing == ()


def test_strings_without_placeholders_are_passed_over_whatever_is_in_them():
    text = '["a\\"b", "c\\\\", "\\\\${x}", "${x}", ${x}, "no $ {x}", "\\$${y}"]'
    assert [(one.name, one.quoted, one.whole) for one in placeholders(text)] == [
        ("x", True, False),
        ("x", True, False),
        ("x", False, True),
    ]
