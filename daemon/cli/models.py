import typer

app = typer.Typer()


@app.command()
def l() -> None:
    """x."""
