"""Secrets in what is kept become names, and what asks for one already stays as it was written."""

import pytest

from rpc_inspector.core.secrets.masking import MASK
from rpc_inspector.core.secrets.naming import name_secrets


@pytest.mark.parametrize(
    ("text", "kept", "names"),
    [
        ('{"city":"Paris"}', '{"city":"Paris"}', ()),
        ('{"password": "hunter2", "a": 1}', '{"password": "${secret:PASSWORD}", "a": 1}', ("PASSWORD",)),
        ('{"a":{"api-key":"k1"},"token":"t"}', '{"a":{"api-key":"${secret:API_KEY}"},"token":"${secret:TOKEN}"}',
         ("API_KEY", "TOKEN")),
        ('{"password": 1234}', '{"password": "${secret:PASSWORD}"}', ("PASSWORD",)),
        ('{"password": "${secret:PIN}"}', '{"password": "${secret:PIN}"}', ()),
        ('{"password": ${secret:PIN}, "days": ${days}}', '{"password": ${secret:PIN}, "days": ${days}}', ()),
        ('{"token": ${t}, "password": "x", "n": "$${y}"}',
         '{"token": ${t}, "password": "${secret:PASSWORD}", "n": "$${y}"}', ("PASSWORD",)),
        ("password=hunter2 city=${city}", "password=${secret:SECRET} city=${city}", ("SECRET",)),
        ('["eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abcdefgh"]', '["${secret:SECRET}"]', ("SECRET",)),
    ],
)  # fmt: skip
def test_secrets_become_names(text, kept, names):
    found = name_secrets(text)
    assert (found.text, found.names) == (kept, names)


@pytest.mark.parametrize(
    "text",
    ['{"password":"hunter2"', 'token: "hunter2', '{"a":"\ue000","secret":"hunter2"}', '{"secret":["hunter2","${x}"]}'],
)
def test_half_typed_text_keeps_no_secret_and_no_mask(text):
    found = name_secrets(text)
    assert "hunter2" not in found.text
    assert MASK not in found.text
