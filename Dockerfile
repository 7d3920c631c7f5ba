# syntax=docker/dockerfile:1

# One image for every role of the company: `firedrill ROLE`, and `loadgen`, which is the same program
# under another name.
#
#   docker build --tag firedrill:local .
#   docker buildx build --platform linux/amd64,linux/arm64 --tag REGISTRY/firedrill:VERSION --push .

# As in rust-toolchain.toml, which stays out of the context: rustup would fetch its components.
ARG RUST=1.95.0

FROM rust:${RUST}-bookworm AS build
WORKDIR /src
COPY . .
ARG TARGETARCH
# What /metrics and the log say is built here: there is no .git in the context.
ARG BUILD_REVISION
# Crates and what was made of them stay between builds, for each architecture apart: dependencies are
# compiled once. Our own code always is: cargo goes by the time of a file, and what was made from
# another clone or branch may be newer than a file that it was not made from.
RUN --mount=type=cache,id=firedrill-registry,target=/usr/local/cargo/registry,sharing=locked \
    --mount=type=cache,id=firedrill-build,target=/build,sharing=locked \
    set -eu; \
    find . -type f -exec touch {} +; \
    target="/build/${TARGETARCH:-native}"; \
    cargo build --release --locked --target-dir "$target" --bin firedrill; \
    install -D -t /image/usr/local/bin "$target/release/firedrill"; \
    ln -s firedrill /image/usr/local/bin/loadgen
RUN mkdir /empty

FROM gcr.io/distroless/cc-debian12:nonroot
ARG VERSION=0.1.0
ARG BUILD_REVISION
LABEL org.opencontainers.image.title="firedrill" \
      org.opencontainers.image.description="A small pizza-delivery company that can be broken on purpose, and that proves whether the monitoring noticed" \
      org.opencontainers.image.licenses="MIT OR Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${BUILD_REVISION}" \
      org.opencontainers.image.base.name="gcr.io/distroless/cc-debian12:nonroot"
COPY --from=build /image/ /
# Folders that volumes are mounted on: a new volume belongs to whom its folder belongs to.
COPY --from=build --chown=65532:65532 /empty /var/lib/firedrill
COPY --from=build --chown=65534:65534 /empty /etc/monitoring
USER 65532:65532
ENV DATA_DIR=/var/lib/firedrill
ENTRYPOINT ["/usr/local/bin/firedrill"]
