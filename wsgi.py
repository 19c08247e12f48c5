"""The gunicorn entry point: `gunicorn -c config/gunicorn.py wsgi:app`."""

from expertdb.app import create_app

app = create_app(serving=True)
