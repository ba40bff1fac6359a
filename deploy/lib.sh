# Shared by deploy/up and tests/run; sourced, not run. Wants bash.
# Progress goes to standard output, one line a step; a failed step says what failed, shows the end
# of its log and says what to do.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

say() { printf '%s\n' "$*"; }

# fail WHAT WHAT_TO_DO [LOG]
fail() {
  printf '\nfailed: %s\n' "$1" >&2
  if [[ -n ${3-} && -s ${3-} ]]; then
    printf '%s\n' "--- the last lines of $3" >&2
    tail -n 30 "$3" >&2
    printf '%s\n' '---' >&2
  fi
  printf 'what to do: %s\n' "$2" >&2
  exit 1
}

# run_step TITLE LOG WHAT_TO_DO COMMAND…: one line with the duration.
run_step() {
  local title=$1 log=$2 advice=$3 started=$SECONDS
  shift 3
  mkdir -p "$(dirname "$log")"
  printf '%s … ' "$title"
  if "$@" >"$log" 2>&1 </dev/null; then
    printf 'done (%d s)\n' $((SECONDS - started))
  else
    printf 'FAILED (%d s)\n' $((SECONDS - started))
    fail "$title" "$advice" "$log"
  fi
}

is_root() { ((EUID == 0)); }

as_root() {
  if is_root; then
    "$@"
  else
    sudo "$@"
  fi
}

# ---- packages --------------------------------------------------------------------------------

# packages_of GROUP…
packages_of() {
  local group
  for group in "$@"; do
    awk -v group="[$group]" '/^\[/ { on = ($1 == group); next } on && NF && $1 !~ /^#/ { print $1 }' \
      "$root/deploy/packages.txt"
  done
}

is_installed() { [[ $(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null) == installed ]]; }

# A package that is missing; nodejs and npm may also come from somewhere else than Debian.
is_missing() {
  if is_installed "$1"; then return 1; fi
  if [[ $1 == nodejs ]] && command -v node >/dev/null; then return 1; fi
  if [[ $1 == npm ]] && command -v npm >/dev/null; then return 1; fi
}

apt_get() {
  as_root env DEBIAN_FRONTEND=noninteractive NEEDRESTART_MODE=l \
    apt-get -q -y -o DPkg::Lock::Timeout=600 -o Acquire::Retries=3 "$@"
}

# The lists have a lock of their own that apt-get does not wait for.
update_lists() {
  local try
  for try in 1 2 3 4 5 6 7 8 9 10 11 12; do
    apt_get update && return 0
    say "the package lists are not ready, try $try; waiting 10 s"
    sleep 10
  done
  return 1
}

apt_install() { apt_get install --no-install-recommends "$@"; }

# A fresh PostgreSQL makes a cluster of its own, which nobody here uses.
install_postgresql_common() {
  local settings=/etc/postgresql-common/createcluster.conf
  apt_install postgresql-common &&
    as_root sed -i -E 's/^#?[[:space:]]*create_main_cluster.*/create_main_cluster = false/' "$settings"
}

# install_packages GROUP…: only what is missing.
install_packages() {
  local package log=$root/build/logs/packages.log missing=()
  [[ -r /etc/debian_version ]] || fail 'this is not Debian' 'use Debian 12, for example in a container'
  while read -r package; do
    if is_missing "$package"; then missing+=("$package"); fi
  done < <(packages_of "$@")
  if ((${#missing[@]} == 0)); then
    say 'packages … all there'
    return
  fi
  is_root || command -v sudo >/dev/null ||
    fail "packages are missing: ${missing[*]}" 'run this as root, or install sudo'
  # Asked here, because the step itself has no terminal. `sudo -v` wants a password also from a user whose commands need
  # none, and who may have none.
  is_root || sudo -n true 2>/dev/null || sudo -v || fail 'sudo was refused' 'run this as root, or as a user who may use sudo'
  local advice='check the network and /etc/apt/sources.list (Debian 12 "main"), then run this again'
  run_step 'package lists' "$log" "$advice" update_lists
  if [[ " ${missing[*]} " == *' postgresql '* ]] && ! is_installed postgresql-common; then
    run_step 'PostgreSQL without a cluster of its own' "$log" "$advice" install_postgresql_common
  fi
  run_step "packages (${#missing[@]} missing)" "$log" "$advice" apt_install "${missing[@]}"
  # promtool is all that the tests need of it.
  if [[ " ${missing[*]} " == *' prometheus '* && -d /run/systemd/system ]]; then
    as_root systemctl disable --now prometheus >/dev/null 2>&1 || true
  fi
  # The tests start one of their own.
  if [[ " ${missing[*]} " == *' nginx-light '* && -d /run/systemd/system ]]; then
    as_root systemctl disable --now nginx >/dev/null 2>&1 || true
  fi
}

# ---- build -----------------------------------------------------------------------------------

# As many compilers as there are processors, but 1.5 GB of memory for each.
build_jobs() {
  local processors memory_kb by_memory
  processors=$(nproc)
  memory_kb=$(awk '/^MemAvailable/ { print $2 }' /proc/meminfo)
  by_memory=$((${memory_kb:-1500000} / 1500000))
  ((by_memory >= 1)) || by_memory=1
  echo $((processors < by_memory ? processors : by_memory))
}

build_advice='read the first "error:" in that log; after an upgrade of packages remove build/ and run this again'

# configure PRESET
configure() {
  cd "$root" || return
  run_step "configure $1" "$root/build/logs/configure-$1.log" "$build_advice" cmake --preset "$1"
}

# build PRESET [TARGET…]
build() {
  local preset=$1
  shift
  cd "$root" || return
  run_step "build $preset" "$root/build/logs/build-$preset.log" "$build_advice" \
    cmake --build --preset "$preset" --parallel "$(build_jobs)" ${1:+--target "$@"}
}

# ---- processes -------------------------------------------------------------------------------

# http_status HOST PORT PATH: prints the status, or nothing when nobody answers.
http_status() {
  local status
  {
    exec 3<>"/dev/tcp/$1/$2" || return 1
    printf 'GET %s HTTP/1.1\r\nHost: %s:%s\r\nConnection: close\r\n\r\n' "$3" "$1" "$2" >&3
    read -r -t 5 _ status _ <&3
    exec 3>&-
  } 2>/dev/null
  printf '%s' "$status"
}

is_port_taken() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# free_ports N: that many ports that nobody listens on now.
free_ports() {
  node -e '
    const net = require("node:net");
    const servers = Array.from({ length: Number(process.argv[1]) }, () => net.createServer());
    Promise.all(servers.map((one) => new Promise((done) => one.listen(0, "127.0.0.1", done)))).then(() => {
      console.log(servers.map((one) => one.address().port).join(" "));
      servers.forEach((one) => one.close());
    });' "$1"
}

# stop_process PID NAME SECONDS: asks a child to end, waits, ends it. Fails unless it ended well.
stop_process() {
  local pid=$1 name=$2 patience=$(($3 * 10)) waited=0 status=0
  if kill -TERM "$pid" 2>/dev/null; then
    while kill -0 "$pid" 2>/dev/null; do
      if ((waited++ >= patience)); then
        kill -KILL "$pid" 2>/dev/null
        wait "$pid" 2>/dev/null
        say "$name (process $pid) did not end within $3 s and was killed"
        return 1
      fi
      sleep 0.1
    done
  fi
  wait "$pid" 2>/dev/null || status=$?
  ((status == 0)) || say "$name ended with status $status"
  return $status
}
