# The service and its commands; the register lies in a database, everything else in two volumes.
FROM python:3.11-slim

WORKDIR /app
COPY pyproject.toml constraints.txt README.md NOTICE ./
RUN python3 -m venv .venv
RUN .venv/bin/pip install --quiet uv

# The library is used from its checkout, so its folders are copied as they stand.
COPY src src
COPY api api
COPY data data
COPY migrations migrations
RUN UV_TORCH_BACKEND=cpu .venv/bin/uv pip install --quiet --python .venv/bin/python --constraints constraints.txt --editable .
# The built-in model is converted once, here, and not by the first visitor.
RUN MATCHER_VAR_DIR=var .venv/bin/matcher encoder

RUN useradd --system matcher && chown -R matcher /app/var /app/models
USER matcher
ENV PATH=/app/.venv/bin:$PATH MATCHER_HOST=0.0.0.0
EXPOSE 8000
CMD ["matcher", "serve"]
