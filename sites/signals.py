"""What the directory tells those who come after it and whom it does not know."""

from django.dispatch import Signal

# The demonstration sites are about to give way to real ones, in the transaction that deletes them.
demonstration_leaves = Signal()
