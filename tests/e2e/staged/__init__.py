"""Situations in which calls fail, staged on real rooms, each with its true cause."""
