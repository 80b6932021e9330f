"""Sends messages from pool workers."""

from __future__ import annotations

import multiprocessing
import sys
from concurrent.futures import ProcessPoolExecutor

import zexa

from programs.jobs import client, job, lookup
from programs.support import send

JOBS = 24


def with_pool(method: str) -> None:
    if method == "forkserver, preloaded":
        method = "forkserver"
        multiprocessing.set_forkserver_preload(["programs.jobs"])
    pool = multiprocessing.get_context(method).Pool(3)
    messages = pool.map(job, range(JOBS), chunksize=1)
    assert [message.body for message in messages] == [f"job {number}" for number in range(JOBS)]
    pool.close()
    pool.join()


def with_executor(method: str) -> None:
    with ProcessPoolExecutor(3, mp_context=multiprocessing.get_context(method)) as executor:
        sent = list(executor.map(job, range(JOBS)))
        assert len({message.id for message in sent}) == JOBS
        error = executor.submit(lookup, "msg_nowhere").exception()
    # The error kept its attributes across processes.
    assert isinstance(error, zexa.NotFoundError)
    assert (error.kind, error.outcome, error.status, error.attempts) == ("not_found", "rejected", 404, 1)


def with_processes(method: str) -> None:
    multiprocessing.set_start_method(method)
    processes = [multiprocessing.Process(target=job, args=(number,)) for number in range(JOBS // 4)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
        assert process.exitcode == 0


if __name__ == "__main__":
    send(client, "main")
    {"pool": with_pool, "executor": with_executor, "processes": with_processes}[sys.argv[1]](sys.argv[2])
    send(client, "main again")
