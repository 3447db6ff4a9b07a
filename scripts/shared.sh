# What scripts/run and scripts/test share. Sourced, never run.

CARGO_WANTED=1.95
NODE_WANTED=20.19
# What the window is built from, on Debian and Ubuntu.
PACKAGES_TO_COMPILE="build-essential pkg-config"
PACKAGES_OF_THE_WINDOW="libwebkit2gtk-4.1-dev librsvg2-dev libssl-dev file xdg-utils"

say() { printf '\033[1m%s\033[0m\n' "$*"; }

stop() {
  printf '%s\n' "$*" >&2
  exit 1
}

# at_least FOUND WANTED: whether a version is new enough.
at_least() { [ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n 1)" = "$2" ]; }

check_tools() {
  local cargo_found node_found
  cargo_found=$(cargo --version 2>/dev/null | cut -d ' ' -f 2) || true
  node_found=$(node --version 2>/dev/null | tr -d v) || true
  [ -n "$cargo_found" ] || stop "Rust is missing: cargo $CARGO_WANTED or newer is needed. See https://rustup.rs"
  [ -n "$node_found" ] || stop "Node is missing: node $NODE_WANTED or newer is needed. See https://nodejs.org"
  command -v npm >/dev/null || stop "npm is missing; it comes with Node. See https://nodejs.org"
  at_least "$cargo_found" "$CARGO_WANTED" || stop "cargo $cargo_found was found; $CARGO_WANTED or newer is needed. Run: rustup update stable"
  at_least "$node_found" "$NODE_WANTED" || stop "node $node_found was found; $NODE_WANTED or newer is needed. See https://nodejs.org"
  say "cargo $cargo_found, node $node_found"
}

has_package() { [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

# Installs those of the named system packages that are missing.
install_packages() {
  local missing=() as_root=() package
  command -v dpkg-query >/dev/null || {
    say "This is no Debian or Ubuntu: see to it that these are installed: $*"
    return 0
  }
  for package in "$@"; do has_package "$package" || missing+=("$package"); done
  [ ${#missing[@]} -gt 0 ] || return 0
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || stop "These packages are missing, and there is no sudo to install them: ${missing[*]}"
    as_root=(sudo)
  fi
  say "Installing with ${as_root[*]:+sudo }apt-get: ${missing[*]}"
  "${as_root[@]}" apt-get update -qq
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" </dev/null
}

# npm packages of the page, exactly as locked; nothing to do where they stand already.
install_page_packages() {
  if [ ui/node_modules/.package-lock.json -nt ui/package-lock.json ]; then return 0; fi
  say "Installing the page's packages"
  (cd ui && PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 npm ci --no-audit --no-fund) &&
    touch ui/node_modules/.package-lock.json
}

# The page, only where something that it is made of is newer.
build_page() {
  if [ -f ui/dist/index.html ] && [ -z "$(find ui/src ui/public ui/index.html ui/package-lock.json ui/vite.config.ts ui/svelte.config.js -newer ui/dist/index.html -print -quit)" ]; then
    return 0
  fi
  say "Building the page"
  (cd ui && npm run --silent build)
}
