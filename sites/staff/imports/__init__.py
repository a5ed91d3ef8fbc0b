"""The pages of the national lists: what a file would change, applying it, taking it back. National administrators."""
