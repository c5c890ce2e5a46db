"""Variables, and the tape that records what is done to them."""
