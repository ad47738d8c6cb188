"""What comes next: statements that can turn out wrong, with a probability, scored in the end."""
