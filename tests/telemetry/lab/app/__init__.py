"""How the lab finds an app, and runs it in its own environment."""
