"""Lab of lesson 02: quotes, labels and plans, each in ways that stop everyone and in ways that do not."""
