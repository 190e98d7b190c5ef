"""The one registry of actions: bindings, footer, palette and help are made from it.

Where an action belongs is the place whose focus makes it available: ``app`` and ``main`` everywhere, a pane in that
pane, ``dialog`` in what opens over the main screen. A binding's id is the action's; keymaps name it.
"""

from dataclasses import dataclass
from typing import Literal

from textual.binding import Binding

Where = Literal[
    "app",
    "main",
    "participants",
    "request",
    "form",
    "field",
    "response",
    "trace",
    "filter",
    "ladder",
    "statistics",
    "log",
    "dialog",
]

PLACES: dict[Where, str] = {
    "main": "Everywhere",
    "app": "Program",
    "participants": "Participants",
    "request": "Request",
    "form": "Form of the request",
    "field": "A field of it",
    "response": "Response",
    "trace": "Trace",
    "filter": "Filter of the trace",
    "ladder": "Ladder",
    "statistics": "Statistics",
    "log": "SDK log",
    "dialog": "Dialogs",
}


@dataclass(frozen=True, slots=True)
class Action:
    """One thing that can be done.

    Attributes:
        id: names its binding, e.g. ``call.send``.
        keys: as Textual names them, separated by commas; empty for the palette alone.
        action: of the node that has the bindings, as Textual's action strings.
        label: for the footer, one or two words. ``help``: one sentence.
        footer: shown in the footer where it is available; the order there is the registry's.
        palette: offered in the command palette. ``priority``: works inside text fields too.
    """

    id: str
    keys: str
    action: str
    label: str
    help: str
    where: Where
    footer: bool = False
    palette: bool = False
    priority: bool = False


