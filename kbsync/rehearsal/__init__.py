"""What a sandbox can be told to do otherwise: how it reads what no vendor page says, and which calls go wrong.

``switches`` has one value for each UNKNOWN of the service, ``faults`` the rules by which calls fail.
"""
