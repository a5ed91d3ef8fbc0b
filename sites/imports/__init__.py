"""Lists of sites received as files: read, compare with the directory, report, apply.

A file goes through `reader` (bytes to a table), `analysis` (table to a plan, through `resource`), then `report`
(plan to French) or `apply` (plan to database). Demonstration data takes the same path.
"""
