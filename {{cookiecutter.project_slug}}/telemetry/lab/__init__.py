"""A local Lambda: the real runtime client in processes of its own, against a loopback Runtime API."""
