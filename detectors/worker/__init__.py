"""The process of one detector: it reads slots, answers with boxes, and may be killed any time."""
