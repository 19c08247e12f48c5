"""Tables as people send them: CSV, XLSX and JSON Lines, read row by row with bounded memory, and written safely.

Pure: no database, no HTTP, nothing of what the columns mean.
"""
