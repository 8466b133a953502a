"""One mutant: a small harm to the adapter, and the test that must notice it."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Mutant:
    """`find` is replaced by `replace` in `adapter/file.py`; then `test` must fail."""

    name: str
    file: str
    find: str
    replace: str
    test: str
    """File and name, below `tests/`."""

    def apply(self, adapter: Path) -> None:
        """Harm the adapter in this folder; raise ValueError when it has changed there."""
        path = adapter / f"{self.file}.py"
        text = path.read_text(encoding="utf-8")
        if (found := text.count(self.find)) != 1:
            raise ValueError(
                f"mutant {self.name}: its text is {found} times in adapter/{self.file}.py, not once. "
                f"The code has changed, so write the mutant anew:\n{self.find}"
            )
        path.write_text(text.replace(self.find, self.replace), encoding="utf-8")
