# Rows of Python for crawl compare: the same work by the means that Python has. It
# speaks the protocol of crawl's own rows: a line of JSON comes in, "ready" goes out,
# "go" comes in, a line of JSON goes out.
#
#   python3 -I worker.py               a row
#   python3 -I worker.py probe         what there is to measure with
#   python3 -I worker.py lost N EACH   lost updates, by N threads
import json
import os
import sys
import time
from base64 import b64decode
from hashlib import sha256

LIBRARIES = ("requests", "aiohttp", "uvloop", "aiofiles")


def probe():
    found, missing = {}, {}
    for name in LIBRARIES:
        try:
            module = __import__(name)
            found[name] = str(getattr(module, "__version__", "")) or version_of(name)
        except Exception as e:
            missing[name] = "%s: %s" % (type(e).__name__, e)
    gil = getattr(sys, "_is_gil_enabled", lambda: True)()
    return {"version": sys.version.split()[0], "implementation": sys.implementation.name,
            "gil": gil, "libraries": found, "missing": missing}


def version_of(name):
    from importlib import metadata
    return metadata.version(name)


class Row:
    """What a row's items come to. Pieces are the items, over and over."""

    def __init__(self, spec):
        self.spec, self.items, self.data = spec, spec["items"], spec.get("data") or {}
        self.width, self.passes = spec["width"], max(spec["repeats"], 1)
        self.totals = [0] * self.passes
        self.done = self.failed = self.bytes = 0
        self.error, self.spans, self.phases, self.start = "", [], {}, 0.0

    def pieces(self):
        return range(self.items * self.passes)

    def add(self, piece):
        n, inner, size, waits, error, begin, end, worker = piece
        item = n % self.items
        self.done += 1
        self.bytes += size
        if error:
            self.failed += 1
            self.error = self.error or error
        else:
            outer = sha256(b"%d\n" % item + inner).digest()
            of = n // self.items
            self.totals[of] = (self.totals[of] + int.from_bytes(outer, "big")) % 2**256
        for phase, took in waits:
            key = phase.replace(" ", "_") + "_s"
            self.phases[key] = self.phases.get(key, 0) + took
        if n < self.spec.get("spans", 0):
            self.spans.append(self.span(n, waits, max(begin - self.start, 0), max(end - self.start, 0), worker))

    @staticmethod
    def span(n, waits, begin, end, worker):
        """Has the waits at its begin, one behind the other; what is left is work."""
        at, parts = begin, []
        for phase, took in waits:
            until = min(at + took, end)
            parts.append({"waiting": True, "phase": phase, "start_s": at, "end_s": until})
            at = until
        parts.append({"waiting": False, "phase": "work", "start_s": at, "end_s": end})
        return {"item": n, "worker": worker, "start_s": begin, "end_s": end, "parts": parts}

    def sample(self, wall, used):
        if not self.failed and any(t != self.totals[0] for t in self.totals):
            self.failed, self.error = 1, "a pass got other content than the first one"
        return {"items": self.done, "failed": self.failed, "error": self.error, "bytes": self.bytes,
                "digest": "%064x" % self.totals[0], "wall_s": wall, "phases": self.phases, "spans": sorted(self.spans, key=lambda s: s["item"]), **used}


def timed(task, n, worker):
    """Does one piece, whose failure is data. perf_counter is one clock for all processes."""
    begin = time.perf_counter()
    try:
        content, size, waits = task(n)
        return n, content, size, waits, "", begin, time.perf_counter(), worker
    except Exception as e:
        return n, b"", 0, (), "%s: %s" % (type(e).__name__, e), begin, time.perf_counter(), worker


# ---- what is done with an item: made once for each worker, in its thread or process.
# A task returns the hash of its content, the size, and for what it waited how long.

def fetcher(row):
    import requests
    urls, session = row.data["urls"], requests.Session()
    session.trust_env = False
    session.headers.clear()
    session.headers.update(dict(row.data["headers"]))
    adapter = requests.adapters.HTTPAdapter(pool_connections=row.width, pool_maxsize=row.width, max_retries=0)
    session.mount("http://", adapter)
    session.mount("https://", adapter)
    limits = (row.data["connect_timeout_s"], row.data["idle_timeout_s"])
    method, body = row.data["method"], body_of(row)

    def fetch(n):
        asked = time.perf_counter()
        answer = session.request(method, urls[n % row.items], data=body, timeout=limits, stream=True)
        first = time.perf_counter()  # connecting included, which it does not tell apart
        content = answer.content
        last = time.perf_counter()
        if answer.status_code // 100 != 2:
            raise ValueError("the server answered %d" % answer.status_code)
        return sha256(content).digest(), len(content), (("first byte", first - asked), ("body", last - first))
    return fetch


def body_of(row):
    body = row.data["body"]
    return None if body is None else b64decode(body)


