"""Bytes to RPC events: text2pcap lines, SCTP, data packets, data streams. Pure, no I/O."""
