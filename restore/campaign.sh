#!/usr/bin/env bash
# Many random lives, restored: SafeTimesPropertyTest over seeds that no build has run, in the
# background and for as long as wanted. The build itself runs seeds 1 to 1000.
#
#   restore/campaign.sh                     10,000 seeds, from one that the time of day chooses
#   restore/campaign.sh 100000 5000001      so many seeds, from this one on
#
# Every seed that fails is named, with the command that runs it again; then the exit code is not 0.
set -euo pipefail
cd "$(dirname "$0")/.."
seeds=${1:-10000}
first=${2:-$(($(date +%s) * 1000))}
echo "campaign: seeds $first to $((first + seeds - 1))" >&2
exec nice -n 10 ./mvnw -q -B -ntp -pl restore -am test \
  -Dtest=SafeTimesPropertyTest -Dsurefire.failIfNoSpecifiedTests=false \
  -Dtidemark.seeds="$seeds" -Dtidemark.firstSeed="$first"