def filer(row):
    files, step, out, made = row.data["files"], row.data["step"], row.data.get("out"), set()
    memory = [read(f["path"]) for f in files] if step == "write" else None

    def file(n):
        f = files[n % row.items]
        begin = time.perf_counter()
        content = memory[n % row.items] if memory is not None else read(f["path"])
        took = time.perf_counter() - begin
        if out:
            with open(place(out, n // row.items, f, made), "wb") as to:
                to.write(content)
        return sha256(content).digest(), len(content), (("disk", took),)
    return file


def read(path):
    with open(path, "rb") as f:
        return f.read()


def place(out, of, f, made):
    path = os.path.join(out, "pass%d" % of, f["below"])
    folder = os.path.dirname(path)
    if folder not in made:
        os.makedirs(folder, exist_ok=True)
        made.add(folder)
    return path


MULTIPLIER, INCREMENT, MASK = 6364136223846793005, 1442695040888963407, 2**64 - 1


def kernel(x, steps):
    """Pure bytecode: hashlib, zlib and numpy would let go of the GIL."""
    for _ in range(steps):
        x = (x * MULTIPLIER + INCREMENT) & MASK
    return x


def jump(seed, steps):
    a, c, m, d = MULTIPLIER, INCREMENT, 1, 0
    while steps:
        if steps & 1:
            m, d = m * a & MASK, (d * a + c) & MASK
        a, c = a * a & MASK, (c * a + c) & MASK
        steps >>= 1
    return (seed * m + d) & MASK


def computer(row):
    steps = row.data["steps"]

    def compute(n):
        seed = n % row.items + 1
        if kernel(seed, steps) != jump(seed, steps):
            raise ValueError("item %d came to something else" % (seed - 1))
        return sha256(b"%d is right" % (seed - 1)).digest(), 0, ()
    return compute


WORK = {"fetch": fetcher, "file": filer, "cpu": computer}


# ---- who does it

def sequential(row, work):
    task = work(row)
    yield
    for n in row.pieces():
        row.add(timed(task, n, 0))


def threads(row, work):
    import itertools
    import threading
    from concurrent.futures import ThreadPoolExecutor
    own, numbers, all_here = threading.local(), itertools.count(), threading.Barrier(row.width)

    def begin():
        own.task, own.worker = work(row), next(numbers)

    def one(n):
        return timed(own.task, n, own.worker)
    with ThreadPoolExecutor(row.width, initializer=begin) as pool:
        list(pool.map(lambda _: all_here.wait(), range(row.width)))  # so that each has been started
        yield
        for piece in pool.map(one, row.pieces()):
            row.add(piece)


def begin_process(spec, work, barrier, counter):
    global task, worker
    with counter.get_lock():
        worker, counter.value = counter.value, counter.value + 1
    task = WORK[work](Row(spec))
    barrier.wait()


def one_in_process(n):
    return timed(task, n, worker)


def processes(row, work):
    import multiprocessing
    how = multiprocessing.get_context("fork" if "fork" in multiprocessing.get_all_start_methods() else None)
    barrier, counter = how.Barrier(row.width + 1), how.Value("i", 0)
    pool = how.Pool(row.width, begin_process, (row.spec, row.spec["job"].split()[0], barrier, counter))
    try:
        barrier.wait()
        yield
        for piece in pool.imap_unordered(one_in_process, row.pieces(), chunksize=1):
            row.add(piece)
        row.stop()
        pool.close()
    except BaseException:
        pool.terminate()
        raise
    finally:
        pool.join()


def in_loop(loop, row, prepare):
    """Runs width coroutines over one iterator: as many in flight as other rows have."""
    import asyncio
    do, close = loop.run_until_complete(prepare())
    yield
    left = iter(row.pieces())

    async def work(worker):
        for n in left:
            begin = time.perf_counter()
            try:
                content, size, waits = await do(n)
                row.add((n, content, size, waits, "", begin, time.perf_counter(), worker))
            except Exception as e:
                row.add((n, b"", 0, (), "%s: %s" % (type(e).__name__, e), begin, time.perf_counter(), worker))

    async def everybody():
        await asyncio.gather(*(work(i) for i in range(row.width)))
    loop.run_until_complete(everybody())
    row.stop()
    loop.run_until_complete(close())
    loop.close()


def aiohttp_rows(row, loop):
    import aiohttp

    async def prepare():
        limits = aiohttp.ClientTimeout(total=None, sock_connect=row.data["connect_timeout_s"], sock_read=row.data["idle_timeout_s"])
        session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=row.width), trust_env=False, timeout=limits,
                                        headers=[tuple(h) for h in row.data["headers"]], skip_auto_headers=["User-Agent", "Accept", "Accept-Encoding"])
        urls, method, body = row.data["urls"], row.data["method"], body_of(row)

        async def fetch(n):
            asked = time.perf_counter()
            async with session.request(method, urls[n % row.items], data=body) as answer:
                first = time.perf_counter()  # connecting included
                content = await answer.read()
                last = time.perf_counter()
                if answer.status // 100 != 2:
                    raise ValueError("the server answered %d" % answer.status)
                return sha256(content).digest(), len(content), (("first byte", first - asked), ("body", last - first))
        return fetch, session.close
    return in_loop(loop, row, prepare)


