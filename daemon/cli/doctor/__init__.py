"""`lookout doctor`: is this machine fit, and is what Lookout keeps on it in order?"""

from daemon.cli.doctor.command import doctor

__all__ = ["doctor"]
