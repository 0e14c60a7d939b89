"""The learner's own work: copies of notebooks, answers, predictions, progress. Never lost, never overwritten."""
