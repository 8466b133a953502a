"""What can go wrong in this service."""


class ServiceError(Exception):
    """Base class of the service's errors; their text is safe to show to a caller."""


class SettingsError(ServiceError):
    """The environment lacks something that the service cannot run without."""


class TicketNotFoundError(ServiceError):
    """No ticket has this id."""


class TicketsUnavailableError(ServiceError):
    """The table gave no usable answer in time; nothing was stored by halves."""
