"""A choice in words and pictures: on a terminal, and as a page."""
