# One program in a small image. It brings no PostgreSQL: give it one, as docker-compose.yml does.

FROM rust:1-bookworm AS build
WORKDIR /hustings
COPY . .
# Queries were checked when .sqlx was written: no database is needed here.
ENV SQLX_OFFLINE=true
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/hustings/target \
    cargo build --release --locked --bin hustings && cp target/release/hustings /usr/local/bin/hustings

FROM debian:bookworm-slim
RUN useradd --system --user-group --uid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin hustings \
    && install -d -m 0700 -o hustings -g hustings /var/lib/hustings
COPY --from=build /usr/local/bin/hustings /usr/local/bin/hustings
COPY --chmod=0755 deploy/hustings-entry.sh /usr/local/bin/hustings-entry
USER hustings
WORKDIR /var/lib/hustings
ENV HUSTINGS_LISTEN=0.0.0.0:8080 HUSTINGS_DATA=/var/lib/hustings
EXPOSE 8080
VOLUME /var/lib/hustings
ENTRYPOINT ["hustings-entry"]
CMD ["serve"]
