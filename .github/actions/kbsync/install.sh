#!/usr/bin/env bash
# Installs kbsync once a job, beside whatever Python packages the job has, and tells where the program is.
set -euo pipefail

place="$RUNNER_TEMP/kbsync-installed"
if [[ ! -x "$place/bin/kbsync" ]]; then
  python3 -m venv "$place"
  # The whole repository comes with the action, so one pinned commit fixes the action and the program.
  "$place/bin/pip" install --quiet --disable-pip-version-check -- "${INPUT_PACKAGE:-$GITHUB_ACTION_PATH/../../..}"
fi
printf 'program=%s\n' "$place/bin/kbsync" >>"$GITHUB_OUTPUT"
