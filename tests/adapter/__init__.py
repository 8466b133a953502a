"""The adapter: lifespan, state, loop, lifetime."""
