"""The rolling memory of one camera: objects, zones, and what changes between them. Pure."""
