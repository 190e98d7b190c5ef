"""What base64 is, what it is not, and what is in it."""

import base64
import gzip
import json
import os
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rpc_inspector.core.payload.contents import MOST_INFLATED, contents_of, find_base64
from rpc_inspector.core.payload.protobuf_like import MOST_BYTES, fields_of, lines
from tests.support.encoded import encoded, png


@pytest.mark.parametrize(
    "text",
    [
        "", "test", "word", "hello", "getWeatherForCity", "HelloWorldHelloWorld", "weather-agent", "a" * 64,
        "d41d8cd98f00b204e9800998ecf8427e", "D41D8CD98F00B204E9800998ECF8427E0011223344556677",
        "f81d4fae-7dec-11d0-a765-00a0c91e6bf6", "1234567890123456", "12345678901234567890123456789012345678901234",
        "averyveryveryverylongidentifierthatgoesonandonandon", '{"a":1}', "two words are no base64 at all",
        "inspector-7f3-and-some-more-of-it", "https://example.org/a/b/c/d/e/f", "AbCd" * 20, "===", "abcd=efg",
    ],
)  # fmt: skip
def test_words_ids_and_digests_are_not_taken_for_base64(text):
    assert find_base64(text) is None


@pytest.mark.parametrize(
    "data",
    [b"hello base64 world", json.dumps({"a": [1, 2]}).encode(), png(), gzip.compress(b"x" * 99), bytes(range(256)),
     "Zürich und Genf, größer".encode(), os.urandom(300)],
    ids=["text", "json", "png", "gzip", "bytes", "unicode", "random"],
)  # fmt: skip
@pytest.mark.parametrize("spell", [base64.b64encode, base64.urlsafe_b64encode, base64.encodebytes])
@pytest.mark.parametrize("padded", [True, False])
def test_every_spelling_is_recognised_and_gives_the_bytes_back(data, spell, padded):
    text = spell(data).decode()
    found = find_base64(text if padded else text.rstrip("=\n"))
    assert found is not None
    assert found.decode() == data


def test_a_data_url_says_what_it_claims_to_be():
    found = find_base64(f"data:image/png;charset=x;base64,{encoded(png())}")
    assert (found.spelling, found.claimed) == ("data URL", "image/png")
    assert found.decode() == png()


def test_what_is_inside_is_told():
    image = contents_of(png(32, 16))
    assert (image.kind, image.width, image.height, image.extension) == ("image", 32, 16, ".png")
    assert image.label == "image/png, 32 x 16 px"
    assert contents_of(b'{"a": 1}').kind == "JSON"
    assert contents_of(b"plain words").text == "plain words"
    assert contents_of(b"%PDF-1.7 and so on").label == "application/pdf"
    assert contents_of(b"\x00\xff\xfe\x80 nothing known").kind == "bytes"
    assert contents_of(b"").label == "no bytes"


@pytest.mark.parametrize(("pack", "name"), [(gzip.compress, "gzip"), (zlib.compress, "zlib")])
def test_compressed_bytes_are_inflated_within_bounds(pack, name):
    found = contents_of(pack(b'{"a": 1}'))
    assert (found.kind, found.inner, found.label) == ("compressed", b'{"a": 1}', f"{name}, 8 bytes inside")
    bomb = contents_of(pack(b"\0" * (MOST_INFLATED + 1)))
    assert len(bomb.inner) == MOST_INFLATED
    assert "more than" in bomb.label


def test_an_image_whose_header_lies_is_still_an_image():
    for cut in range(8, len(png())):
        assert contents_of(png()[:cut]).kind == "image"
    assert contents_of(png(0, 0)).label.endswith("its size is not told")


def test_protobuf_is_read_without_a_schema():
    inner = b"\x0a\x05hello\x10\x07"
    data = b"\x08\x96\x01\x12\x05world\x1a" + bytes([len(inner)]) + inner + b"\x25\x00\x00\x80\x3f"
    found = contents_of(data)
    assert found.kind == "protobuf"
    assert found.label == "looks like protobuf, 4 fields"
    assert list(lines(found.fields))[:3] == ["1: 150  (varint)", "2: 'world'", "3: message, 2 fields"]
    assert "1065353216 or 1" in list(lines(found.fields))[-1]


def test_protobuf_is_bounded():
    assert fields_of(b"\x08\x01" * MOST_BYTES) is None
    assert fields_of(b"\x08\x01" * 2_001) is None
    deep = b"\x08\x01"
    for _ in range(40):
        deep = b"\x0a" + bytes([len(deep)]) + deep
    assert fields_of(deep) is not None


@given(st.binary(max_size=400))
def test_no_bytes_and_no_letters_of_any_kind_raise(data):
    found = contents_of(data)
    assert found.label
    assert list(lines(found.fields)) is not None
    text = encoded(data)
    if (spelled := find_base64(text)) is not None:
        assert spelled.decode() == data


@given(st.text(max_size=80))
def test_any_text_can_be_asked(text):
    found = find_base64(text)
    assert found is None or len(text) >= 16 or text.startswith("data:")


@given(st.binary(min_size=8, max_size=200))
def test_a_broken_image_never_raises(noise):
    for head in (b"\x89PNG\r\n\x1a\n", b"GIF89a", b"\xff\xd8\xff\xe0", b"RIFF\x10\0\0\0WEBPVP8 ", b"II*\0", b"MM\0*",
                 b"\0\0\0\x18ftypheic", b"\0\0\0\x0cjP  \r\n\x87\n"):  # fmt: skip
        assert contents_of(head + noise).kind in ("image", "file", "bytes", "protobuf")
