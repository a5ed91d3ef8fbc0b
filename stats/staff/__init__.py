"""The pages of those who import figures and publish them."""
