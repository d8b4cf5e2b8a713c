"""The Desk REST API: everything that knows HTTP, signatures and the shape of the service's answers.

Nothing is imported here, so that the room costs nothing until it is used.
"""
