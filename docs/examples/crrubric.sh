#!/bin/sh
# The command `crrubric` for root, as /usr/local/bin/crrubric: it runs as the account of the server,
# on the server's data, so that what one of them writes the other one can read.
exec runuser -u crrubric -- env CRRUBRIC_INSTANCE="${CRRUBRIC_INSTANCE:-/srv/crrubric/instance}" \
  /srv/crrubric/venv/bin/crrubric "$@"
