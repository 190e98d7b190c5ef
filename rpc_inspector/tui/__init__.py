"""The interface: a Textual app over a session it knows only as a Protocol."""
