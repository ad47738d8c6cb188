"""Which packets are worth decoding: almost none, while nothing happens before a camera."""
