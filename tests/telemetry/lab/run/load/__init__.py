"""Whole runs of the lab."""
