"""ReFrame's description of the machine at hand, for benchmarks/reframe: one partition, ranks by mpirun."""

import os

from reframe.core.backends import register_launcher
from reframe.core.launchers import JobLauncher


@register_launcher("tgge-launch")
class Launch(JobLauncher):
    """The launcher that benchmarks/reframe has found, or that the user has named in LAUNCH."""

    def command(self, job):
        return [*os.environ["TGGE_LAUNCH"].split(), str(job.num_tasks)]


site_configuration = {
    "systems": [
        {
            "name": "here",
            "descr": "this machine",
            "hostnames": [".*"],
            "partitions": [
                {
                    "name": "cores",
                    "scheduler": "local",
                    "launcher": "tgge-launch",
                    "environs": ["builtin"],
                    "max_jobs": 1,
                }
            ],
        }
    ],
    "environments": [{"name": "builtin"}],
    "general": [{"remote_detect": False}],
}
