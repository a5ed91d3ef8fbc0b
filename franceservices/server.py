"""The gunicorn worker that serves the portal: its threads are for requests that have arrived, not for slow clients.

Written for gunicorn 27 without TLS (a proxy does that). It leans on the inside of `ThreadWorker`: the tests in
tests/test_server.py say what must still hold after an upgrade. Knows nothing of Django.
"""

import re
import socket
import struct
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from selectors import EVENT_READ

from gunicorn import util
from gunicorn.workers.gthread import ThreadWorker

PATIENCE_S = 10
LIMIT_BYTES = 128 * 1024  # room for the request line that gunicorn.conf.py allows, and for headers
END_OF_HEAD = b"\r\n\r\n"
LIVENESS = re.compile(rb"(?:GET|HEAD) /healthz/live[ ?]")


class PatientWorker(ThreadWorker):
    """`gthread`, where a connection gets a thread only once the head of its request has come in whole.

    gthread reads heads in its threads without a time limit, and waits in its event loop for clients to hang up: as
    many half-sent requests as there are threads stop the server, and so does a handful of clients that never hang up.
    Here the event loop does both without waiting for anyone, and closes whatever lasts more than `PATIENCE_S`. A
    client that stays silent for as long while it sends a body, or takes a response, is cut off too.

    Liveness has a thread of its own: it answers while all others wait for the database.
    """

    def init_process(self):
        self.liveness_pool = ThreadPoolExecutor(max_workers=1)
        super().init_process()

    # All below run in the event loop.

    def enqueue_req(self, conn):
        """A new connection, or one kept alive that shows data again."""
        limit_silence(conn.sock)
        conn.received = bytearray(conn.parser.unreader.take_buffered() if conn.parser else b"")
        if is_whole(conn.received):
            self.serve(conn)
        else:
            self.wait_for(conn, self.read_head)

    def read_head(self, conn, _sock):
        data = self.receive(conn)
        if is_whole(conn.received):
            self.stop_waiting_for(conn)
            self.serve(conn)
        elif data == b"":
            self.stop_waiting_for(conn)
            self.drop(conn)
        elif len(conn.received) > LIMIT_BYTES:
            self.stop_waiting_for(conn)
            util.write_error(conn.sock, 431, "Request Header Fields Too Large", "")
            self.hang_up(conn)

    def serve(self, conn):
        """Hand the connection to a thread, which finds what was read where it would read it."""
        conn.init()
        conn.parser.unreader.unread(bytes(conn.received))
        pool = self.liveness_pool if LIVENESS.match(conn.received) else self.tpool
        future = pool.submit(self.handle, conn)
        future.add_done_callback(lambda done: self.method_queue.defer(self.finish_request, conn, done))

    def finish_request(self, conn, fs):
        if not fs.cancelled() and not fs.exception() and fs.result():
            super().finish_request(conn, fs)  # it is kept alive
        else:
            self.hang_up(conn)

    def hang_up(self, conn):
        """Tell the client that we are done, and let it finish: closing at once may cut what it has yet to read."""
        try:
            conn.sock.shutdown(socket.SHUT_WR)
        except OSError:
            self.drop(conn)
            return
        conn.received = bytearray()
        self.wait_for(conn, self.read_leftovers)

    def read_leftovers(self, conn, _sock):
        if self.receive(conn) == b"" or len(conn.received) > LIMIT_BYTES:
            self.stop_waiting_for(conn)
            self.drop(conn)

    def wait_for(self, conn, callback):
        """Call `callback` when the client sends something; `murder_pending` closes the connection if it is too late."""
        conn.sock.setblocking(False)
        conn.timeout = time.monotonic() + PATIENCE_S  # the same for all: they must end in the order they began
        self.pending_conns.append(conn)
        self.poller.register(conn.sock, EVENT_READ, partial(callback, conn))

    def stop_waiting_for(self, conn):
        self.poller.unregister(conn.sock)
        self.pending_conns.remove(conn)

    def receive(self, conn):
        """Add what came to `conn.received`, and return it: empty when the client is gone, None when nothing came."""
        try:
            data = conn.sock.recv(64 * 1024)
        except BlockingIOError:
            return None
        except OSError:
            return b""
        conn.received += data
        return data

    def drop(self, conn):
        self.nr_conns -= 1
        conn.close()


def is_whole(head):
    """Is the end of the headers there? Empty lines before a request, which parsers skip, are not it."""
    return END_OF_HEAD in head and END_OF_HEAD in head.lstrip(b"\r\n")


def limit_silence(sock):
    """Blocking reads and writes of `sock` fail when nothing moves for `PATIENCE_S`."""
    patience = struct.pack("ll", PATIENCE_S, 0)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, patience)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, patience)
