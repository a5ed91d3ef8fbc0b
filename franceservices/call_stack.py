"""Room for the calls of a request, taken once."""

SLOTS = 16_000  # of 8 bytes: 128 kB, and CPython takes the next power of two; the calls of a page need about 40 kB


def with_room(application):
    """The same WSGI application, called from a frame so large that the frames of the calls inside fit beside it.

    CPython keeps the frames of a thread in chunks of 16 kB, which it asks of the system and gives back one by one.
    A loop whose calls fall on the end of a chunk does so at each turn: a dashboard did 700 times, which took 15 of
    its 80 ms. The chunk that a large frame asks for is as large as needed, and kept until that frame returns.
    """

    def call(environ, start_response):
        return application(environ, start_response)

    call.__code__ = call.__code__.replace(co_stacksize=SLOTS)
    return call
