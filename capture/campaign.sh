#!/usr/bin/env bash
# A base snapshot of a collection of many GiB into an S3 server, by an agent with a heap of 256 MiB;
# the base is read back and compared. Longer and larger than a build may be.
#
#   capture/campaign.sh        4 GiB
#   capture/campaign.sh 16     so many GiB
#
# The simulated source holds them on its heap, the S3 server about half of them on the disk (in
# TMPDIR). How long it took and how much memory the agent needed is printed; then the exit code is 0
# if every document is there.
set -euo pipefail
cd "$(dirname "$0")/.."
gib=${1:-4}
case $gib in
  '' | 0* | *[!0-9]*) printf 'campaign: how many GiB? A whole number from 1 on, not "%s"\n' "$gib" >&2; exit 2 ;;
esac
# Java looks at no variable for it.
export JAVA_TOOL_OPTIONS="${JAVA_TOOL_OPTIONS:-} -Djava.io.tmpdir=${TMPDIR:-/tmp}"
echo "campaign: $gib GiB; needs $((gib + gib / 4 + 2)) GiB of memory" >&2
./mvnw -q -B -ntp -pl capture -am test \
  -Dtest=LargeCollectionCampaign -Dsurefire.failIfNoSpecifiedTests=false \
  -Dtest.heap="$((gib + gib / 4 + 1))g" -Dtidemark.gib="$gib"
grep -h -e ' of BSON in ' -e ' parts; ' capture/target/surefire-reports/*LargeCollectionCampaign-output.txt
