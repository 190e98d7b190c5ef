"""Payloads, to be read and written."""
