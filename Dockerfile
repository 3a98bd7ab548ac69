# digigate: docker build -t digigate . && docker run --rm -p 8443:8443 -p 5020:5020 -p 1161:1161/udp digigate
FROM debian:bookworm-slim AS build
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates make python3 python3-venv \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY . .
# Builds the pages (Node from a wheel, in this stage only) and then the wheel with the pages inside.
RUN make webui \
    && .venv/bin/python -m pip wheel --no-deps --no-build-isolation --quiet -w /wheel . \
    && python3 -m venv /opt/digigate \
    && /opt/digigate/bin/pip install --quiet --require-hashes -r requirements.lock \
    && /opt/digigate/bin/pip install --quiet --no-deps /wheel/*.whl

FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates libcap2-bin nftables python3 tini \
    && rm -rf /var/lib/apt/lists/* \
    && setcap cap_net_admin+ep /usr/sbin/nft \
    && useradd --uid 10001 --groups dialout --home-dir /var/lib/digigate --create-home digigate
COPY --from=build /opt/digigate /opt/digigate
COPY config/demo-plant.yaml config/full-plant.yaml /usr/share/digigate/
# DIGIGATE_IMAGE: an update is checked but not installed, for the image is the release.
ENV PATH=/opt/digigate/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 DIGIGATE_IMAGE=1
USER digigate
VOLUME /var/lib/digigate
EXPOSE 5020 8443 1161/udp
HEALTHCHECK --start-period=60s CMD ["digigate", "ports", "--state", "/var/lib/digigate"]
ENTRYPOINT ["tini", "--", "digigate"]
CMD ["demo", "--plant", "/usr/share/digigate/demo-plant.yaml", "--state", "/var/lib/digigate"]
