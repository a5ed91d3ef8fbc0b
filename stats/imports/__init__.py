"""Files of monthly figures: what they say, what is wrong with it, what they would change; writing, taking back."""
