"""Within 30 minutes? How far everyone is from a site, what a site more or less would change, and the pages that say it.

`nearest` is the rule in SQL, `compute` writes what it gives, `what_if` tells what would change, `views` shows it.
"""
