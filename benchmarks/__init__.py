"""What gdlib and its book take in time and bytes, measured beside the peers: `make bench`."""
