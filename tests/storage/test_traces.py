"""Reading traces: every kind of file that holds one, and every kind that does not."""

import gzip
import json
import time
import zlib
from io import BufferedReader, BytesIO

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rpc_inspector.core.callobject import call_line, call_object
from rpc_inspector.core.model import Call, Payload, replace
from rpc_inspector.storage.journal.lines import Header, Line, encode
from rpc_inspector.storage.reading import FileUnusable
from rpc_inspector.storage.traces.reading import Reading, read_rows
from rpc_inspector.storage.traces.source import blocks, lines
from rpc_inspector.storage.traces.values import values
from tests.support.calls import call, event, story

CALLS = [row for row in story() if isinstance(row, Call)]
LINES = [call_line(row) for row in CALLS]
JOURNAL = encode(Header(session="a", room="demo")) + b"".join(
    encode(Line(call=row) if isinstance(row, Call) else Line(event=row)) for row in story()
)
STARTED = b'{"outcome":"ok","started_at":"2026-11-20T12:00:00Z",'


def read(tmp_path, content):
    path = tmp_path / "trace"
    path.write_bytes(content)
    return read_rows(str(path))


def objects(rows):
    return [call_object(row) for row in rows]


# What is a trace


@pytest.mark.parametrize(
    "content",
    [
        "\n".join(LINES),
        "\r\n".join(LINES) + "\r\n\r\n",
        "\ufeff" + "\n".join(LINES),
        "[" + ",".join(LINES) + "]",
        json.dumps([json.loads(line) for line in LINES], indent=2),
        "\n".join(json.dumps(json.loads(line), indent=2) for line in LINES),
        "\n".join(json.dumps(json.loads(line), ensure_ascii=False) for line in LINES),
    ],
    ids=["lines", "crlf", "bom", "array", "indented-array", "indented-objects", "not-ascii"],
)
@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
def test_call_objects_in_every_form(tmp_path, content, pack):
    rows, report = read(tmp_path, pack(content.encode()))
    assert report.sentences() == []
    was_open = [row.is_open for row in CALLS]
    assert [row.outcome for row in rows] == [
        "lost" if still else row.outcome for row, still in zip(CALLS, was_open, strict=True)
    ]
    finished = [made for made, still in zip(objects(rows), was_open, strict=True) if not still]
    assert finished == [made for made, still in zip(objects(CALLS), was_open, strict=True) if not still]


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
def test_a_journal(tmp_path, pack):
    rows, report = read(tmp_path, pack(JOURNAL))
    assert report.sentences() == []
    assert len(rows) == len(story())
    assert [row for row in rows if row.seq != 11] == [row for row in story() if row.seq != 11]


def test_what_was_running_when_the_recording_ended_is_lost_and_says_so(tmp_path):
    rows, _ = read(tmp_path, JOURNAL)
    running = next(row for row in rows if row.seq == 11)
    assert (running.outcome, running.note) == ("lost", "the recording ended before it did")
    rows, _ = read(tmp_path, "\n".join(LINES).encode())
    assert [row.note for row in rows if row.id == "id-11"] == ["it was still running when it was saved"]


def test_two_journals_in_one_file_are_one_trace(tmp_path):
    later = encode(Header(session="b", wall_offset=100.0)) + encode(Line(call=call(1, method="later")))
    rows, report = read(tmp_path, encode(Header(session="a")) + encode(Line(call=call(1))) + later)
    assert report.sentences() == []
    assert [(row.seq, row.method) for row in rows] == [(1, "get_weather"), (2, "later")]
    one, other = rows
    assert other.started == one.started + 100
    assert other.ack.ms == pytest.approx(one.ack.ms)


def test_parts_after_one_another_are_one_journal(tmp_path):
    again = encode(Header(session="a", part=2)) + encode(Line(call=call(1, method="changed")))
    rows, _ = read(tmp_path, encode(Header(session="a")) + encode(Line(call=call(1))) + again)
    assert [(row.seq, row.method) for row in rows] == [(1, "changed")]


def test_a_later_version_is_read_as_far_as_it_is_known(tmp_path):
    header = b'{"rpc-inspector":"journal","v":2,"program":"9.0","payloads":"hashed","new":{"x":1}}\n'
    newer = encode(Line(call=call(1))).replace(b'"seq":1', b'"seq":1,"colour":"red"')
    rows, report = read(tmp_path, header + newer + b'{"spell":{"x":1}}\n')
    assert [row.seq for row in rows] == [1]
    assert report.sentences()[0] == "1 of 3 lines could not be read."
    assert "A newer rpc-inspector (9.0) wrote this: what is new in format 2 is not shown." in report.sentences()
    rows, report = read(tmp_path, LINES[0].replace('"v":1', '"v":7').encode())
    assert len(rows) == 1
    assert report.sentences() == ["Some objects are of version 7: what is new in them is not shown."]


