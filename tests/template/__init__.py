"""Generation: every way in, every answer."""
