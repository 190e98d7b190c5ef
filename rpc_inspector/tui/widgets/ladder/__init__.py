"""The trace as a ladder."""
