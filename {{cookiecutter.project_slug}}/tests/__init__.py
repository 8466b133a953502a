"""The team's tests: the service, its wiring, its stack."""
