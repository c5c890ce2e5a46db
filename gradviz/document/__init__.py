"""The graph as a document: one versioned form in JSON between whoever makes a graph and whoever
reads it.
"""
