def events() -> None:
    """x."""
