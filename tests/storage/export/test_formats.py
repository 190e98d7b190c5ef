"""Every format: what it holds, that hostile text stays text in it, and that what is secret is not in it."""

import csv
import io
import json
import re
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from rpc_inspector.core.model import Call, CallError, Payload, replace
from rpc_inspector.core.secrets.redaction import MASK, SECRET_KEYS, Rules, redact
from rpc_inspector.core.text import sanitise
from rpc_inspector.storage.export import FORMATS
from rpc_inspector.storage.export.report import MOST_ROWS
from rpc_inspector.storage.traces.reading import read_rows
from tests.support import hostile
from tests.support.calls import call, event, story
from tests.support.exports import Page, written

KEEP = Rules(payloads="keep")
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl"
UNSEEN = set(map(chr, [*range(9), *range(11, 13), *range(14, 32), *range(0x7F, 0xA0), 0x202E, 0x2066, 0x200B, 0xFEFF]))


def calls_of(rows):
    return [row for row in rows if isinstance(row, Call)]


@pytest.mark.parametrize("name", FORMATS)
def test_secrets_are_in_no_format_unless_asked_for(name):
    secret = "hunter2hunter2"
    error = CallError(
        code=1500, message=f"token={secret}", data=f'{{"password": "{secret}"}}', causes=(f"pwd={secret}",)
    )
    made = call(
        1, code=1500, error=error, request=Payload(30, f'{{"api_key": "{secret}", "jwt": "{JWT}"}}'),
        response=Payload(20, f'{{"private": "{secret}"}}'), comment=f"its password: {secret}",
    )  # fmt: skip
    rows = [made, event(2, 1, "attributes", "bob", f"auth_token={secret}")]
    kept = written(name, rows, rules=KEEP)
    assert JWT in kept or name in ("mermaid", "markdown"), "these show no payloads, or their beginnings"
    assert secret in kept
    rules = Rules(keys=(*SECRET_KEYS, "private"))
    shown = written(name, rows, rules=rules)
    assert secret not in shown
    assert JWT not in shown
    assert secret not in written(name, rows, rules=rules, selection=f'$.password="{secret}"'), "nor in the filter"
    off = written(name, rows, rules=Rules(payloads="off"))
    assert secret not in off
    assert "api_key" not in off
    if name in ("html", "markdown", "mermaid", "perfetto"):
        assert "Redacted" in shown, "and it says so"
        assert "private" in shown, "with the rules that were applied"
        assert "Nothing was redacted" in kept


@pytest.mark.parametrize("name", FORMATS)
def test_nothing_in_an_export_for_people_can_move_or_hide_text(name):
    text = written(name, hostile.rows(), rules=KEEP)
    text.encode()  # a lone surrogate would be no UTF-8
    assert not UNSEEN & set(text.replace("\x0b", "")), "escapes, bidi and zero-width characters are spelled out"


@pytest.mark.parametrize("name", [name for name, form in FORMATS.items() if not form.folder])
def test_an_export_of_nothing_is_whole_too(name):
    text = written(name, [])
    if name == "html":
        assert "There are no calls" in text
    elif name == "perfetto":
        assert json.loads(text)["traceEvents"] == []
    elif name == "csv":
        assert len(list(csv.reader(io.StringIO(text)))) == 1


# JSON and the saved trace


def test_json_is_a_call_object_a_line_without_loss():
    rows = hostile.rows()
    lines = written("json", rows, rules=KEEP).splitlines()
    assert len(lines) == len(calls_of(rows))
    for line, row in zip(lines, calls_of(rows), strict=True):
        found = json.loads(line)
        assert line.isascii()
        assert (found["caller"], found["method"], found["request"]["payload"]) == (
            row.caller,
            row.method,
            row.request.text,
        )


def test_a_redacted_payload_says_so():
    text = '{"token": "x"}'
    found = json.loads(written("json", [call(1, request=Payload(14, text))]))
    assert found["request"] == {"bytes": 14, "payload": f'{{"token": "{MASK}"}}', "redacted": True}
    off = json.loads(written("json", [call(1, request=Payload(14, text))], rules=Rules(payloads="off")))
    assert off["request"] == {"bytes": 14, "payload": None, "redacted": True}


