"""What a user is shown, without a traceback."""


class GdanimError(Exception):
    """A mistake that the user can mend: what is wrong, what is allowed, what to do.

    The command line prints the message alone; `gdanim --debug` adds the traceback.
    """


class RequestError(GdanimError):
    """What was asked for does not exist or is not allowed: an option, a knob, a file's name.

    The command line's exit code is 2 for these, as for any wrong usage, and 1 for other errors.
    """
