"""What ends the command without a verdict."""


class UnusableError(Exception):
    """There is nothing to judge, or nowhere to put it; the text says what to do."""
