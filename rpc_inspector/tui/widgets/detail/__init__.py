"""One call in full."""
