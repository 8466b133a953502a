"""The local Lambda: a process of the function, the APIs that serve it, one execution environment."""
