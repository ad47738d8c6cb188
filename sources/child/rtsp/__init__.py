"""Our own RTSP client: a picture leaves with its last packet, dated by the camera's own clock.

Plain blocking code with deadlines: the child's reader thread does nothing else, and a private event
loop would only add a hop to every read.
"""
