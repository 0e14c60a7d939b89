"""The course proves itself: `unblocked/` mirrored, and every exercise, lesson and lab."""
