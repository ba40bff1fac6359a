#!/usr/bin/env bash
# usage: guard.sh FOLDER [KEEP_LOGS_IN]   (started by workspace.mjs, detached; pictures of a browser are logs)
# Waits until fd 3 ends - the test is over, or was killed - and then leaves nothing behind: ends
# what FOLDER/pids names, the database clusters below FOLDER, and FOLDER itself.
set -u
folder=${1:?}
keep=${2:-}
[[ $folder == /tmp/sellavie-e2e-* && -f $folder/pids ]] || exit 2
trap '' INT TERM HUP
while read -r _ <&3; do :; done
exec 3<&-

start_of() { sed -E 's/^.*\) ([^ ]+ ){19}([0-9]+) .*/\2/' "/proc/$1/stat" 2>/dev/null; }

# A pid alone may belong to somebody else by now: its start time tells.
while read -r pid started; do
  if [[ $(start_of "$pid") == "$started" ]]; then
    kill -CONT "$pid" 2>/dev/null
    kill -KILL "$pid" 2>/dev/null
  fi
done <"$folder/pids"

# Every cluster: SIGQUIT is PostgreSQL's immediate shutdown.
for record in "$folder"/{,*/}*/postgres/cluster/postmaster.pid "$folder"/cluster/postmaster.pid; do
  [[ -f $record ]] || continue
  pid=$(head -n 1 "$record")
  data=$(dirname "$record")
  [[ $pid =~ ^[0-9]+$ && $(readlink "/proc/$pid/cwd") == "$data" ]] || continue
  mapfile -t children < <(tr ' ' '\n' <"/proc/$pid/task/$pid/children" | grep .)
  kill -CONT "$pid" "${children[@]}" 2>/dev/null
  kill -QUIT "$pid" 2>/dev/null
  for ((waited = 0; waited < 100; waited++)); do
    [[ -d /proc/$pid ]] || break
    sleep 0.1
  done
  [[ -d /proc/$pid ]] && kill -KILL "$pid" "${children[@]}" 2>/dev/null
done

# What a program under test started and did not take along: it names a file of this folder.
for pid in $(grep -lsaF "$folder/" /proc/[0-9]*/cmdline | cut -d / -f 3); do
  kill -KILL "$pid" 2>/dev/null
done

if [[ -n $keep ]]; then
  mkdir -p "$keep" && rm -f "$keep"/*.{log,png} && cp "$folder"/*.{log,png} "$keep"/ 2>/dev/null
fi
# A browser's processes end after their parent, and may still write.
for ((tries = 0; tries < 100; tries++)); do
  rm -rf "$folder" 2>/dev/null && break
  sleep 0.1
done
exit 0
