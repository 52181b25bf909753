# Shared by scripts/run and scripts/test: what the machine needs, and how it gets it.
# Sourced, never run.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

build_packages="cmake clang libclang-dev pkg-config libasound2-dev gcc g++ make"
run_packages="libxkbcommon-x11-0 libegl1 libgl1 libgomp1 libasound2-plugins"
test_packages="pulseaudio pulseaudio-utils xvfb mesa-vulkan-drivers sox ffmpeg flac x11-utils"

say() { printf '\n== %s\n' "$*" >&2; }
die() { printf '\n%s\n' "$*" >&2; exit 1; }

# Installs those of the named Debian packages that are missing, and says which.
need_packages() {
  if ! command -v apt-get >/dev/null 2>&1; then
    say "This is no Debian or Ubuntu: please make sure that the equivalents of these packages are installed: $*"
    return 0
  fi
  local missing=()
  local package
  for package in "$@"; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing+=("$package")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  local as_root=()
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null 2>&1 || die "These packages are missing: ${missing[*]}. Install them as root (apt-get install ${missing[*]}) and start again."
    as_root=(sudo)
  fi
  say "Installing system packages: ${missing[*]}"
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q update >&2 ||
    die "The package list could not be fetched. Check the network, or install by hand: ${missing[*]}"
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q install -y --no-install-recommends "${missing[@]}" >&2 ||
    die "These packages could not be installed: ${missing[*]}. Install them by hand and start again."
}

# Finds cargo, or installs Rust by rustup.
need_rust() {
  if ! command -v cargo >/dev/null 2>&1 && [ -x "$HOME/.cargo/bin/cargo" ]; then
    PATH="$HOME/.cargo/bin:$PATH"
  fi
  if ! command -v cargo >/dev/null 2>&1; then
    need_packages curl ca-certificates
    say "Installing Rust with rustup (https://rustup.rs)"
    curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh -s -- -y --profile minimal --default-toolchain none >&2 ||
      die "Rust could not be installed. Install it from https://rustup.rs and start again."
    PATH="$HOME/.cargo/bin:$PATH"
  fi
  export PATH
  fresh_whisper
}

# Has whisper.cpp built again when it was built with other settings than .cargo/config.toml asks for now: cargo does not
# notice that, and the program goes on with the old one.
fresh_whisper() {
  local cache setting
  for cache in "${CARGO_TARGET_DIR:-$root/target}"/release/build/whisper-rs-sys-*/out/build/CMakeCache.txt; do
    [ -f "$cache" ] || continue
    for setting in $(sed -n 's/^\(GGML_[A-Z_]*\) *= *"\(.*\)"$/\1:BOOL=\2/p' "$root/.cargo/config.toml"); do
      grep -qx "$setting" "$cache" && continue
      say "whisper.cpp was built with other settings than $setting; it is built again"
      (cd "$root" && cargo clean --release --quiet -p whisper-rs-sys)
      return
    done
  done
}

need_model() {
  [ -s "$root/models/ggml-base-q8_0.bin" ] ||
    die "The speech model models/ggml-base-q8_0.bin is missing from this clone. Run: python3 models/build_model.py"
}
