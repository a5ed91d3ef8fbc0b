"""The frames of a request fit in one piece of memory, wherever it stops in the chunks of CPython."""

import resource
import threading

from franceservices.call_stack import with_room

DEPTHS = range(400)  # of small frames: a chunk of 16 kB holds fewer
TURNS = 200


def leaf(_environ):
    return None


leaf.__code__ = leaf.__code__.replace(co_stacksize=100)  # some of the frames that call it are at the end of a chunk


def deep(depth, environ):
    """Calls `leaf` many times from a stack that is `depth` frames deep."""
    if depth:
        return deep(depth - 1, environ)
    for _ in range(TURNS):
        leaf(environ)
    return None


def most_pages_asked(make):
    """The most pages of memory that an application asked of the system for one request, of all the depths."""
    asked = []

    def measure():
        application = make(lambda environ, _start_response: deep(environ["depth"], environ))
        for depth in DEPTHS:
            before = resource.getrusage(resource.RUSAGE_THREAD).ru_minflt
            application({"depth": depth}, None)
            asked.append(resource.getrusage(resource.RUSAGE_THREAD).ru_minflt - before)

    thread = threading.Thread(target=measure)
    thread.start()
    thread.join()
    return max(asked)


def test_a_loop_at_the_end_of_a_chunk_asks_for_no_memory_at_each_turn():
    assert most_pages_asked(with_room) < TURNS / 2


def test_the_application_is_answered_for():
    assert with_room(lambda environ, start_response: (environ, start_response))("environ", "start") == (
        "environ",
        "start",
    )