# What is damaged


def test_a_last_line_that_is_cut_off_is_told(tmp_path):
    rows, report = read(tmp_path, JOURNAL[:-100])
    assert len(rows) == len(story()) - 1
    assert report.sentences()[0] == f"1 of {len(story()) + 1} lines could not be read."


def test_damaged_lines_are_counted_with_the_first_reasons(tmp_path):
    damaged = [*LINES]
    damaged[3] = damaged[3][:50]
    damaged[5] = '{"outcome":"ok","started_at":"yesterday"}'
    damaged[7] = damaged[7].replace('"caller":', '"caller":7,"was":')
    rows, report = read(tmp_path, "\n".join([*damaged, *["}"] * 10]).encode())
    assert len(rows) == len(LINES) - 3
    assert (report.skipped, report.lines) == (13, len(LINES) + 10)
    assert [number for number, _ in report.reasons] == [4, 6, 8, 13, 14]
    assert report.sentences()[3] == "Line 8: Expected `str | null`, got `int` - at `$.caller`."


@pytest.mark.parametrize(
    "line",
    [
        b'{"call":{"seq":1,"room":"r","direction":"outgoing","started":1e300,"wall":1}}',
        b'{"call":{"seq":1,"room":"r","direction":"outgoing","started":1,"wall":1e300}}',
        b'{"call":{"seq":1,"room":"r","direction":"outgoing","started":1,"wall":-5}}',
        STARTED + b'"views":[{"at":"server","stages":[{"stage":"ack","dir":"sent","ms":1e300}]}]}',
        b'{"call":' + b'{"x":' * 100_000 + b"1" + b"}" * 100_001,
        STARTED + b'"x":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b"\xff\xfe\x00{}",
    ],
    ids=["monotonic", "wall", "before-the-epoch", "stage", "deep-journal", "deep-object", "bytes"],
)
def test_what_cannot_be_shown_is_not_read(tmp_path, line):
    rows, report = read(tmp_path, LINES[0].encode() + b"\n" + line + b"\n" + LINES[1].encode())
    assert len(rows) == 2
    assert [number for number, _ in report.reasons] == [2]


@pytest.mark.parametrize("cut", [20, 1000])
def test_packed_data_that_ends_early_gives_what_there_is(tmp_path, cut):
    packed = gzip.compress("\n".join(LINES * 50).encode())
    rows, report = read(tmp_path, packed[:-cut])
    assert len(LINES) < len(rows) <= len(LINES) * 50
    assert "The packed data ends before its end." in report.sentences()


def test_packed_data_that_is_damaged_gives_what_there_is(tmp_path):
    packed = bytearray(gzip.compress("\n".join(f"{line} " for line in LINES * 2000).encode(), 1))
    packed[-5000:-4000] = zlib.compress(b"nonsense" * 200)[:20] * 50
    rows, report = read(tmp_path, bytes(packed))
    assert len(rows) > len(LINES)
    assert any("damaged" in sentence for sentence in report.sentences())


def test_an_array_that_is_cut_off_gives_what_there_is(tmp_path):
    rows, report = read(tmp_path, ("[" + ",".join(LINES))[:-10].encode())
    assert len(rows) == len(LINES) - 1
    assert report.sentences()[0] == f"1 of {len(LINES)} items could not be read."


@example(junk=b"[\x00", at=0)
@example(junk=b"[{", at=0)
@given(st.binary(max_size=300), st.integers(0, len(JOURNAL)))
def test_whatever_stands_in_a_file_reading_comes_to_an_end(tmp_path_factory, junk, at):
    path = tmp_path_factory.mktemp("junk") / "trace"
    path.write_bytes(JOURNAL[:at] + junk + JOURNAL[at:])
    rows, report = read_rows(str(path))
    assert len(rows) >= len(story()) - 2 - report.skipped
    assert report.understood


# What is none


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (gzip.compress(b"", mtime=0), "is empty"),
        (b"\n \n", "is no trace: it is text"),
        (b"\x89PNG\r\n\x1a\n" + bytes(5000), "is a PNG image"),
        (b"PK\x03\x04" + bytes(50), "is a ZIP archive"),
        (b"\x7fELF" + bytes(50), "is a program"),
        (bytes(100_000), "is binary"),
        (("Ünicode text\n" * 5000).encode(), "is text"),
        (b'{"traceEvents":[]}', "is a trace for Perfetto"),
        (b'{"a":1}\n' * 3000, "is JSON of something else"),
        (b"[1,2,3]", "is JSON of something else"),
        (b'{"rpc-inspector":{}}', "is JSON of something else"),
        ("\n".join(LINES).encode("utf-16"), "is text in UTF-16"),
    ],
)
def test_a_file_that_is_no_trace_is_named(tmp_path, content, said):
    with pytest.raises(FileUnusable, match=said) as caught:
        read(tmp_path, content)
    assert caught.value.advice
    assert str(tmp_path) in caught.value.what


