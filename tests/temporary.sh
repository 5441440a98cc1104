#!/bin/sh
# Prints the folder for temporary files of the tests: memory, where there is enough of it and programs can be run from it. The
# tests make and remove thousands of small repositories, which takes a third of their time on a disk.
set -eu

folder=$(mktemp -d /dev/shm/jira-send-XXXXXX 2>/dev/null) || exit 0
printf '#!/bin/sh\n' >"$folder/program" && chmod 700 "$folder/program"
runs=false
if "$folder/program" 2>/dev/null; then runs=true; fi
rm -r "$folder"
free=$(df -k /dev/shm | awk 'END { print $4 }')
if $runs && [ "$free" -gt 4000000 ]; then echo /dev/shm; fi
