"""Lists of sites received as files: read, compare with the directory, report, apply, take back.

`files` makes a table of a file and `cells` reads its lines; `analysis` compares them with the directory, `stored` keeps
what that gives, `apply` writes it and `undo` takes it back. `lifecycle` tells in what order, `tasks` has the worker do
it. A new column, or a new remark on a line, goes into `cells`; what must give pause, into `guards`. Demonstration data
takes the same path.
"""
