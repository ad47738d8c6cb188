"""ONVIF: what a camera says of itself and its streams, and which cameras are on this network."""
