"""The one exception that a user is shown, without a traceback."""


class GdanimError(Exception):
    """A mistake that the user can mend: what is wrong, what is allowed, what to do.

    The command line prints the message alone; `gdanim --debug` adds the traceback.
    """
