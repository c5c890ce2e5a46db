"""The table of derivatives, and what reads its rows."""
