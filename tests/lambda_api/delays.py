"""How long AWS takes for what; a test can change it meanwhile, for what is pending, too."""

from dataclasses import dataclass

from tests.lambda_api.options import Options


@dataclass(slots=True)
class Delays:
    """Seconds, as `Options` explains them."""

    update: float
    publish: float
    snapshot: float
    provisioning: float
    log: float

    @classmethod
    def of(cls, options: Options) -> "Delays":
        """Begin with what the double was started with."""
        return cls(options.update, options.publish, options.snapshot, options.provisioning, options.log_delay)

    def change(self, wanted: dict[str, float]) -> None:
        """Take new ones, by name.

        Raises:
            ValueError: There is no such delay.
        """
        for name, seconds in wanted.items():
            if name not in self.__dataclass_fields__:
                raise ValueError(f"no delay: {name}")
            setattr(self, name, float(seconds))
