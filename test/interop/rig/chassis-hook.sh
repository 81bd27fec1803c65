#!/bin/sh
# The server behind a simulated BMC. ipmi_sim calls this in the run folder, and waits for it:
#   chassis-hook get power            -> prints power:1 or power:0
#   chassis-hook set <what> <value>   -> what: power, reset, shutdown, identify ("seconds force")
# power        one line per change, the last one counts: "<0|1> <end of a slow power-off>"
# chassis.log  one line per set: "<seconds since 1970> <what> <value>"
# off-delay    how long a power-off takes; this and the end above are in hundredths of a second of uptime,
#              which the shell reads without starting a program
uptime() {
  read -r up idle </proc/uptime
  now=${up%.*}${up#*.}
}

state() {
  while read -r to end; do
    power=$to until=$end
  done <power
}

power_off() {
  state
  # Asking again does not make a power-off that is under way take longer.
  [ "$power" = 0 ] && return
  read -r delay <off-delay
  uptime
  echo "0 $((now + delay))" >>power
}

get_power() {
  state
  uptime
  [ "$power" = 0 ] && [ "$now" -lt "$until" ] && power=1
  echo "power:$power"
}

op=$1
shift
case $op in
get)
  for what in "$@"; do
    case $what in
    power) get_power ;;
    *) exit 1 ;;
    esac
  done
  ;;
set)
  at=$(date +%s.%N)
  while [ $# -ge 2 ]; do
    case "$1 $2" in
    'power 0' | shutdown*) power_off ;;
    'power 1') echo '1 0' >>power ;;
    esac
    echo "$at $1 $2" >>chassis.log
    shift 2
  done
  ;;
*) exit 1 ;;
esac
