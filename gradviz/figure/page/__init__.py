"""What the page is told of a figure, and the page as a file that lives without a kernel."""