ACTIONS: tuple[Action, ...] = (
    Action(
        "call.send", "ctrl+j,alt+enter", "send", "send", "Send the request.", "main",
        footer=True, palette=True, priority=True,
    ),
    Action("call.resend", "r", "resend", "resend", "Send the shown call of ours once more.", "main", palette=True),
    Action("call.ping", "i", "ping", "ping", "Is the SDK of the participant answering, and how fast?", "main",
           palette=True),
    Action("call.preflight", "alt+p", "preflight", "why", "What speaks for and against the call before it is sent.",
           "main", palette=True, priority=True),
    Action("call.history", "ctrl+r", "history", "history", "What was sent before: take it into the editor.", "main",
           palette=True),
    Action("call.edit", "u", "edit_call", "edit and send",
           "Put the selected or shown call into the editor.", "main", palette=True),
    Action("call.repeat", "alt+r", "repeat", "repeat", "Send the request again and again, until done or stopped.",
           "main", palette=True, priority=True),
    Action("call.several", "alt+a", "several", "send to several",
           "Send the request to several participants, the answers side by side.", "main", palette=True, priority=True),
    Action("call.variables", "alt+n", "variables", "variables",
           "What ${name} and ${secret:NAME} in the payload stand for.", "main", palette=True, priority=True),
    Action("call.file", "alt+o", "from_file", "from file", "Take a file as the payload; bytes as base64.", "main",
           palette=True, priority=True),
    Action("call.editor", "f4", "editor", "editor", "Write the request in $VISUAL or $EDITOR.", "main", palette=True),
    Action("call.pager", "f3", "pager", "pager", "Read the request or the response in $PAGER.", "main", palette=True),
    Action("call.target", "ctrl+l", "target", "target", "Type whom to call and the method.", "main",
           palette=True),
    Action("pane.next", "tab", "next_pane(1)", "next pane", "Go to the next pane.", "main"),
    Action("pane.previous", "shift+tab", "next_pane(-1)", "previous pane", "Go to the previous pane.", "main"),
    Action("pane.zoom", "z", "zoom", "zoom", "Give the pane the whole screen, or take it back.", "main", palette=True),
    Action("pane.sidebar", "backslash", "sidebar", "sidebar", "Show or hide the participants.", "main", palette=True),
    Action("pane.participants", "1", "focus_pane('participants')", "participants", "Go to the participants.", "main"),
    Action("pane.request", "2", "focus_pane('request')", "request", "Go to the request.", "main"),
    Action("pane.response", "3", "focus_pane('response')", "response", "Go to the response.", "main"),
    Action("pane.trace", "4", "focus_pane('trace')", "trace", "Go to the trace.", "main"),
    Action("step.back", "escape", "back", "back",
           "One step back: out of the editor, out of zoom, then cancel the running call.", "main"),
    Action("copy", "y", "copy", "copy", "Copy what the focused pane shows: the request or the response.", "main",
           footer=True, palette=True),
    Action("copy.as", "X", "copy_as", "copy as", "Copy the call as a command, as Python or as JavaScript.", "main",
           palette=True),
    Action("file.save", "s", "save", "save", "Save calls to a file that the program opens again.", "main",
           palette=True),
    Action("file.export", "S", "export", "export", "Write calls as a report, a table, a diagram or a timeline.", "main",
           palette=True),
    Action("collection.open", "C", "collection", "collection",
           "Requests kept as files: put one into the composer, or save what is there.", "main", palette=True),
    Action("error.explain", "x", "explain", "explain", "Explain the error in words.", "main", palette=True),
    Action("error.explain_typing", "alt+x", "explain", "explain", "Likewise, from where text is typed.", "main",
           priority=True),
    Action("room.connect", "ctrl+t", "connect('')", "connect", "Change room, identity, project or server.", "app",
           priority=True),
    Action("room.change", "", "connect('room')", "change room", "Join another room, by its name.", "app",
           palette=True),
    Action("room.identity", "", "connect('identity')", "change identity", "Join the room under another name.", "app",
           palette=True),
    Action("room.project", "", "connect('project')", "change project or server",
           "Connect elsewhere: with a project of yours, or by URL and key.", "app", palette=True),
    Action("room.rejoin", "R", "rejoin", "rejoin", "Join the room again.", "app", palette=True),
    Action("room.rooms", "", "rooms", "rooms", "List the server's rooms and join another.", "app", palette=True),
    Action("room.leave", "", "leave", "leave", "Leave the room; the trace stays.", "app", palette=True),
    Action("app.palette", "ctrl+p", "command_palette", "commands", "Everything by name.", "app", footer=True),
    Action("app.theme", "", "change_theme", "theme", "Choose another theme.", "app", palette=True),
    Action("app.help", "question_mark,f1", "help", "help", "The keys of this place.", "app", footer=True,
           palette=True),
    Action("app.quit", "ctrl+q", "quit", "quit", "Leave the room and end the program.", "app", palette=True,
           priority=True),
    Action("app.quit_q", "q", "quit", "quit", "The same, outside text fields.", "app"),
    Action("participants.open", "enter", "open", "open", "Open the participant, or edit a call of the method.",
           "participants", footer=True),
    Action("participants.about", "space", "about", "about",
           "All that is known of the method: how it is known, schemas, examples.", "participants", footer=True),
    Action("participants.filter", "slash", "filter", "search",
           "Show only what contains the words typed, in names or descriptions.", "participants", footer=True),
    Action("participants.fold", "left,h", "fold", "fold", "Hide the participant's methods.", "participants"),
    Action("participants.unfold", "right", "unfold", "unfold",
           "Show the participant's methods; on a method, all that is known of it.", "participants"),
    Action("participants.describe", "d", "describe", "ask methods", "Ask the participant for its methods now.",
           "participants", footer=True),
    Action("participants.pings", "I", "screen.keep_pinging", "keep pinging",
           "Ping everybody every few seconds and draw it in the list, or no longer.", "participants", palette=True),
    Action("participants.down", "j", "cursor_down", "down", "Down.", "participants"),
    Action("participants.up", "k", "cursor_up", "up", "Up.", "participants"),
    Action("participants.first", "g", "first", "first", "To the first.", "participants"),
    Action("participants.last", "G", "last", "last", "To the last.", "participants"),
    Action("request.leave", "escape", "screen.back", "leave editor", "Out of the editor.", "request", footer=True),
    Action("request.view", "alt+v", "switch_view", "form/raw", "From the form to the raw text and back.", "request",
           footer=True),
    Action("request.format", "alt+f", "screen.format", "indent", "Indent the JSON.", "request", footer=True),
    Action("request.minify", "alt+m", "screen.minify", "minify", "Put the JSON on one line, without blanks.",
           "request"),
    Action("request.timeout", "alt+t", "screen.timeout", "timeout", "Change how long the answer may take.", "request",
           footer=True),
    Action("request.skeleton", "alt+s", "write_skeleton", "skeleton",
           "Write the least payload that the schema asks for; undo brings back what was there.", "request"),
    Action("request.example", "alt+e", "write_example", "example",
           "Write an example; undo brings back what was there.", "request"),
    Action("request.complete", "ctrl+@", "complete", "complete", "Offer keys and values that may be typed here.",
           "request"),
    Action("form.edit", "enter", "ask('edit')", "edit", "Edit the field, or choose from its values.", "form",
           footer=True),
    Action("form.toggle", "space", "ask('toggle')", "change", "Toggle it, choose the next value, fold or unfold it.",
           "form", footer=True),
    Action("form.clear", "delete,backspace", "ask('clear')", "clear",
           "Set it to null where that is allowed, else take it away.", "form"),
    Action("form.add", "insert,alt+i", "ask('add')", "add", "Add an element to the list.", "form"),
    Action("form.raise", "alt+up", "ask('up')", "move up", "Move the element up in its list.", "form"),
    Action("form.lower", "alt+down", "ask('down')", "move down", "Move the element down in its list.", "form"),
    Action("form.left", "left", "ask('left')", "fold", "Fold it, choose the value before, or go to what it is in.",
           "form"),
    Action("form.right", "right", "ask('right')", "unfold", "Unfold it, choose the next value, or edit it.", "form"),
    Action("form.undo", "ctrl+z", "ask('undo')", "undo", "Take the last change back.", "form"),
    Action("form.redo", "ctrl+y", "ask('redo')", "redo", "Make it again.", "form"),
    Action("form.down", "down", "move(1)", "down", "To the next field.", "form"),
    Action("form.up", "up", "move(-1)", "up", "To the field before.", "form"),
    Action("form.page_down", "pagedown", "page(1)", "page down", "A page down.", "form"),
    Action("form.page_up", "pageup", "page(-1)", "page up", "A page up.", "form"),
    Action("form.first", "home", "first", "first", "To the first field.", "form"),
    Action("form.last", "end", "last", "last", "To the last field.", "form"),
    Action("field.next", "enter,tab,down", "leave(1)", "next field", "Done: to the next field.", "field", footer=True),
    Action("field.previous", "up,shift+tab", "leave(-1)", "previous field", "Done: to the field before.", "field"),
    Action("field.leave", "escape", "leave(0)", "done", "Done; what was typed stays.", "field", footer=True),
    Action("response.form", "w", "screen.toggle_form", "raw/pretty", "Show the answer as it came, or indented.",
           "response", footer=True),
    Action("response.anyway", "a", "screen.anyway", "send anyway", "Send although the destination is not in the room.",
           "response", footer=True),
    Action("response.closest", "enter", "screen.closest", "send to closest",
           "Send it to the participant whose name is closest.", "response", footer=True),
    Action("response.cancel", "escape", "screen.cancel", "cancel", "Stop waiting; the handler runs on.", "response",
           footer=True),
    Action("filter.keep", "enter", "keep", "keep", "Keep the filter and go back to the trace.", "filter", footer=True),
    Action("filter.complete", "tab", "complete", "complete", "Take the completion that is offered.", "filter",
           footer=True),
    Action("filter.help", "f1", "help", "fields", "The filter language: fields and examples.", "filter", footer=True),
    Action("filter.pick", "ctrl+r", "pick", "saved", "Saved filters and those used before.", "filter", footer=True),
    Action("filter.save", "ctrl+s", "save", "save", "Give the filter a name.", "filter", footer=True),
    Action("filter.close", "escape", "close", "clear", "Clear the text, then close the filter.", "filter",
           footer=True),
    Action("filter.older", "up", "history(1)", "older", "The filter used before.", "filter"),
    Action("filter.newer", "down", "history(-1)", "newer", "The filter used after that.", "filter"),
    Action("ladder.open", "enter", "open", "open", "Open the arrow's call: stages, payloads, explanation.", "ladder",
           footer=True),
    Action("ladder.only", "a", "only", "one/all", "Show the picked calls alone, or the arrow's; then all again.",
           "ladder", footer=True),
    Action("ladder.pick", "space", "pick", "pick", "Pick the arrow's call, to be shown alone with others; or drop it.",
           "ladder", footer=True),
    Action("ladder.next_error", "e", "error(1)", "next error", "Go to the next error.", "ladder", footer=True),
    Action("ladder.previous_error", "E", "error(-1)", "previous error", "Go to the previous error.", "ladder"),
    Action("ladder.mark", "m", "mark", "mark", "Mark the call: it is kept, and times count from it.", "ladder",
           footer=True),
    Action("ladder.time", "t", "time_mode", "time",
           "Times since the stage before, clock times, or since the mark or first row.", "ladder", footer=True),
    Action("ladder.copy", "y", "copy_text", "copy", "Copy the visible part of the ladder as text.", "ladder"),
    Action("ladder.copy_all", "Y", "copy_text(True)", "copy all", "Copy the whole ladder as text.", "ladder"),
    Action("ladder.pause", "p", "pause", "pause", "Freeze the view; calls go on being counted.", "ladder"),
    Action("ladder.follow", "F", "follow", "follow", "Follow the newest; off on moving up, on again at the end.",
           "ladder"),
    Action("ladder.left", "left,h", "sideways(-1)", "left", "To the lifelines on the left.", "ladder"),
    Action("ladder.right", "right", "sideways(1)", "right", "To the lifelines on the right.", "ladder"),
    Action("statistics.filter", "enter", "enter", "filter by it", "Show only the calls of the line.", "statistics",
           footer=True),
    Action("statistics.group", "b", "group", "group by", "Group by method, callee, caller, outcome.", "statistics",
           footer=True),
    Action("statistics.order", "o", "order", "sort", "Sort by calls, errors, a percentile, name.", "statistics",
           footer=True),
    Action("statistics.next", "right", "measure(1)", "measure", "Total, ack, handler, sizes: the next one first.",
           "statistics", footer=True),
    Action("statistics.previous", "left", "measure(-1)", "previous measure", "The previous measure first.",
           "statistics"),
    Action("log.show", "enter", "enter", "show the call", "Show the call that the line names, in the list.", "log",
           footer=True),
    Action("log.follow", "F", "follow", "follow", "Follow the newest line; off on moving up.", "log", footer=True),
    Action("dialog.help", "question_mark,f1", "app.help", "help",
           "The keys of the dialog; where text is typed, f1 alone.", "dialog"),
    Action("dialog.close", "escape", "close", "close", "Close the dialog.", "dialog", footer=True),
)  # fmt: skip

