"""Numbers in sentences and tables: to some digits, and never as a power of ten."""

from decimal import ROUND_CEILING, ROUND_HALF_EVEN, Context, Decimal


def digits(value: float, count: int = 3, *, up: bool = False) -> str:
    """Write a finite number to so many significant digits: `1,600`, `11.2`, `0.00012`; never `1.6e+03`.

    Args:
        value: What to write.
        count: Digits to keep.
        up: Round up, as an upper bound has to be: what is said to be "up to 0.1" must not be 0.104.
    """
    rounding = ROUND_CEILING if up else ROUND_HALF_EVEN
    # Without what arithmetic left behind the twelfth digit, which must not round 7 up to 7.1.
    rounded = Context(prec=count, rounding=rounding).create_decimal(f"{value:.12g}")
    return f"{Decimal(0) if not rounded else rounded.normalize():,f}"


def money(dollars: float) -> str:
    """Write dollars and cents: `1,602.40`; what is less than ten cents to two digits, `0.0034`."""
    return f"{dollars:,.2f}" if abs(dollars) >= 0.1 else digits(dollars, 2)


def probability(value: float) -> str:
    """Write a p-value with its sign: `= 0.384`, or `< 0.0001`."""
    return f"= {digits(value)}" if value >= 0.0001 else "< 0.0001"
