"""What each mode evaluates, counted."""