def test_a_file_that_cannot_be_opened_is_told_before_anything_is_read(tmp_path):
    with pytest.raises(FileUnusable, match="There is no file"):
        Reading(str(tmp_path / "missing"))
    with pytest.raises(FileUnusable, match="is a directory"):
        Reading(str(tmp_path))


def test_a_foreign_file_of_any_size_is_given_up_soon(tmp_path):
    path = tmp_path / "text"
    path.write_bytes(b"some text\n" * 3_000_000)
    reading = Reading(str(path))
    with pytest.raises(FileUnusable):
        reading.begin()
    assert reading.report.lines < 100_000


# Sizes


def test_a_payload_of_50_mib(tmp_path):
    text = '{"quoted":"\\"\x01\u2028"}' * (50 << 20 >> 4)
    text = text[: 50 << 20]
    big = call(1, request=Payload(len(text.encode()), text))
    rows, report = read(tmp_path, encode(Header()) + encode(Line(call=big)) + encode(Line(call=call(2))))
    assert report.sentences() == []
    assert rows[0].request.text == text
    assert len(rows) == 2


class Endless(BytesIO):
    """So many bytes without a line feed, made as they are read."""

    def __init__(self, before, count, after):
        super().__init__()
        self.left = [before, count, after]

    def readable(self):
        return True

    def readinto(self, buffer):
        if self.left[0]:
            part, self.left[0] = self.left[0], b""
        elif self.left[1]:
            part = b"x" * min(len(buffer), self.left[1])
            self.left[1] -= len(part)
        else:
            part, self.left[2] = self.left[2][: len(buffer)], self.left[2][len(buffer) :]
        buffer[: len(part)] = part
        return len(part)


def test_a_line_of_two_gigabytes_is_passed_over_in_little_memory():
    import tracemalloc

    raw = Endless(b"first\n", 2 << 30, b"\nlast\n")
    tracemalloc.start()
    try:
        longest = 8 << 20
        found = [line for part in lines(blocks(BufferedReader(raw, 1 << 20), pytest.fail), longest) for line in part]
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert found == [b"first", None, b"last"]
    assert peak < 3 * longest


@given(st.lists(st.binary(max_size=20).map(lambda part: part.replace(b"\n", b"")), max_size=8), st.integers(1, 30))
def test_lines_do_not_depend_on_where_blocks_end(parts, size):
    content = b"\n".join(parts)
    cut = (content[at : at + size] for at in range(0, len(content), size))
    found = [line for some in lines(cut) for line in some]
    while parts and not parts[-1]:
        parts.pop()
    while found and not found[-1]:
        found.pop()
    assert found == parts


@given(
    st.lists(st.dictionaries(st.text(max_size=3), st.integers() | st.text(max_size=5), max_size=3)), st.integers(1, 9)
)
def test_items_of_an_array_do_not_depend_on_where_blocks_end(items, size):
    content = json.dumps(items, ensure_ascii=False).encode("utf-8", "replace")
    cut = (content[at : at + size] for at in range(0, len(content), size))
    found = [json.loads(item) for some in values(cut, 1 << 20) for item in some]
    assert found == json.loads(content)


def test_a_large_item_is_not_looked_through_again_at_each_block():
    content = json.dumps([{"payload": "x" * (16 << 20)}]).encode()
    cut = (content[at : at + (64 << 10)] for at in range(0, len(content), 64 << 10))
    began = time.process_time()
    found = [item for some in values(cut, 1 << 30) for item in some]
    once = time.process_time()
    json.loads(content)
    assert [len(item) for item in found] == [len(content) - 2]
    assert once - began < 60 * max(time.process_time() - once, 0.005)


def test_names_that_repeat_are_in_memory_once(tmp_path):
    rows, _ = read(tmp_path, b"".join(encode(Line(call=call(seq, caller="web-1"))) for seq in range(1, 50)))
    assert len({id(row.method) for row in rows}) == len({id(row.caller) for row in rows}) == 1


def test_events_and_calls_are_in_the_order_of_their_times(tmp_path):
    content = encode(Line(call=replace(call(1), started=9.0))) + encode(Line(event=event(2, -995.0)))
    rows, _ = read(tmp_path, content)
    assert [row.seq for row in rows] == [2, 1]
