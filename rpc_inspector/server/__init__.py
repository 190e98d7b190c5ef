"""The embedded room server: data only, pure Python, a vantage point of its own."""
