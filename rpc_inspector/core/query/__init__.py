"""The filter language: one grammar for the interface, the commands and the exports."""
