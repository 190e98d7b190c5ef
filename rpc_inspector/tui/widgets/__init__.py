"""Widgets: the panes of the main screen and what they are made of."""
