"""The `medinfer` command: the composition root, which alone knows the applications (router, server)."""
