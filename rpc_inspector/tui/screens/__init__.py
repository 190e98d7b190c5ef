"""Screens: the main one, and the dialogs that open over it."""
