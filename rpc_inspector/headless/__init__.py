"""The same session without a screen: what the commands do, apart from their options."""
