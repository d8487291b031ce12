# The service and its commands; the register lies in a database, everything else in two volumes.
FROM python:3.11-slim

# What PDF files are set with.
RUN apt-get update && apt-get install -y --no-install-recommends libpangoft2-1.0-0 libharfbuzz-subset0 fonts-noto-cjk fonts-noto-core && rm -rf /var/lib/apt/lists/*

WORKDIR /app
COPY pyproject.toml constraints.txt README.md NOTICE ./
RUN python3 -m venv .venv
RUN .venv/bin/pip install --quiet uv

# Set it to the empty string to let the packages choose, for example on a machine with a GPU.
ARG UV_TORCH_BACKEND=cpu
# The library is used from its checkout, so its folders are copied as they stand.
COPY src src
COPY api api
COPY data data
COPY migrations migrations
RUN .venv/bin/uv pip install --quiet --compile-bytecode --python .venv/bin/python --constraints constraints.txt --editable .
# The built-in model is converted and the search compiled once, here, and not by the first visitor.
ENV NUMBA_CACHE_DIR=/app/compiled
RUN .venv/bin/matcher encoder && mkdir -p var

RUN useradd --system matcher && chown -R matcher /app/var /app/models /app/compiled
USER matcher
ENV PATH=/app/.venv/bin:$PATH MATCHER_HOST=0.0.0.0
EXPOSE 8000
CMD ["matcher", "serve"]
