"""The keys of the trace list, for its own ``BINDINGS`` and for the registry of actions."""

from textual.binding import Binding

#: ``(id, keys, action, label, help, in the footer)``
_KEYS = (
    ("open", "enter", "open", "open", "Open the call: stages, payloads, explanation.", True),
    ("follow", "F", "follow", "follow", "Follow the newest row; off on moving up, on again at the end.", True),
    ("pause", "p", "pause", "pause", "Freeze the view; calls go on being counted.", True),
    ("next_error", "e", "error(1)", "next error", "Go to the next failed call.", True),
    ("previous_error", "E", "error(-1)", "previous error", "Go to the previous failed call.", False),
    ("mark", "m", "mark", "mark", "Mark the row: it is kept, and relative times count from it.", True),
    ("pick", "space", "screen.pick", "compare", "Pick the call; on another call, compare the two.", False),
    (
        "compare",
        "D",
        "screen.compare_previous",
        "compare with previous",
        "Compare the call with the previous one of the same method.",
        False,
    ),
    ("time", "t", "time_mode", "time", "Clock, time since the previous row, time since the mark or first row.", True),
    ("internal", "I", "internal", "pings", "Show and count pings and describes too, or hide them.", False),
    ("down", "j,down", "move(1)", "down", "Down.", False),
    ("up", "k,up", "move(-1)", "up", "Up.", False),
    ("page_down", "pagedown", "page(1)", "page down", "A page down.", False),
    ("page_up", "pageup", "page(-1)", "page up", "A page up.", False),
    ("first", "g,home", "first", "first", "To the first row.", False),
    ("last", "G,end", "last", "last", "To the last row, and follow.", False),
)

TRACE_BINDINGS: list[Binding] = [
    Binding(keys, action, label, show=footer, id=f"trace.{name}", tooltip=tooltip)
    for name, keys, action, label, tooltip, footer in _KEYS
]
