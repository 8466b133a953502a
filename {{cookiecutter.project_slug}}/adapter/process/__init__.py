"""The process that Lambda runs: who it is, its event loop, and how it ends."""
