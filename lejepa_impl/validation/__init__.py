"""What an encoder must show: sampled and trained evidence, and spectroscopy of black boxes."""

from lejepa_impl.validation import exact_loss, trained_converse, trained_spiral

#: Modules whose evidence joins the ledger.
MODULES = (trained_spiral, trained_converse, exact_loss)
