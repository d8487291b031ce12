"""Lists that, taken together, fill the most openings: what one person is shown costs others."""
