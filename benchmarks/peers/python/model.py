"""The two chains of the paper with their baths, in NumPy: tables f_r, g_r and velocities."""

from dataclasses import dataclass

import numpy as np


@dataclass
class Model:
    momenta: int
    beta: float
    drive: float
    rashba: bool
    coupling: float = 0.05

    def __post_init__(self):
        self.gamma = np.array([1 - self.drive, self.drive])
        k = -np.pi + 2 * np.pi * np.arange(self.momenta) / self.momenta
        (self._rashba if self.rashba else self._chain)(k)
        self.modes = self.f.shape[1]

    def _chain(self, k):
        delta, delta_prime = 1 + 1j, 1 + 0.5j
        phase = np.exp(1j * k)
        thermal = np.exp(-self.beta * phase.real)
        self.f = np.array([thermal, np.abs(1 - delta_prime * phase) ** 2])
        self.g = np.array([1 / thermal, np.abs(1 + delta * phase.conj()) ** 2])
        self.velocity = 2 * phase.imag

    def _rashba(self, k):
        # The highest band first: mode = 2 · momentum + band.
        alpha_y, alpha_z, zeeman = 1.1, 0.9, 1.0
        cosine, sine = np.cos(k), np.sin(k)
        d = 2 * alpha_y * sine + zeeman
        off = 4 * alpha_z**2 * sine**2
        root = np.sqrt(d * d + off)
        small = off / (2 * root * (root + np.abs(d)))  # (1 − |d|/R)/2
        up = np.where(d >= 0, 1 - small, small)
        slope = (2 * alpha_y * cosine * d + 4 * alpha_z**2 * sine * cosine) / root
        energy = np.stack([-2 * cosine + root, -2 * cosine - root], axis=1).ravel()
        weight = np.stack([up, 1 - up], axis=1).ravel()
        thermal = np.exp(self.beta * energy / 2)
        self.f = np.array([thermal, weight])
        self.g = np.array([1 / thermal, weight])
        self.velocity = np.stack([2 * sine + slope, 2 * sine - slope], axis=1).ravel()

    def derivative(self, _, lam):
        """λ̇ from the moments."""
        e = np.exp(lam)
        n = 1 / (1 + e)
        a = self.gamma * (self.f @ n) / self.momenta
        b = self.gamma * (self.g @ (e * n)) / self.momenta
        return -self.coupling * (1 + e) * (a @ self.g - (b @ self.f) / e)

    def pair_derivative(self, _, lam, block=512):
        """λ̇ from the sum over all pairs, a block of rows of W at a time."""
        e = np.exp(lam)
        n = 1 / (1 + e)
        h = e * n
        gain, loss = np.empty_like(lam), np.empty_like(lam)
        weighted = self.gamma[:, None] * self.g
        for start in range(0, self.modes, block):
            rows = slice(start, start + block)
            gain[rows] = (weighted[:, rows].T @ self.f) @ n  # W(k→q)
            loss[rows] = ((self.gamma[:, None] * self.f[:, rows]).T @ self.g) @ h  # W(q→k)
        return -self.coupling / self.momenta * (1 + e) * (gain - loss / e)

    def diagonal(self, lam):
        """The diagonal part of the Jacobian of `derivative`."""
        e = np.exp(lam)
        n = 1 / (1 + e)
        a = self.gamma * (self.f @ n) / self.momenta
        b = self.gamma * (self.g @ (e * n)) / self.momenta
        return -self.coupling * (e * (a @ self.g) + (b @ self.f) / e)

    def map_moments(self, logs):
        """ln of the moments that the steady occupations of the moments e^logs have, and Σ n/N."""
        moments = np.exp(logs).reshape(2, 2)
        gain = (self.gamma * moments[0]) @ self.g
        loss = (self.gamma * moments[1]) @ self.f
        n = gain / (gain + loss)
        h = loss / (gain + loss)
        again = np.concatenate([self.f @ n, self.g @ h]) / self.momenta
        return np.log(again), n.sum() / self.momenta

    def steady_lambda(self, logs):
        moments = np.exp(logs).reshape(2, 2)
        gain = (self.gamma * moments[0]) @ self.g
        loss = (self.gamma * moments[1]) @ self.f
        return np.log(loss / gain)

    def current(self, lam):
        return float(self.velocity @ (1 / (1 + np.exp(lam)))) / self.momenta
