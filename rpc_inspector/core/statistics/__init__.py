"""Figures of many calls in constant memory."""
