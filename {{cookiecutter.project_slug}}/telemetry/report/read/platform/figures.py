"""Numbers that can be measurements: what is out of these bounds is damaged, or made up."""

from typing import Annotated, Final, TypeAlias

import msgspec

LONGEST_MS: Final = 86_400_000.0
"""A day. Nothing on Lambda lasts that long."""
LARGEST_MB: Final = 2**20
"""Far more than any function can have."""

Milliseconds: TypeAlias = Annotated[float, msgspec.Meta(ge=0, le=LONGEST_MS)]
Megabytes: TypeAlias = Annotated[float, msgspec.Meta(gt=0, le=LARGEST_MB)]
"""That a function has."""
UsedMegabytes: TypeAlias = Annotated[float, msgspec.Meta(ge=0, le=LARGEST_MB)]
"""That a function used."""
