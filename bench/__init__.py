"""Benchmarks and checks of the statistics: never in a generated project."""