def settled(row):
    """As `open` shows it: what was running when it was saved never ended."""
    return replace(row, outcome="lost", note="") if isinstance(row, Call) and row.is_open else row


def test_a_saved_trace_opens_as_it_was(tmp_path):
    rows = [
        replace(row, marked=row.seq % 3 == 0)
        for row in [*story(), *(replace(r, seq=r.seq + 100) for r in hostile.rows())]
    ]
    path = tmp_path / "saved.jsonl"
    path.write_text(written("trace", rows))
    read, report = read_rows(str(path))
    assert report.skipped == 0
    expected = [redact(row, Rules()) if isinstance(row, Call) else row for row in rows]
    by_seq = {row.seq: row for row in read}
    assert by_seq.keys() == {row.seq for row in rows}
    for row in expected:
        found = by_seq[row.seq]
        if isinstance(row, Call) and row.is_open:
            found, row = replace(found, note=""), settled(row)  # noqa: PLW2901 - the same row, settled
        assert found == row


def test_lines_of_call_objects_open_too(tmp_path):
    path = tmp_path / "calls.jsonl"
    rows = story()
    path.write_text(written("json", rows))
    read, report = read_rows(str(path))
    assert report.skipped == 0
    assert [(row.id, row.method, row.outcome) for row in read] == [
        (row.id, row.method, settled(row).outcome) for row in calls_of(rows)
    ]


# CSV


def test_csv_cells_are_never_formulas():
    rows = list(csv.reader(io.StringIO(written("csv", hostile.rows(), rules=KEEP), newline="")))
    assert len(rows) == 1 + len(hostile.TEXTS)
    assert {len(row) for row in rows} == {len(rows[0])}
    for row in rows[1:]:
        for cell in row:
            assert not cell.lstrip(" ").startswith(("=", "+", "@", "\t", "\r", "\uff1d"))
            assert not cell.lstrip(" ").startswith("-") or re.fullmatch(r"-?\d+(\.\d+)?", cell)


def test_csv_tells_where_each_time_is_from_and_leaves_the_unknown_empty():
    first, lost = (
        dict(zip(head, row, strict=True))
        for head, row in [
            list(csv.reader(io.StringIO(written("csv", [made], rules=KEEP))))
            for made in (call(1), call(2, caller=None, method=None, request=None, ack=None, total=None, outcome="lost"))
        ]
    )
    assert (first["ack_ms"], first["ack_precision_ms"], first["ack_source"]) == ("12.0", "1.0", "capture")
    assert (first["total_ms"], first["total_precision_ms"], first["total_source"]) == ("41.2", "0.1", "sdk")
    assert first["handler_ms"] == first["handler_source"] == ""
    assert (lost["caller"], lost["method"], lost["request_bytes"], lost["total_ms"]) == ("", "", "", "")
    assert lost["outcome"] == "lost"


# Markdown


def test_markdown_is_one_table_whose_cells_are_text():
    tokens = MarkdownIt("commonmark").enable("table").parse(written("markdown", hostile.rows(), rules=KEEP))
    inline = [child for token in tokens if token.type == "inline" for child in token.children]
    assert {token.type for token in tokens if token.type.endswith("_open")} == {
        "heading_open", "bullet_list_open", "list_item_open", "paragraph_open", "table_open", "thead_open",
        "tbody_open", "tr_open", "th_open", "td_open",
    }  # fmt: skip
    assert {child.type for child in inline} <= {"text", "code_inline", "strong_open", "strong_close"}
    rows = sum(token.type == "tr_open" for token in tokens)
    cells = sum(token.type in ("td_open", "th_open") for token in tokens)
    assert cells == 10 * rows == 10 * (2 + len(hostile.rows()))
    shown = {child.content for child in inline if child.type == "code_inline"}
    for text in ('=HYPERLINK("http://evil","x")', "</script><script>alert(1)</script>", "`code` ``two`` "):
        assert any(one.startswith(text) for one in shown), text
    plain = [child.content for child in inline if child.type == "text"]
    assert not [text for text in plain if "evil" in text or "alert" in text]


