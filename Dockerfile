# A static binary on nothing: docker run --rm -v "$PWD:/src:ro" kfplint /src
FROM rust:1-alpine AS build
RUN apk add --no-cache musl-dev
WORKDIR /kfplint
COPY . .
RUN cargo build --release --locked

FROM scratch
COPY --from=build /kfplint/target/release/kfplint /kfplint
USER 65534:65534
WORKDIR /src
ENTRYPOINT ["/kfplint"]
