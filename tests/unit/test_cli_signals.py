"""Ctrl-C twice: the first asks to end well, the second has its usual effect."""

import os
import signal
import threading

from kbsync.usecases.context import stop_on_signal


def test_the_first_signal_asks_and_the_second_ends() -> None:
    """After the first, the usual handlers are back in place; afterwards those of before are."""
    stop, told = threading.Event(), list[str]()
    before = signal.getsignal(signal.SIGTERM)
    with stop_on_signal(stop, tell=lambda: told.append("stopping")):
        os.kill(os.getpid(), signal.SIGTERM)
        assert (stop.wait(10), told) == (True, ["stopping"])
        assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
        assert signal.getsignal(signal.SIGINT) is signal.SIG_DFL
    assert signal.getsignal(signal.SIGTERM) is before


def test_another_thread_leaves_the_signals_alone() -> None:
    """Only the main thread may handle signals; work in another one runs as ever."""
    done = threading.Event()

    def work() -> None:
        with stop_on_signal(threading.Event(), tell=done.set):
            done.set()

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert done.is_set()
