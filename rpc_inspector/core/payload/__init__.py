"""What payloads hold, and how two of them differ."""
