"""How a report was made, as it says itself."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Made:
    """Time, commit and command of a report, so that it can be made again."""

    at: str
    """ISO 8601, UTC."""
    commit: str | None
    """Checked out where the report was made; None outside of a repository."""
    command: str

    @property
    def text(self) -> str:
        """All of it in one line."""
        commit = f", commit {self.commit}" if self.commit else ""
        return f"Made {self.at.replace('T', ' ').replace('+00:00', ' UTC')}{commit}, by {self.command}"
