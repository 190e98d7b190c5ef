"""The journal: what a session saw, line by line, as it happens."""
