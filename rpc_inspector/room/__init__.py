"""The session: connection, tokens, roster, invoking, discovery and the capture of our own SDK."""
