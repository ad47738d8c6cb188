def probe() -> None:
    """x."""
