"""Databases of servers that somebody else runs, claimed for one owner and given back with it."""
