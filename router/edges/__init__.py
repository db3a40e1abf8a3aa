"""Each port twice: over the wire, and in memory."""
