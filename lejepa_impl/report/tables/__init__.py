"""Results of an experiment as tables and figures, beside W's where W prints them."""
