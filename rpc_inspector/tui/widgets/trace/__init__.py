"""The trace as a list, with what stands above and beside it."""
