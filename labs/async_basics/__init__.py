"""Lab of lesson 01: three carriers, asked one after another, together, and with a limit."""
