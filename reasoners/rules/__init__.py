"""Which of all that happens is worth an event: the built-in rule, and those people write."""
