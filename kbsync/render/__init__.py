"""What people and machines are shown: one pure file a format, values in and text out, nothing acted upon.

Nothing is imported here, so that a light command does not pay for the formats it does not use.
"""
