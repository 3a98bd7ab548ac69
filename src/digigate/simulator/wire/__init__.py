"""Lines and channels: frames, their pace on the wire, ptys and TCP ports."""