# Mermaid

_TEXT = r"(?:[\w .,/()+?!✓✗○…·'=-]|#\d+;)+"
_LINE = re.compile(
    rf"%% [^{{}}]*|sequenceDiagram|    participant p\d+ as {_TEXT}"
    rf"|    p\d+(->>|-->>|-x|--\))p\d+: {_TEXT}|    Note over p\d+(,p\d+)?: {_TEXT}"
)


def test_mermaid_has_no_syntax_but_ours():
    lines = written("mermaid", hostile.rows(), rules=KEEP).splitlines()
    assert not [line for line in lines if not _LINE.fullmatch(line)]
    assert not [line for line in lines if re.search(r": .*\bend\b|as .*\bend\b", line)]
    people = [line.split()[1] for line in lines if line.startswith("    participant")]
    assert len(people) == len(set(people)) >= 2 * (len(set(hostile.TEXTS)) - 2)


def test_mermaid_draws_what_was_seen_and_says_what_was_not():
    lines = [line.strip() for line in written("mermaid", story()).splitlines()]
    assert "p2->>p3: get_weather 38 B" in lines
    assert "p3-->>p2: get_weather ack +12 ms (sdk)" in lines
    assert "p3->>p2: get_weather ✓ ok 34 B +41 ms (sdk)" in lines
    assert "p5-xp3: dial ✗ 1400 UNSUPPORTED_METHOD +9.4 ms (server)" in lines
    unseen = [line for line in lines if "(packet not seen)" in line]
    assert unseen
    assert all("--)" in line for line in unseen), "what nobody saw is not drawn as what was"


def test_mermaid_ends_before_it_is_too_large_and_says_so():
    text = written("mermaid", [call(seq, seq * 0.01) for seq in range(1, 5_000)])
    assert len(text) < 50_000
    drawn = text.count("get_weather 38 B")
    assert drawn > 100
    assert f"{4_999 - drawn:,} further calls are not drawn" in text


# Perfetto


def test_perfetto_follows_the_format():
    found = json.loads(written("perfetto", [*story(), *hostile.rows()], rules=KEEP))
    events = found["traceEvents"]
    assert found["displayTimeUnit"] == "ms"
    assert found["otherData"]["Time zero"] == "2026-11-20T12:00:01.000Z"
    named = {event["pid"] for event in events if event["name"] == "process_name"}
    for one in events:
        assert one["ph"] in "MXisf"
        assert isinstance(one["pid"], int)
        assert isinstance(one["tid"], int)
        assert one["pid"] in named
        if one["ph"] != "M":
            assert isinstance(one["ts"], float)
        if one["ph"] == "X":
            assert one["dur"] >= 0
    ends = [{(one["id"], one["ph"]) for one in events if one["ph"] == phase} for phase in "sf"]
    assert {identifier for identifier, _ in ends[0]} == {identifier for identifier, _ in ends[1]}


def test_perfetto_leads_from_the_caller_to_what_was_seen_of_the_callee():
    """The server's view is named so; where neither saw the request come, there is no slice at the callee."""
    ours, theirs = call(1, caller="inspector-7f3"), call(2, 0.1, caller="web-1", callee="billing")
    events = json.loads(written("perfetto", [ours, theirs]))["traceEvents"]
    slices = [one for one in events if one["ph"] == "X"]
    assert [one["name"] for one in slices] == ["get_weather", "get_weather", "get_weather (as the server saw it)"]
    out, back = [[one for one in events if one["ph"] == phase] for phase in "sf"]
    assert [(one["pid"], one["ts"]) for one in out] == [
        (slices[1]["pid"], slices[1]["ts"]), (slices[2]["pid"], slices[2]["ts"] + slices[2]["dur"])
    ]  # fmt: skip
    assert [one["pid"] for one in back] == [slices[2]["pid"], slices[1]["pid"]]


