"""The trace store: packets folded into calls, rows kept, bounded and indexed."""
