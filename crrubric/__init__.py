"""crrubric: a committee scores vendors alone and blind; the record stands."""

import os

__version__ = "0.2.0"  # the only place: packages and pages read it here

# The matrices here are small: threads of the linear algebra library wait for each other longer
# than they compute, and take the processor from other requests. Must be said before numpy loads.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
