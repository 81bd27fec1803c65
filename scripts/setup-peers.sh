#!/usr/bin/env bash
# Installs the third-party programs that the interop tests talk to, from Debian packages.
# Lists them first; none of their services is started, now or at the next boot. Safe to run again.
set -euo pipefail

packages=(
  openipmi ipmitool freeipmi-tools ipmiutil socat gcc libc6-dev systemd fence-agents
  snmp snmpd snmptrapd smitools mosquitto mosquitto-clients openssl
)
# What the packages would start by themselves (ipmiutil_wdt arms a hardware watchdog).
services=(openipmi ipmievd ipmiutil_wdt ipmiutil_asy ipmiutil_evt ipmi_port snmpd snmptrapd mosquitto)
policy=/usr/sbin/policy-rc.d
mark='made by noroshi setup-peers'

list() {
  cat <<'LIST'
Peers of the interop tests (Debian packages):
  openipmi         ipmi_sim, a simulated BMC that speaks IPMI 1.5 and 2.0
  ipmitool         the usual IPMI client
  freeipmi-tools   ipmipower, ipmi-chassis, ipmi-sensors, ipmi-sel, ipmi-raw, ipmi-pet and bmc-info, an independent IPMI client
  ipmiutil         ireset, ialarms and icmd, an independent IPMI client
  socat            joins sockets and serial lines
  snmp, snmpd, snmptrapd  snmptrap and snmpinform, an agent, and a trap receiver
  smitools         smilint, which checks a MIB
  mosquitto, mosquitto-clients  an MQTT broker, and its clients
  openssl          makes the certificates of the tests
  systemd          systemd-notify, which tells the service manager
  fence-agents     fence_kdump_send, which crash kernels send with
  gcc, libc6-dev   compile the library with which tests make a disk hang or fill up
LIST
}

missing() {
  local package
  for package in "${packages[@]}"; do
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)" = installed ] || echo "$package"
  done
}

stop() {
  echo "setup:peers: $1" >&2
  exit 1
}

# Debian asks policy-rc.d before a package may start a service; 101 means no.
block_services() {
  if [ -e "$policy" ] && ! grep -q "$mark" "$policy"; then
    local service answer
    for service in "${services[@]}"; do
      answer=0
      "$policy" "$service" start >/dev/null 2>&1 || answer=$?
      [ "$answer" = 101 ] || stop "this machine has a $policy of its own, and it lets \"$service\" start; nothing was installed. Make it answer 101 (or move it away), then run this again."
    done
    return 0
  fi
  trap 'rm -f "$policy"' EXIT
  trap 'exit 130' INT TERM HUP
  printf '#!/bin/sh\n# %s; removed when it is done\nexit 101\n' "$mark" >"$policy"
  chmod 755 "$policy"
}

# A service of a package that was not here before must not start at the next boot either.
keep_off_at_boot() {
  local service
  for service in "${services[@]}"; do
    [ -e "/etc/init.d/$service" ] || continue
    dpkg-query -S "/etc/init.d/$service" 2>/dev/null | cut -d: -f1 | grep -qxF -f <(printf '%s\n' "$@") || continue
    update-rc.d "$service" disable >/dev/null 2>&1 || echo "setup:peers: \"$service\" could not be disabled; see update-rc.d(8)." >&2
  done
}

main() {
  [ "${1-}" = --listed ] || list
  command -v apt-get >/dev/null && command -v dpkg-query >/dev/null ||
    stop 'this machine has no apt-get; install the programs above in its own way. Tests whose peer is missing are skipped.'
  local wanted
  mapfile -t wanted < <(missing)
  if [ "${#wanted[@]}" = 0 ]; then
    echo 'setup:peers: all of them are installed; nothing to do.'
    return 0
  fi
  if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null || stop "installing ${wanted[*]} needs root, and there is no sudo here; run this script as root."
    exec sudo -- bash "$0" --listed
  fi
  echo "setup:peers: installing ${wanted[*]}; their services are not started."
  block_services
  export DEBIAN_FRONTEND=noninteractive
  local wait=(-o DPkg::Lock::Timeout=300)
  apt-get "${wait[@]}" -qq update || stop 'apt-get update failed; check the package sources and the network, then run this again.'
  apt-get "${wait[@]}" -qq install -y --no-install-recommends "${wanted[@]}" </dev/null >/dev/null ||
    stop 'apt-get install failed; its messages above say why.'
  keep_off_at_boot "${wanted[@]}"
  echo 'setup:peers: done.'
}

main "$@"
