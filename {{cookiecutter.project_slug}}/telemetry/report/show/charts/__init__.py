"""The charts of a verdict."""
