"""A whole company of one command: its memory, and its processor time."""

import os
import pathlib
import re
import tempfile
import time

from servers import FIREDRILL, ROOT, Server, resident_mib, wait_for

OFFSET = 20_000
TICKS = os.sysconf("SC_CLK_TCK")
MONITORING = ("prometheus", "alertmanager")


class Company(Server):
    """A company of one command, with everyday customers."""

    def __init__(self, folder, *flags):
        super().__init__(
            [str(FIREDRILL), f"--data-dir={folder}", f"--port-offset={OFFSET}", *flags],
            f"http://127.0.0.1:{9114 + OFFSET}/readyz",
        )
        self.url = f"http://127.0.0.1:{8000 + OFFSET}"
        wait_for(self.url, self.process)

    def processes(self):
        """Its processes by what they are."""
        return {**roles(self.process.pid), "supervisor": self.process.pid}


def roles(supervisor):
    """The supervisor's children: services by their role, the monitoring by its program."""
    found = {}
    for entry in pathlib.Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            words = (entry / "cmdline").read_bytes().split(b"\0")
            parent = re.search(r"PPid:\s+(\d+)", (entry / "status").read_text())[1]
        except OSError:
            continue
        # Whoever is about to end has no words left.
        if int(parent) != supervisor or len(words) < 2:
            continue
        program = pathlib.Path(words[0].decode()).name.removeprefix("prometheus-")
        role = program if program in MONITORING else words[1].decode()
        found[role] = int(entry.name)
    return found


def processor_seconds(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def company_memory(quick):
    """All services of one command, with everyday customers and without Prometheus."""
    with tempfile.TemporaryDirectory(dir=ROOT / "target") as folder:
        with Company(folder, "--no-monitoring") as company:
            time.sleep(10 if quick else 120)
            memory = {role: resident_mib(pid) for role, pid in company.processes().items()}
    services = [role for role in memory if role not in ("loadgen", "ui", "supervisor")]
    together = sum(memory[role] for role in services)
    each = ", ".join(f"{role} {memory[role]:.1f}" for role in services)
    return [
        (
            f"resident memory of the {len(services)} services at 10 000 orders an hour",
            f"{together:.1f} MiB ({each})",
            "under 100 MiB",
        ),
        (
            "that of the pages, of the customers and of the supervisor, on top",
            f"{memory['ui']:.1f}, {memory['loadgen']:.1f} and {memory['supervisor']:.1f} MiB",
            "not claimed",
        ),
    ]


def company_processor(quick):
    """What an ordinary day at demo speed takes of a processor: rules are evaluated every second."""
    seconds = 10 if quick else 60
    with tempfile.TemporaryDirectory(dir=ROOT / "target") as folder, Company(folder) as company:
        time.sleep(seconds)
        processes = company.processes()
        before = {role: processor_seconds(pid) for role, pid in processes.items()}
        time.sleep(seconds)
        share = {
            role: (processor_seconds(pid) - before[role]) / seconds for role, pid in processes.items()
        }
    monitoring = sum(share.pop(name) for name in MONITORING)
    return [
        (
            f"of one processor, {len(share)} processes of ours at 10 000 orders an hour",
            f"{sum(share.values()):.0%} ({', '.join(f'{role} {part:.1%}' for role, part in share.items())})",
            "not claimed",
        ),
        ("of one processor, Prometheus and Alertmanager beside them", f"{monitoring:.0%}", "under 50 %"),
    ]
