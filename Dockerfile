# kohaku-migrate, the two database libraries and pg_dump, for any user and a read-only root:
#   docker build --tag kohaku-migrate .
#   docker run --rm --read-only --user "$(id -u)" --volume ./data:/data kohaku-migrate \
#       run --database-url sqlite:////data/hub.db
ARG SWIFT=swift:6.2-bookworm
ARG DEBIAN=debian:bookworm-slim

FROM ${SWIFT} AS build
# hadolint ignore=DL3008
RUN apt-get update && apt-get install -y --no-install-recommends git make
WORKDIR /source
COPY . .
RUN git config --global --add safe.directory /source && make dist

FROM ${DEBIAN}
# The package's own list of libraries, and libpq and pg_dump, which it only recommends and suggests.
# hadolint ignore=DL3008
RUN --mount=type=bind,from=build,source=/source/dist,target=/dist \
    apt-get update \
    && apt-get install -y --no-install-recommends /dist/*.deb libpq5 postgresql-client \
    && rm -rf /var/lib/apt/lists/*
USER 65532:65532
ENTRYPOINT ["kohaku-migrate"]
CMD ["--help"]
