"""Records and the platform's lines, joined: attempts, INITs, and requests that left no record."""
