"""Turns a `.pt` into a file for another runtime, in a process of its own, and reads it back."""
