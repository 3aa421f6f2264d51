"""How the models are made: make train DATA=folder. Needs scikit-learn, which running Greenroom does not."""

import os

# Before numpy and scipy are loaded: sums of floats depend on who adds which part. One thread, and the bytes are the
# same on any number of cores.
for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(_name, "1")
