"""Parcel's services: one lab a lesson, each a real FastAPI app."""
