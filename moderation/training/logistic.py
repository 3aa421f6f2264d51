"""Logistic regression with bounds on its weights: a slur may speak for abuse or say nothing, never against it."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize  # pyright: ignore[reportMissingTypeStubs, reportUnknownVariableType]
from scipy.sparse import csr_matrix  # pyright: ignore[reportMissingTypeStubs, reportUnknownVariableType]

Floats = NDArray[np.float64]
MOST_STEPS = 150


def fit(
    rows: Any, told: Floats, weight: Floats, penalty: float, bounds: tuple[Floats, Floats], *, bias: bool = True
) -> tuple[Floats, float]:
    """The weights and the bias (0 without one). `rows` is a sparse matrix; `penalty` on the squares of the weights."""
    columns = rows.shape[1]
    turned = rows.T.tocsr()

    def loss(all_weights: Floats) -> tuple[float, Floats]:
        weights, bias = all_weights[:columns], all_weights[columns]
        logit = rows @ weights + bias
        likely = 1 / (1 + np.exp(-logit))
        cost = np.sum(weight * (np.logaddexp(0, logit) - told * logit)) + penalty / 2 * weights @ weights
        error = weight * (likely - told)
        return float(cost), np.append(turned @ error + penalty * weights, error.sum())

    farthest = np.inf if bias else 0.0
    lower, upper = np.append(bounds[0], -farthest), np.append(bounds[1], farthest)
    found: Any = minimize(
        loss,
        np.clip(np.zeros(columns + 1), lower, upper),
        jac=True,
        method="L-BFGS-B",
        bounds=np.stack([lower, upper], axis=1),
        options={"maxiter": MOST_STEPS, "maxcor": 10, "ftol": 1e-7},
    )
    return found.x[:columns], float(found.x[columns])


def calibrate(logits: Floats, told: Floats, weight: Floats) -> tuple[float, ...]:
    """A slope for each column of logits, and a shift: a probability (Platt 1999), for rows weighted as they come."""
    some = np.zeros(logits.shape[1])
    slopes, shift = fit(csr_matrix(logits), told, weight, 0.0, (some, np.full(len(some), np.inf)))
    return (*slopes.tolist(), shift)
