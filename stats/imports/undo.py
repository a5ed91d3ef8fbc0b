"""Taking an applied import of figures back: exactly, or not at all."""


class CannotTakeBack(Exception):
    """The message is a French sentence that says why, and names the later imports if they are why."""


def later_imports(batch):
    """The applied imports that wrote over figures of `batch` since, in the order to take them back: the latest first."""
    raise NotImplementedError


def take_back(batch, user):
    """Delete the figures that an import created, put back those it replaced, and save it as TAKEN_BACK.

    `batch` is APPLIED or TAKING_BACK; `user` may be None. One transaction. Raises `CannotTakeBack`, having changed
    nothing.
    """
    raise NotImplementedError
