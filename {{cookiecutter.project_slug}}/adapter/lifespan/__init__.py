"""The ASGI lifespan: its protocol, when it runs, what it costs, and the state that requests see."""
