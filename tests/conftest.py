"""What all tests share: no socket leaves, and the gazetteer is there."""
