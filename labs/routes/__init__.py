"""Lab of lesson 02: the same quote, asked for in three ways."""
