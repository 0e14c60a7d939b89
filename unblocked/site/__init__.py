"""The site: pages made from lessons, labs, exercises and docstrings, beside the pages that are written by hand.

Each module here makes pages of one kind and says so in a function `pages(course)`: the Markdown of each, by its path
below `docs/`. Only `generated` writes them.
"""
