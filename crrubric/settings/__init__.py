"""Settings: one typed object, read from a file, the environment and code, documented from itself.

What is said here is English, as everything that the command line says.
"""
