"""How many spans never left."""


class Dropped:
    """A counter that the queue and the exporter share: each loses spans in its own way."""

    def __init__(self) -> None:
        self.total = 0

    def add(self, spans: int) -> None:
        """Count more of them."""
        self.total += spans
