"""Notebooks become a folder of static pages, which live without Python: ``gradviz publish``."""