#: What cannot be done with a saved trace.
NEEDS_ROOM = frozenset(
    action.id
    for action in ACTIONS
    if action.id.startswith("room.")
    or action.id in ("call.send", "call.resend", "call.ping", "call.target", "call.preflight", "participants.pings")
    or action.id in ("call.history", "call.edit", "call.repeat", "call.several", "call.variables", "call.file")
    or action.id == "call.editor"
)


def bindings(where: Where) -> list[Binding]:
    """The bindings of a place, for a node's ``BINDINGS``."""
    return [
        Binding(
            action.keys,
            action.action,
            action.label,
            show=action.footer,
            id=action.id,
            tooltip=action.help,
            priority=action.priority,
        )
        for action in ACTIONS
        if action.where == where and action.keys
    ]


_KEY_NAMES = {
    "@": "space",
    "question_mark": "?",
    "slash": "/",
    "percent_sign": "%",
    "backslash": "\\",
    "escape": "esc",
    "left": "←",
    "right": "→",
    "up": "↑",
    "down": "↓",
    "less_than_sign": "<",
    "greater_than_sign": ">",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "plus": "+",
    "minus": "-",
    "shift+left": "shift+←",
    "shift+right": "shift+→",
}


def key_name(key: str) -> str:
    """A key as people write it: ``^j``, ``esc``, ``?``; the first of several."""
    key = key.split(",", maxsplit=1)[0]
    if key.startswith("ctrl+"):
        return f"^{key_name(key.removeprefix('ctrl+'))}"
    return _KEY_NAMES.get(key, key)


def all_key_names(keys: str) -> str:
    """All keys of an action: ``^j, alt+enter``."""
    return ", ".join(key_name(key) for key in keys.split(",") if key)
