"""Expressions written in SQL, for what the ORM can say but takes too long to."""

from string import Formatter

from django.db.models import Func


class Sql(Func):
    """An expression written in SQL, whose `{names}` are other expressions.

    Nothing that people type may be in `sql`: it goes into the expressions, as a `Value`. Percent signs are doubled.
    """

    def __init__(self, sql, output_field, **named):
        super().__init__(*named.values(), output_field=output_field)
        self.sql, self.names = sql, tuple(named)

    def as_sql(self, compiler, connection, **_):  # type: ignore[override]
        written = dict(zip(self.names, map(compiler.compile, self.get_source_expressions()), strict=True))
        pieces: list[str] = []
        params: list = []
        for text, name, *_rest in Formatter().parse(self.sql):
            sql, values = written[name] if name else ("", ())
            pieces += [text, sql]
            params += values
        return "".join(pieces), params
