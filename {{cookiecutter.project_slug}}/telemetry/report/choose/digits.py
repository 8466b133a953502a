"""Numbers in sentences and tables: to some digits, and never as a power of ten."""

from decimal import Decimal


def digits(value: float, count: int = 3) -> str:
    """Write a finite number to so many significant digits: `1,600`, `11.2`, `0.00012`; never `1.6e+03`."""
    return f"{Decimal(f'{value:.{count}g}'):,f}"
