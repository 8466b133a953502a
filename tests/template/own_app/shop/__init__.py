"""A team's own package."""
