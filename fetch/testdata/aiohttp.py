"""Fetches the URLs on standard input with aiohttp and prints a JSON line for each."""

import asyncio, hashlib, json, sys
import aiohttp


async def fetch(session, url, max_size):
    try:
        async with session.get(url) as answer:
            if answer.status >= 300:
                return {"status": answer.status}
            body = await answer.content.read(max_size + 1)
            while len(body) <= max_size:
                more = await answer.content.read(max_size + 1 - len(body))
                if not more:
                    break
                body += more
            if len(body) > max_size:
                return {"error": "TooLarge"}
            return {"status": answer.status, "sha256": hashlib.sha256(body).hexdigest()}
    except Exception as e:
        return {"error": type(e).__name__}


async def main(total, idle, connect, max_size):
    timeout = aiohttp.ClientTimeout(total=total, sock_read=idle, sock_connect=connect)
    headers = {"Authorization": "Bearer hostile", "Cookie": "session=hostile"}
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(timeout=timeout, headers=headers, cookie_jar=jar) as session:

        some = asyncio.Semaphore(64)  # or those at the end wait for their turn too long

        async def one(url):
            async with some:
                return {"url": url, **await fetch(session, url, max_size)}

        for done in asyncio.as_completed([one(line.strip()) for line in sys.stdin]):
            print(json.dumps(await done), flush=True)


asyncio.run(main(*(float(a) for a in sys.argv[1:4]), int(sys.argv[4])))
