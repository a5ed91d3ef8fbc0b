"""What keeps a service that is slow, down or called too often from holding up everyone. Pure, one per process."""

import threading
import time

FAILURES_BEFORE_REST = 3
REST_S = 30


class Breaker:
    """Rests for REST_S after FAILURES_BEFORE_REST failures in a row, so that visitors don't wait for nothing."""

    now = staticmethod(time.monotonic)

    def __init__(self):
        self.lock = threading.Lock()
        self.reset()

    def reset(self):
        with self.lock:
            self.failures, self.closed_from = 0, 0.0

    def is_closed(self):
        """Whether calls may go. After the rest one call goes first, and the others wait for what it says."""
        with self.lock:
            now = self.now()
            if self.failures < FAILURES_BEFORE_REST:
                return True
            if now < self.closed_from:
                return False
            self.closed_from = now + REST_S
            return True

    def failed(self):
        with self.lock:
            self.failures += 1
            self.closed_from = self.now() + REST_S

    def succeeded(self):
        self.reset()


class Bucket:
    """A token bucket: at most `per_second` calls a second, none saved beyond one second's worth."""

    now = staticmethod(time.monotonic)

    def __init__(self):
        self.lock = threading.Lock()
        self.reset()

    def reset(self):
        with self.lock:
            self.tokens, self.filled_at = None, 0.0

    def take(self, per_second, leaving_half=False):
        """Take a token; False when there is none left, or when only the half that is to be left."""
        size = max(1.0, per_second)
        left = size // 2 if leaving_half else 0
        with self.lock:
            now = self.now()
            if self.tokens is None:
                self.tokens, self.filled_at = size, now
            self.tokens = min(size, self.tokens + (now - self.filled_at) * per_second)
            self.filled_at = now
            if self.tokens < 1 + left:
                return False
            self.tokens -= 1
            return True


class Slots:
    """Counts what is under way. Nobody waits for a slot: there is one at once or not at all."""

    def __init__(self):
        self.lock = threading.Lock()
        self.reset()

    def reset(self):
        with self.lock:
            self.taken = 0

    def take(self, at_most):
        """Take a slot, to be given back; False when `at_most` are taken already."""
        with self.lock:
            if self.taken >= at_most:
                return False
            self.taken += 1
            return True

    def give_back(self):
        with self.lock:
            self.taken -= 1
