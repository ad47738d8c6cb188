"""The decoder child: one process that reads, decodes, masks and converts one camera's pictures."""
