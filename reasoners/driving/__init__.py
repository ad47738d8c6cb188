"""What a driver wants to know of the road ahead: advice from one camera, never control. Pure."""
