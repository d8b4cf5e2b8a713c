"""A stand-in for the Tencent Cloud Desk service: the same answers, refusals and limits, kept in one SQLite file.

Every documented rule is obeyed and every undocumented one is a switch; how a client uses the service is not known here.
"""
