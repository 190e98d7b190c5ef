"""Saved traces, read and shown."""
