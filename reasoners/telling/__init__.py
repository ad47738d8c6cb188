"""From what changes to events: one growing record each, in words a person understands."""
