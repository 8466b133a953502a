"""A large log is read in pieces, by several processes, and merged."""
