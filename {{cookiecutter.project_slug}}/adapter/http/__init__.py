"""From an event to a request of the app, and from its response back."""
