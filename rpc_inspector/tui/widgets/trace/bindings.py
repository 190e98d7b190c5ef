"""The keys of the trace list, for its own ``BINDINGS`` and for the registry of actions."""

from textual.binding import Binding

#: ``(id, keys, action, label, help, in the footer)``
_KEYS = (
    ("open", "enter", "open", "open", "Open the call: stages, payloads, explanation; show or hide a group.", True),
    ("next_error", "e", "error(1)", "next error", "Go to the next failed call.", True),
    ("mark", "m", "mark", "mark", "Mark the row: it is kept, and relative times count from it.", False),
    ("pause", "p", "pause", "pause", "Freeze the view; calls go on being counted.", False),
    ("group", "b", "group", "group", "Group by method, by participant, by outcome, not at all.", False),
    ("columns", "o", "columns", "columns", "Choose and order the columns, and what to sort by.", False),
    ("previous_error", "E", "error(-1)", "previous error", "Go to the previous failed call.", False),
    ("follow", "F", "follow", "follow", "Follow the newest row; off on moving up, on again at the end.", False),
    ("only_marked", "M", "only_marked", "only marked", "Show only marked rows, or all.", False),
    ("unmark_all", "U", "unmark_all", "unmark all", "Take every mark away.", False),
    ("comment", "n", "comment", "note", "Note something about the call; exports keep it.", False),
    ("time", "t", "time_mode", "time", "Clock, time since the previous row, time since the mark or first row.", False),
    ("colours", "c", "colours", "colours", "Colour by outcome, by method, by participant, by call id.", False),
    ("zoom_in", "plus", "zoom_time(1)", "zoom in", "Zoom the waterfall in on the selected call.", False),
    ("zoom_out", "minus", "zoom_time(-1)", "zoom out", "Zoom the waterfall out.", False),
    ("zoom_fit", "0", "zoom_time(0)", "fit", "Fit the waterfall to the calls that are visible.", False),
    ("pan_left", "shift+left", "pan_time(-1)", "earlier", "Move the waterfall to earlier times.", False),
    ("pan_right", "shift+right", "pan_time(1)", "later", "Move the waterfall to later times.", False),
    ("fold", "left", "fold", "fold", "Hide the calls of the group.", False),
    ("unfold", "right", "unfold", "unfold", "Show the calls of the group.", False),
    ("pick", "space", "screen.pick", "compare", "Pick the call; on another call, compare the two.", False),
    (
        "compare",
        "D",
        "screen.compare_previous",
        "compare with previous",
        "Compare the call with the previous one of the same method.",
        False,
    ),
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
