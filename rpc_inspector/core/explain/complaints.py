"""What people complain of, and the causes that it mostly has: pairs of a page's name and a rule's id."""

COMPLAINTS: dict[str, tuple[tuple[str, str], ...]] = {
    "a hidden participant's calls all end with 1501, although the handler runs": (("1501", "hidden-caller"),),
    "the first call to a new participant is lost": (
        ("1501", "not-active"),
        ("1501", "joined-just-before"),
        ("1501", "not-joined-yet"),
    ),
    "1400 in the first seconds after a join": (("1400", "not-registered-yet"), ("1400", "handlers-lost")),
    "every call in one direction ends with 1501 since an upgrade": (
        ("1501", "one-direction"),
        ("1501", "encryption-differs"),
    ),
    "short timeouts behave oddly": (("1502", "handler-too-slow"), ("1502", "handler-still-running")),
    "1501 now and then, under load": (
        ("1501", "head-of-line"),
        ("1501", "late-ack"),
        ("1501", "many-in-flight"),
    ),
    "a handler that waits for speech or a person never answers": (
        ("1502", "never-answers"),
        ("1502", "handler-still-running"),
        ("1502", "handler-too-slow"),
    ),
    "calls fail when many are made at once": (
        ("1502", "one-after-another"),
        ("1501", "many-in-flight"),
        ("1502", "many-in-flight"),
    ),
    "acknowledged, and then nothing": (("1502", "not-a-string"), ("1502", "callee-blocked")),
    "1500 without a reason": (("1500", "exception-in-handler"),),
    "1404 from an old Android app": (("1404", "version-not-understood"),),
    "calls end with 1503 when somebody joins with the same identity": (
        ("1503", "replaced"),
        ("1503", "our-connection-ended"),
    ),
    "too large, with 1402 or 1504": (
        ("1402", "callee-speaks-v1"),
        ("1402", "unlisted-counts-as-v1"),
        ("1504", "answer-too-large"),
    ),
    "1501 although the handler ran": (
        ("1501", "handler-ran"),
        ("1501", "late-ack"),
        ("1501", "callee-may-not-send"),
        ("1501", "hidden-caller"),
    ),
}
