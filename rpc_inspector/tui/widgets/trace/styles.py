"""How the list looks: the styles that its pieces name, and the cursor's."""

from rpc_inspector.tui.widgets.trace.row_painter import HUES

_STYLES = (
    "muted", "name", "us", "strong", "number", "word", "event", "mark", "ok", "warning", "error", "open", "lost",
    "bar-ack", "bar-answer", "bar-error", "bar-warning", "bar-unseen", "header",
    *(f"hue-{number}" for number in range(HUES)),
)  # fmt: skip
COMPONENTS = {f"trace--{name}" for name in (*_STYLES, "cursor", "cursor-blurred")}

CSS = """
TraceCanvas {
    border: round $foreground 30%;
    border-title-color: $muted;
    border-subtitle-color: $muted;
    background: $background;
    scrollbar-size: 1 1;
    scrollbar-gutter: stable;
    overflow-x: hidden;
    &:focus { border: round $primary; border-title-color: $text-primary; border-title-style: bold; }
    & > .trace--muted, & > .trace--event, & > .trace--header, & > .trace--lost { color: $muted; }
    & > .trace--name, & > .trace--number, & > .trace--word { color: $foreground; }
    & > .trace--us, & > .trace--open { color: $text-primary; }
    & > .trace--strong { color: $foreground; text-style: bold; }
    & > .trace--mark { color: $text-primary; text-style: bold; }
    & > .trace--ok { color: $text-success; }
    & > .trace--warning { color: $text-warning; text-style: bold; }
    & > .trace--error { color: $text-error; text-style: bold; }
    & > .trace--bar-ack { color: $stage-ack; }
    & > .trace--bar-answer { color: $stage-answer; }
    & > .trace--bar-error { color: $text-error; }
    & > .trace--bar-warning { color: $text-warning; }
    & > .trace--bar-unseen { color: $muted; }
    & > .trace--hue-0 { color: $text-primary; text-style: bold; }
    & > .trace--hue-1 { color: $text-success; text-style: bold; }
    & > .trace--hue-2 { color: $text-warning; text-style: bold; }
    & > .trace--hue-3 { color: $text-accent; text-style: bold; }
    & > .trace--hue-4 { color: $stage-ack; text-style: bold; }
    & > .trace--hue-5 { color: $foreground; text-style: bold; }
    &:nocolor > .trace--error, &:nocolor > .trace--warning { color: $foreground; }
    & > .trace--cursor { background: $primary 22%; }
    & > .trace--cursor-blurred { background: $foreground 9%; }
}
"""
