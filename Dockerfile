# Two stages: the first has a compiler's worth of tools, the second what runs. deploy/compose.yaml puts PostgreSQL beside it.
FROM python:3.11-slim-bookworm AS build
WORKDIR /opt/expertdb
RUN python -m venv .venv && .venv/bin/pip install --no-cache-dir 'uv>=0.9,<1'
COPY requirements.lock ./
RUN VIRTUAL_ENV=/opt/expertdb/.venv .venv/bin/uv pip install --no-cache --require-hashes -r requirements.lock
COPY pyproject.toml README.md LICENSE wsgi.py ./
COPY config config
COPY matching matching
COPY expertdb expertdb
RUN VIRTUAL_ENV=/opt/expertdb/.venv .venv/bin/uv pip install --no-cache --no-deps -e . \
    && VIRTUAL_ENV=/opt/expertdb/.venv .venv/bin/uv pip uninstall uv \
    && .venv/bin/python -m compileall -q expertdb matching config

FROM python:3.11-slim-bookworm
WORKDIR /opt/expertdb
RUN useradd --system --uid 10001 --home-dir /var/lib/expertdb --create-home expertdb
COPY --from=build /opt/expertdb /opt/expertdb
ENV PATH=/opt/expertdb/.venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    EXPERTDB_HOST=0.0.0.0 \
    EXPERTDB_ENV_FILE=/var/lib/expertdb/expertdb.env \
    EXPERTDB_DATABASE_URL=sqlite:////var/lib/expertdb/expertdb.sqlite3 \
    EXPERTDB_INDEX_DIR=/var/lib/expertdb/index
USER 10001
VOLUME /var/lib/expertdb
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/readyz', timeout=4)"]
CMD ["expertdb", "serve"]
