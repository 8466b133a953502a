"""Tests of what copies of a snapshot would share."""
