"""Inviting someone to sign in. Provisional: the accounts' own pages bring it."""


def invite(user):
    raise NotImplementedError
