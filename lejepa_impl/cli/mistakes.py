"""What a command raises that was called wrongly."""


class UserError(ValueError):
    """A mistake in how a command was called."""
