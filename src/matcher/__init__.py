"""Job matching for public employment bureaus."""