def aiohttp_row(row, _):
    import asyncio
    return aiohttp_rows(row, asyncio.new_event_loop())


def uvloop_row(row, _):
    import uvloop
    return aiohttp_rows(row, uvloop.new_event_loop())


def aiofiles_row(row, _):
    import asyncio
    from concurrent.futures import ThreadPoolExecutor

    import aiofiles
    loop = asyncio.new_event_loop()
    loop.set_default_executor(ThreadPoolExecutor(row.width))  # its own default is smaller than others' width
    files, step, out, made = row.data["files"], row.data["step"], row.data.get("out"), set()
    memory = [read(f["path"]) for f in files] if step == "write" else None

    async def file(n):
        f, begin = files[n % row.items], time.perf_counter()
        if memory is not None:
            content = memory[n % row.items]
        else:
            async with aiofiles.open(f["path"], "rb") as source:
                content = await source.read()
        took = time.perf_counter() - begin
        if out:
            async with aiofiles.open(place(out, n // row.items, f, made), "wb") as to:
                await to.write(content)
        return sha256(content).digest(), len(content), (("disk", took),)

    async def prepare():
        async def close():
            await loop.shutdown_default_executor()
        return file, close
    return in_loop(loop, row, prepare)


WAYS = {"sequential": sequential, "threads": threads, "processes": processes,
        "aiohttp": aiohttp_row, "uvloop": uvloop_row, "aiofiles": aiofiles_row}


def usage():
    import resource
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return [getattr(own, f) + getattr(children, f) for f in ("ru_utime", "ru_stime", "ru_nvcsw", "ru_nivcsw")]


def ran_by_children():
    """Is the processor time so far, in seconds, of the processes that this one started."""
    from glob import glob
    ran = 0
    try:
        for name in glob("/proc/self/task/*/children"):
            for pid in open(name).read().split():
                for thread in glob("/proc/%s/task/*/schedstat" % pid):
                    ran += int(open(thread).read().split()[0])
    except (OSError, ValueError, IndexError):
        return 0  # not where such things are told, or one has just ended
    return ran / 1e9


def measure():
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what libraries print is none of the protocol
    spec = json.loads(sys.stdin.readline())
    row = Row(spec)
    what, way = spec["job"].split()
    row.stopped = None

    def stop():
        if row.stopped is None:
            row.stopped = time.perf_counter()
    row.stop = stop
    steps = WAYS[way](row, WORK[what])
    next(steps)
    print("ready", file=out, flush=True)
    if sys.stdin.readline().strip() != "go":
        return
    before, ran = usage(), ran_by_children()
    row.start = time.perf_counter()
    for _ in steps:
        pass
    stop()
    after = usage()
    used = dict(zip(("user_s", "system_s", "voluntary", "involuntary"), (a - b for a, b in zip(after, before))))
    if ran and used["user_s"] + used["system_s"] > 0:  # children count to their end, and not before the clock ran
        share = max(1 - ran / (used["user_s"] + used["system_s"]), 0)
        used["user_s"], used["system_s"] = used["user_s"] * share, used["system_s"] * share
    print(json.dumps(row.sample(row.stopped - row.start, used)), file=out, flush=True)
    sys.stdin.read()


def lost(workers, each):
    """Counts up with several threads: += in one statement, in two with a pause, and under a lock."""
    import threading
    n, lock = 0, threading.Lock()

    def plain():
        nonlocal n
        for _ in range(each):
            n += 1

    def apart():
        nonlocal n
        for _ in range(each):
            seen = n
            time.sleep(0)
            n = seen + 1

    def locked():
        nonlocal n
        for _ in range(each):
            with lock:
                n += 1
    for name, way in (("read, yield, write", apart), ("n += 1", plain), ("lock", locked)):
        n = 0
        all_threads = [threading.Thread(target=way) for _ in range(workers)]
        start = time.perf_counter()
        for t in all_threads:
            t.start()
        for t in all_threads:
            t.join()
        took = time.perf_counter() - start
        print(json.dumps({"name": name, "python": True, "workers": workers, "want": workers * each, "got": n,
                          "each_s": took / (workers * each)}))


if __name__ == "__main__":
    if sys.argv[1:2] == ["probe"]:
        print(json.dumps(probe()))
    elif sys.argv[1:2] == ["lost"]:
        lost(int(sys.argv[2]), int(sys.argv[3]))
    else:
        measure()
