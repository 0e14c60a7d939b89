"""Lab of lesson 00: one route makes everybody wait."""
