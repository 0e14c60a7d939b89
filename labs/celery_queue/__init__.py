"""Lab of lesson 05: invoices, mailings, charges and labels, and the workers of a queue that do what they take."""
