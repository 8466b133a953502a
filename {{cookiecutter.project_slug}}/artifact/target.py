"""What the artifact is built for."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

PLATFORMS: Final = {"arm64": "aarch64-manylinux_2_28", "x86_64": "x86_64-manylinux_2_28"}
"""By Lambda's name of the processor: which wheels may be taken. Amazon Linux 2023 has glibc 2.34, but 2.28 is
what wheels of today ask for, and they run there."""


class TargetError(Exception):
    """A makefile's path names no runtime and architecture. The text says why."""


@dataclass(frozen=True, slots=True)
class Target:
    """A Lambda runtime on a processor."""

    runtime: str
    """Such as `python3.13`."""
    architecture: str

    @classmethod
    def of(cls, makefile: Path) -> Self:
        """Read the target off the path that SAM gives to make: `…/RUNTIME/ARCHITECTURE/Makefile`.

        Raises:
            TargetError: it is another path.
        """
        names = makefile.absolute().parts[-3:-1]
        if len(names) != 2 or not names[0].startswith("python3.") or names[1] not in PLATFORMS:
            raise TargetError(
                f"{makefile}: not in a folder RUNTIME/ARCHITECTURE; `sam build` takes the one that Metadata "
                "of the function in template.yaml names"
            )
        return cls(*names)

    @property
    def version(self) -> str:
        """Python's version, such as `3.13`."""
        return self.runtime.removeprefix("python")

    @property
    def platform(self) -> str:
        """The processor and C library, as uv calls them."""
        return PLATFORMS[self.architecture]
