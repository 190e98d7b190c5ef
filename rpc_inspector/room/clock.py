"""The wall clock beside CLOCK_MONOTONIC: rows are ordered by the one that nobody can set, and shown by the other."""

import time

#: A difference (s) that is not followed: it is that of reading two clocks one after the other.
SLACK_S = 0.01
#: A difference (s) that is told: the clock was set, or the machine slept (CLOCK_MONOTONIC sleeps too).
STEP_S = 1.0


def wall_offset() -> float:
    """Seconds to add to CLOCK_MONOTONIC to get seconds since the epoch, as of now."""
    return time.time() - time.monotonic()


def step_in_words(seconds: float) -> str | None:
    """What is to be said of the wall clock having moved by so much against the monotonic one, if anything."""
    if abs(seconds) < STEP_S:
        return None
    way = "forward" if seconds > 0 else "back"
    why = "it was set, or this machine slept" if seconds > 0 else "it was set"
    return f"the clock went {way} by {abs(seconds):,.0f} s ({why}); the rows above keep the times that they had"
