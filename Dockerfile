# One image for every role: api, worker, beat and migrate differ in their command only.

FROM python:3.13-slim-bookworm AS base
# The base image comes without bytecode, and a read-only container cannot keep any: each health check would compile
# its part of the standard library anew (0.7 s instead of 0.1 s).
RUN python -m compileall -q "$(python -c 'import os; print(os.path.dirname(os.__file__))')"

FROM base AS build
ENV VIRTUAL_ENV=/opt/greenroom UV_PYTHON_DOWNLOADS=never UV_LINK_MODE=copy UV_NO_CACHE=1
RUN pip install --quiet --no-cache-dir --disable-pip-version-check --root-user-action=ignore 'uv>=0.13,<1' \
    && uv venv "$VIRTUAL_ENV"
WORKDIR /src
# The lock first and alone: a change in our code does not install everything again.
COPY requirements.lock ./
RUN uv pip install --require-hashes --compile-bytecode -r requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY moderation moderation
COPY workers workers
COPY api api
RUN uv pip install --no-deps --no-build-isolation --compile-bytecode .

FROM base
LABEL org.opencontainers.image.title="Greenroom" \
      org.opencontainers.image.description="A self-hosted comment moderation queue with background workers" \
      org.opencontainers.image.licenses="Apache-2.0"
# A fixed number, since docker-compose.yml gives files to it.
RUN groupadd --gid 10001 greenroom \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /var/lib/greenroom --shell /usr/sbin/nologin greenroom \
    && install --directory --owner 10001 --group 10001 --mode 0700 /var/lib/greenroom
COPY --from=build /opt/greenroom /opt/greenroom
ENV PATH=/opt/greenroom/bin:$PATH PYTHONUNBUFFERED=1 GREENROOM_DATA=/var/lib/greenroom
WORKDIR /var/lib/greenroom
USER 10001:10001
EXPOSE 8000
ENTRYPOINT ["greenroom"]
CMD ["api", "--host", "0.0.0.0"]
