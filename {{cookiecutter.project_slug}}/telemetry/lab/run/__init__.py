"""A run: which environments of the local Lambda start, in which order, and what is recorded of them."""
