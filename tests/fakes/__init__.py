"""Stand-ins that behave like the real thing: time, a library, a service."""
