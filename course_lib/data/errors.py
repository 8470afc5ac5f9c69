"""The one exception of this room."""


class DataError(RuntimeError):
    """A data set is missing, damaged or out of reach; the message says which and what to do about it."""
