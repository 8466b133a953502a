"""uvicorn as the oracle: what an app and a client see of a request, straight and by way of each gateway."""
