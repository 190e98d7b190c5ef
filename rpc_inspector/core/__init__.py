"""The model and its rules. Pure: no I/O, no LiveKit, no Textual."""
