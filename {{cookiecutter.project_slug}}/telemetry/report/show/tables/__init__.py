"""The tables of a verdict."""
