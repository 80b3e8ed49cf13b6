# Builds the service and puts it into a small image that runs as an unprivileged user.
FROM rust:1-slim-bookworm AS build
WORKDIR /src
COPY Cargo.toml Cargo.lock ./
COPY .cargo .cargo
COPY .sqlx .sqlx
COPY migrations migrations
COPY src src
RUN cargo build --release --locked

FROM debian:bookworm-slim
# A fixed uid, so that a volume keeps its owner; the database is elsewhere, so no home is needed.
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin registry
COPY --from=build /src/target/release/export-license-registry /usr/local/bin/export-license-registry
# The key of the audit log and its checkpoints: not in the database, and kept when the container goes.
RUN install --directory --owner 10001 --group 10001 --mode 0700 /var/lib/export-license-registry-audit
VOLUME /var/lib/export-license-registry-audit
USER 10001:10001
ENV LISTEN=0.0.0.0:8080 LOG_FORMAT=json \
    AUDIT_KEY=/var/lib/export-license-registry-audit/key \
    CHECKPOINT_FILE=/var/lib/export-license-registry-audit/checkpoints.ndjson
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s --retries=3 CMD ["export-license-registry", "health"]
ENTRYPOINT ["export-license-registry"]
