"""The same loops compiled by numba."""

import numpy as np
from numba import njit

from model import Model


@njit(fastmath=True, error_model="numpy")
def sum_moments(lam, f, g, e):
    a0 = a1 = b0 = b1 = 0.0
    for m in range(lam.size):
        e[m] = np.exp(lam[m])
        n = 1 / (1 + e[m])
        h = e[m] * n
        a0 += f[0, m] * n
        b0 += g[0, m] * h
        a1 += f[1, m] * n
        b1 += g[1, m] * h
    return a0, b0, a1, b1


@njit(fastmath=True, error_model="numpy")
def moment_rates(e, f, g, a0, b0, a1, b1, scale, out):
    for m in range(e.size):
        gain = a0 * g[0, m] + a1 * g[1, m]
        loss = b0 * f[0, m] + b1 * f[1, m]
        out[m] = scale * (1 + e[m]) * (gain - loss / e[m])


@njit(fastmath=True, error_model="numpy")
def pair_rates(lam, f, g, gamma, scale, out):
    modes = lam.size
    n, h = np.empty(modes), np.empty(modes)
    for m in range(modes):
        e = np.exp(lam[m])
        n[m] = 1 / (1 + e)
        h[m] = e * n[m]
    f0, f1, g0, g1 = f[0], f[1], g[0], g[1]
    for q in range(modes):
        in0, in1 = gamma[0] * g[0, q], gamma[1] * g[1, q]
        out0, out1 = gamma[0] * f[0, q], gamma[1] * f[1, q]
        gain = loss = 0.0
        for k in range(modes):
            gain += (in0 * f0[k] + in1 * f1[k]) * n[k]
            loss += (out0 * g0[k] + out1 * g1[k]) * h[k]
        e = np.exp(lam[q])
        out[q] = scale * (1 + e) * (gain - loss / e)


@njit(fastmath=True, error_model="numpy")
def steady_sums(f, g, a0, b0, a1, b1):
    A0 = A1 = B0 = B1 = number = 0.0
    for m in range(f.shape[1]):
        gain = a0 * g[0, m] + a1 * g[1, m]
        loss = b0 * f[0, m] + b1 * f[1, m]
        inverse = 1 / (gain + loss)
        n = gain * inverse
        h = loss * inverse
        A0 += f[0, m] * n
        B0 += g[0, m] * h
        A1 += f[1, m] * n
        B1 += g[1, m] * h
        number += n
    return A0, A1, B0, B1, number


class CompiledModel(Model):
    def derivative(self, _, lam):
        e, out = np.empty_like(lam), np.empty_like(lam)
        a0, b0, a1, b1 = sum_moments(lam, self.f, self.g, e)
        c = self.gamma / self.momenta
        moment_rates(e, self.f, self.g, c[0] * a0, c[0] * b0, c[1] * a1, c[1] * b1, -self.coupling, out)
        return out

    def pair_derivative(self, _, lam):
        out = np.empty_like(lam)
        pair_rates(lam, self.f, self.g, self.gamma, -self.coupling / self.momenta, out)
        return out

    def map_moments(self, logs):
        x = np.exp(logs)
        c = self.gamma
        sums = np.array(steady_sums(self.f, self.g, c[0] * x[0], c[0] * x[2], c[1] * x[1], c[1] * x[3]))
        return np.log(sums[:4] / self.momenta), sums[4] / self.momenta
