"""Lab of lesson 04: invoices, payments and label files, and what Parcel does for them after the answer."""
