/**
 * The functions of the revert script, for dash and any other sh (POSIX, and `test -ef`). Every word comes quoted.
 * sha256sum, mv, rm, ip, wg, flock, wall and date are all that they run, for whole interfaces tr, wg-quick and systemctl
 * too; timeout and sync where there are any.
 */
export const functions = String.raw`
PATH="$PATH:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
LC_ALL=C WG_ENDPOINT_RESOLUTION_RETRIES=0
export PATH LC_ALL WG_ENDPOINT_RESOLUTION_RETRIES
umask 077

say() { printf '%s\n' "$1"; }

failures=
fail() {
  say "$1"
  failures="$failures$1
"
}

# A program that hangs must not keep the rest from being reverted, nor keep the lock.
if command -v timeout >/dev/null 2>&1; then limit='timeout 15'; else limit=; fi
try() { $limit "$@" 9>&-; }
run() { try "$@" || fail "This failed: $*"; }

begin() {
  unless_done= locked= quiet= reason='run by hand'
  for word in "$@"; do
    case $word in
      --unless-done) unless_done=yes ;;
      --locked) locked=yes ;;
      --quiet) quiet=yes ;;
      *) reason=$word ;;
    esac
  done
  if [ -z "$locked" ] && (: >>"$lock") 2>/dev/null; then
    exec 9>>"$lock"
    flock -w 1 9 || say 'Somebody holds the lock; this goes on without it.'
  fi
  leave_if_done
  mv -f "$dir/spare" "$dir/reverting" 2>/dev/null || (: >"$dir/reverting") 2>/dev/null
  if [ -n "$unless_done" ] && [ -e "$dir/done" ]; then
    rm -f "$dir/reverting"
    exit 0
  fi
}

leave_if_done() {
  [ -n "$unless_done" ] || return 0
  if [ -e "$dir/done" ] || [ -e "$dir/reverted" ]; then exit 0; fi
}

sum() {
  found=$( { sha256sum <"$1"; } 2>/dev/null)
  printf '%s' "${'$'}{found%% *}"
}

# Two of this script may run at once (a watchdog that did not wait, an operator): what fails in one, because the other
# was faster, has not failed.
bring_back() { mv -f "$2" "$1" 2>/dev/null || [ "$(sum "$1")" = "$3" ] || fail "$1 could not be brought back from $2."; }

# path, its old self, sum of the old text, sum of the new text (empty: removed)
restore_file() {
  if [ -e "$2" ] && [ "$1" -ef "$2" ]; then return 0; fi
  if [ -e "$2" ]; then
    if [ -e "$1" ] || [ -L "$1" ]; then
      if [ -n "$4" ] && [ "$(sum "$1")" = "$4" ]; then bring_back "$@"
      elif [ "$(sum "$1")" = "$3" ]; then return 0
      else fail "$1 was changed by somebody else since and stays as it is; its old self is $2."
      fi
    elif [ -z "$4" ]; then bring_back "$@"
    else fail "$1 was removed by somebody else since; its old self is $2."
    fi
  elif [ "$(sum "$1")" != "$3" ]; then fail "$1 is not what it was, and its old self ($2) is gone."
  fi
}

# path, sum of the new text
unmake_file() {
  if [ ! -e "$1" ] && [ ! -L "$1" ]; then return 0; fi
  if [ "$(sum "$1")" = "$2" ]; then rm -f "$1" || fail "$1 could not be removed."
  else fail "$1 was changed by somebody else since and stays."
  fi
}

synced() { sync 2>/dev/null 9>&-; }

# Does the rest of its words where the interface is there: without it nothing of it runs, and its file is the old one.
on() {
  interface=$1
  shift
  is_there "$interface"
  if [ $? -ne 1 ]; then "$@"
  else say "$interface is not there: nothing to revert on it."
  fi
}

# What ip prints, into found. 1: it says that there is no such thing; 2: it fails, which tells nothing.
ask_ip() {
  if found=$(try ip "$@" 2>&1); then return 0; fi
  case $found in
    *'does not exist'* | *'annot find device'* | *"an't find device"*) return 1 ;;
  esac
  return 2
}

is_there() { ask_ip link show dev "$1"; }

# program, interface, key, number of words that set it back, these, the words that make it anew
set_peer() {
  program=$1 interface=$2 key=$3 words=$4
  shift 4
  # Whether it is there decides on the words: what makes a peer does not set one back.
  if ! peers=$(try "$program" show "$interface" peers) && ! peers=$(try "$program" show "$interface" peers); then
    fail "The peers of $interface cannot be read."
    return 0
  fi
  case $peers in
    *"$key"*)
      count=$#
      while [ "$count" -gt 0 ]; do
        if [ "$words" -gt 0 ]; then set -- "$@" "$1"; fi
        shift
        words=$((words - 1)) count=$((count - 1))
      done
      if [ $# -eq 0 ]; then return 0; fi
      ;;
    *)
      shift "$words"
      ;;
  esac
  run "$program" set "$interface" peer "$key" "$@"
}

# family, prefix, interface, table, metric (0: none is printed). 1: there is none; 2: ip does not tell.
has_route() {
  ask_ip "$1" route show table "$4" exact "$2" dev "$3" || return
  printf '%s\n' "$found" | {
    while read -r line; do
      case " $line " in
        '  ') ;;
        *" metric $5 "*) exit 0 ;;
        *' metric '*) ;;
        *) if [ "$5" = 0 ]; then exit 0; fi ;;
      esac
    done
    exit 1
  }
}

no_route() {
  has_route "$@"
  [ $? -eq 1 ]
}

# as has_route, then the command
add_route() {
  if has_route "$@" || (shift 5 && try "$@") || has_route "$@"; then return 0; fi
  shift 5
  fail "This failed: $*"
}

del_route() {
  if no_route "$@" || (shift 5 && try "$@") || no_route "$@"; then return 0; fi
  shift 5
  fail "This failed: $*"
}

# family, address, interface; ends as has_route
has_address() {
  ask_ip -o "$1" address show dev "$3" || return
  case " $found " in
    *" $2 "*) return 0 ;;
  esac
  return 1
}

no_address() {
  has_address "$@"
  [ $? -eq 1 ]
}

add_address() {
  if has_address "$@" || try ip "$1" address add "$2" dev "$3" || has_address "$@"; then return 0; fi
  fail "The address $2 could not be added to $3."
}

del_address() {
  if no_address "$@" || try ip "$1" address del "$2" dev "$3" || no_address "$@"; then return 0; fi
  fail "The address $2 could not be taken from $3."
}

# file in /proc/sys, value
set_sysctl() {
  found=
  { read -r found <"$1"; } 2>/dev/null
  if [ "$found" = "$2" ]; then return 0; fi
  { printf '%s\n' "$2" >"$1"; } 2>/dev/null || fail "$1 could not be set to $2."
}

# A wg-quick that was begun before everything else had ended comes to its end first: half an interface cannot be undone.
quick_over() {
  turns=100
  while [ "$turns" -gt 0 ] && quick_runs "$1"; do
    sleep 0.1 2>/dev/null || sleep 1
    turns=$((turns - 1))
  done
}

quick_runs() {
  for process in /proc/[0-9]*; do
    name=
    { read -r name <"$process/comm"; } 2>/dev/null
    if [ "$name" != wg-quick ] || ! [ "$process/ns/net" -ef /proc/self/ns/net ]; then continue; fi
    case $(tr '\0' ' ' <"$process/cmdline" 2>/dev/null) in
      *"wg-quick up $1 " | *"wg-quick down $1 ") return 0 ;;
    esac
  done
  return 1
}

# how (systemd, wg-quick), interface, up or down, boot where it comes up at boot
set_tunnel() {
  quick_over "$2"
  if [ "$1" = systemd ]; then set_boot "wg-quick@$2" "$4"; fi
  if [ "$3" = up ]; then
    is_there "$2" || by_quick "$1" "$2" start up
    is_there "$2" || fail "$2 could not be brought up."
    return 0
  fi
  if [ "$1" = systemd ] || is_there "$2"; then by_quick "$1" "$2" stop down; fi
  if is_there "$2"; then try ip link delete dev "$2" || ! is_there "$2" || fail "$2 could not be taken down."; fi
  if [ "$1" = systemd ]; then try systemctl reset-failed "wg-quick@$2" 2>/dev/null; fi
  # The daemon of an interface that is not the kernel's ends a moment after it.
  turns=20
  while [ "$turns" -gt 0 ] && try wg show "$2" >/dev/null 2>&1; do
    sleep 0.1 2>/dev/null || sleep 1
    turns=$((turns - 1))
  done
}

# how, interface, what systemd calls it, what wg-quick calls it
by_quick() {
  if [ "$1" = systemd ]; then try systemctl "$3" "wg-quick@$2"
  # A daemon that it starts is not ended with the terminal that this runs in.
  elif command -v setsid >/dev/null 2>&1; then try setsid wg-quick "$4" "$2"
  else try wg-quick "$4" "$2"
  fi
}

# unit, boot or nothing
set_boot() {
  if [ "$2" = boot ]; then verb=enable; else verb=disable; fi
  found=$(try systemctl is-enabled "$1" 2>/dev/null)
  case $verb,$found in
    enable,enabled) return 0 ;;
    disable,enabled) ;;
    disable,*) return 0 ;;
  esac
  run systemctl "$verb" "$1"
}

announce() {
  say "$1"
  if [ -z "$quiet" ]; then printf '%s\n' "$1" | wall 2>/dev/null 9>&-; fi
}

finish() {
  synced
  if [ -n "$failures" ]; then
    printf '%s' "$failures" 2>/dev/null >"$dir/revert-failed"
    announce "meshtui: $title ($id) could not be reverted whole: $reason. Run: sh $dir/revert.sh"
    exit 1
  fi
  if printf '%s\n%s\n' "$reason" "$(date +%s)" 2>/dev/null >"$dir/reverted.new"; then
    mv -f "$dir/reverted.new" "$dir/reverted" && rm -f "$dir/reverting"
  else
    rm -f "$dir/reverted.new"
    mv -f "$dir/reverting" "$dir/reverted"
  fi
  rm -f "$dir/revert-failed"
  synced
  announce "meshtui: $title ($id) was reverted: $reason."
  exit 0
}
`;
