"""A vision-language model on this machine, in a process of its own: `transformers`, no server."""
