"""Who is eligible for what, and the most similar among them."""
