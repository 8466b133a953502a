"""Builds what runs on Lambda, and tells releases apart. It is not deployed itself."""
