"""What is said, in every language: phrases without words, and catalogues that have the words."""
