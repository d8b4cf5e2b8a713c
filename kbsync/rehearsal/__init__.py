"""Variations of the sandbox: ``switches`` choose undocumented behaviours, ``faults`` make calls fail.

``switches`` has one value for each UNKNOWN of the service, ``faults`` the rules by which calls fail.
"""
