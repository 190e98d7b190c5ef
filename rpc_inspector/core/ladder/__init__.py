"""Calls as arrows between lifelines."""
