#!/usr/bin/env bash
# Installs kbsync once a job, beside whatever Python packages the job has, and tells where the program is.
set -euo pipefail

# The current directory is the workspace, which a branch fills: Python imports nothing from there, whatever the job tells it.
unset "${!PYTHON@}"
export PYTHONNOUSERSITE=1 PYTHONSAFEPATH=1

place="$RUNNER_TEMP/kbsync-installed"
lock="$GITHUB_ACTION_PATH/../../../.ci/lock/run.txt"
if [[ ! -x "$place/bin/kbsync" ]]; then
  if [[ -z ${INPUT_PACKAGE:-} && ! -f $lock ]]; then
    # A copy of the action in somebody's project, written by a kbsync that nobody had installed from anywhere.
    printf '::error title=kbsync::%s\n' "what to install is not known: kbsync init --package REQUIREMENT says it, or the default of \
the input package in .github/actions/kbsync/action.yml, pinned to a version or a commit that you trust"
    exit 1
  fi
  python3 -I -m venv "$place"
  pip=("$place/bin/python" -I -m pip install --quiet --disable-pip-version-check)
  if [[ -n ${INPUT_PACKAGE:-} ]]; then
    # Where a branch brings a directory of that name, pip takes "name @ address" for a path; only what names a path may be one.
    [[ $INPUT_PACKAGE == [./]* || $INPUT_PACKAGE != *[@:]* ]] || cd "$place"
    "${pip[@]}" -- "$INPUT_PACKAGE"
  else
    # The whole repository comes with the action, so one pinned commit fixes the action, the program and all that it runs on.
    "${pip[@]}" --require-hashes -r "$lock"
    "${pip[@]}" --no-deps --no-build-isolation -- "$GITHUB_ACTION_PATH/../../.."
  fi
fi
printf 'program=%s\n' "$place/bin/kbsync" >>"$GITHUB_OUTPUT"
