"""From the bytes of a file to a table of texts, and back: knows nothing of sites, nor of Django."""
