"""Who is asked, when, and what it may cost: one queue for all cameras. Pure; time is passed in."""
