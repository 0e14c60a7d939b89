"""The learner's own work is never lost."""