def test_perfetto_slices_of_one_track_do_not_overlap():
    rows = [call(seq, seq * 0.01, total=35.0) for seq in range(1, 50)]  # nothing is seen at the callee
    events = json.loads(written("perfetto", rows))["traceEvents"]
    tracks = {}
    for one in events:
        if one["ph"] == "X":
            tracks.setdefault((one["pid"], one["tid"]), []).append((one["ts"], one["ts"] + one["dur"]))
    assert len(tracks) == 4, "35 ms every 10 ms: four at once"
    for slices in tracks.values():
        slices.sort()
        assert all(end <= begin for (_, end), (begin, _) in pairwise(slices))


# HTML


def test_a_hostile_text_makes_no_element_in_the_report():
    rows = hostile.rows()
    page, benign = (
        Page(written("html", rows, rules=KEEP)),
        Page(written("html", hostile.rows(["x"] * len(rows)), rules=KEEP)),
    )
    assert page.tags <= benign.tags | {"section"}
    assert page.count("script") == page.count("style") == 1
    assert page.count("details") == len(calls_of(rows))
    for tag, attributes in page.elements:
        assert not [name for name in attributes if name.startswith("on") or name == "style"], tag
        assert attributes.get("href") in (None, "data:,")
        assert attributes.get("src") is None
    shown = "".join(page.text)
    for text in hostile.TEXTS:
        assert sanitise(text, limit=200) in shown


def test_the_report_forbids_all_but_its_own_style_and_script():
    page = Page(written("html", story()))
    policy = next(a["content"] for tag, a in page.elements if a.get("http-equiv") == "Content-Security-Policy")
    assert policy.startswith("default-src 'none'; img-src data:; style-src 'sha256-")
    assert "unsafe" not in policy
    assert "http" not in written("html", story()).replace("http-equiv", "").replace("http://www.w3.org", "")


def test_the_report_tells_of_each_call_what_is_known():
    shown = " ".join("".join(Page(written("html", story(), selection="method:*", origin="room demo")).text).split())
    for words in (
        "room demo", "method:*", "12 ms", "✗ 1502 RESPONSE_TIMEOUT", "No ack came back in the time for it",
        "caller (sdk)", "server (server)", "±0.01 ms", "request transit: not visible from here",
        "id id-2", "callee told 8,000 ms", "billing left: client initiated", "(packet not seen)",
    ):  # fmt: skip
        assert words in shown, words


def test_a_report_of_too_many_calls_counts_all_and_lists_the_first():
    page = written("html", [call(seq, seq * 0.01) for seq in range(1, MOST_ROWS + 101)])
    assert page.count("<details") == MOST_ROWS
    assert f"The first {MOST_ROWS:,} of {MOST_ROWS + 100:,} calls are listed" in page
    assert f"<dd>{MOST_ROWS + 100:,}</dd>" in page


def test_a_payload_of_50_mib_leaves_the_report_small():
    made = call(1, request=Payload(52_428_800, "x" * 52_428_800))
    page = written("html", [made], rules=KEEP)
    assert len(page) < 100_000
    assert "52.4 MB" in page
    assert "the first 20,000 characters" in page


ANY = st.text(st.characters() | st.sampled_from("<>&\"'{}|`#;:%=-\n\x1b\u202e"), max_size=30)


@pytest.mark.parametrize("name", FORMATS)
@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(texts=st.lists(ANY, min_size=1, max_size=4))
def test_any_text_can_be_exported(name, texts):
    text = written(name, hostile.rows([*texts, "x"] if FORMATS[name].folder else texts))
    text.encode()
    if name == "html":
        page = Page(text)
        assert page.count("script") == 1
        assert page.count("details") == len(texts)
    elif name == "mermaid":
        assert all(_LINE.fullmatch(line) for line in text.splitlines())
    elif name == "csv":
        assert len(list(csv.reader(io.StringIO(text, newline="")))) == 1 + len(texts)
