"""From the features of a pair to its score, its rank and its reasons."""
