"""The app, which is in a package of its own."""

from shop.main import app

__all__ = ["app"]
