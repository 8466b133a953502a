"""Builds what runs on Lambda, and tells releases apart. Ships to no function itself."""
