"""Imported so that its place in a list of imports can be found."""
