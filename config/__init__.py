"""Settings of an installation; read only by the entry points (`expertdb/app.py`, `expertdb/cli.py`, `wsgi.py`)."""
