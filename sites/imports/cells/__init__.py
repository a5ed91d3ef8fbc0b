"""What the cells of a line say: columns, readings, checks, and the remarks that they give rise to."""
