"""Charts as plain geometry, which the templates of `templates/stats/charts/` draw in SVG. No Django, no database.

A chart is a frozen dataclass; what its template reads is computed on it. Coordinates are ready-written text ('12.5'),
since a template would write a number the French way. Charts whose text would be too small on a phone are laid out
twice, `wide` and `narrow`, and the style sheet shows the one that fits its column.
"""
