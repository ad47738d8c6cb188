"""What a parsed caption names: things with attributes, how many, what is denied, who does what."""
